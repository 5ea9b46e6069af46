"""DreamSB3VecEnv: many dreams as a Stable-Baselines3 VecEnv."""

from __future__ import annotations

from typing import Any

from policies.sb3_adapter import TwinVecEnv
from policies.world_model.dream.vector_env import DreamVectorEnv


class DreamSB3VecEnv(TwinVecEnv):
    """Stable-Baselines3 adapter of ``DreamVectorEnv``; truncations are marked, so that values are bootstrapped.

    Parameters
    ----------
    num_envs
        Number of worlds.
    **settings
        Arguments of ``policies.world_model.dream.simulation.settings.DreamSettings``.
    """

    def __init__(self, num_envs: int, **settings: Any) -> None:
        super().__init__(DreamVectorEnv(num_envs, **settings))
