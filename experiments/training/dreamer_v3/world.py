"""One world of the twin in the form that sheeprl needs: an environment that observes one vector in a dictionary."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from envs.copies import Copyable
from policies.model_free.sight import Sight
from policies.reactive.command_env import CommandEnv
from policies.sb3_adapter import TwinVecEnv

FEATURES: Final = "features"
"""Key of the vector in the dictionary."""

Observation = dict[str, NDArray[np.float32]]


class DreamerWorld(Copyable, gym.Env[Any, Any]):
    """An environment with the features, commands and rewards of the learners without a model.

    Parameters
    ----------
    scenario
        Names of families, each repeated according to its share.
    reward_scale_usd, cap_usd, needless_usd
        As in ``policies.reactive.command_env.CommandEnv``.
    first_seed
        Seed of the world with rank 0.
    rank
        Number of this world among those of one learner.
    """

    def __init__(
        self,
        scenario: list[str],
        reward_scale_usd: float,
        cap_usd: float,
        needless_usd: float,
        first_seed: int,
        rank: int,
    ) -> None:
        twin = gym.make_vec(
            "envs:roadworld/Debris-v1",
            num_envs=1,
            vectorization_mode="vector_entry_point",
            scenario=scenario,
            split="train",
        )
        self._worlds = CommandEnv(
            TwinVecEnv(twin),
            partial(Sight, None),
            reward_scale_usd,
            cap_usd,
            needless_usd,
        )
        self._seed = first_seed + rank
        self._next: NDArray[np.float32] | None = None
        self.observation_space = gym.spaces.Dict({FEATURES: self._worlds.observation_space})
        self.action_space = self._worlds.action_space

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode: the first one with the world's seed, later ones with its own random generator."""
        del seed, options
        if self._next is None:
            self._worlds.seed(self._seed)
            self._next = self._worlds.reset()[0]
        return {FEATURES: self._next}, {}

    def step(
        self, action: NDArray[np.int64]
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Execute a command, which consists of a pace and a move."""
        self._worlds.step_async(np.asarray(action)[None])
        features, reward, ended, infos = self._worlds.step_wait()
        self._next, truncated = features[0], bool(infos[0]["TimeLimit.truncated"])
        seen = infos[0]["terminal_observation"] if ended[0] else features[0]
        return {FEATURES: seen}, float(reward[0]), bool(ended[0]) and not truncated, truncated, {}

    def close(self) -> None:
        """Close the twin."""
        self._worlds.close()
