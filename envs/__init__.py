"""The world: debris on the road, as Gymnasium environments; importing this package registers their ids.

``gym.make("envs:roadworld/Debris-v1")`` gives the reference engine (highway-env),
``gym.make_vec("envs:roadworld/Debris-v1", num_envs=B, vectorization_mode="vector_entry_point")`` the twin.
Ids are registered as strings: neither Numba nor highway-env is imported before an environment is made.
"""

from __future__ import annotations

import gymnasium as gym

from envs.cache import use_own_cache


def register() -> None:
    """Register every id of this package once; a second call changes nothing."""
    if "roadworld/Debris-v1" not in gym.registry:
        gym.register(
            id="roadworld/Debris-v1",
            entry_point="envs.highway.env:DebrisEnv",
            vector_entry_point="envs.batched.env:DebrisVectorEnv",
        )
    if "roadworld/Inject-v1" not in gym.registry:
        gym.register(id="roadworld/Inject-v1", entry_point="envs.inject.env:InjectEnv")


use_own_cache()
register()
