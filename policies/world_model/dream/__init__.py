"""The learned model as a Gymnasium environment; importing this package registers ``roadworld/Dream-v1``.

``gym.make("policies.world_model.dream:roadworld/Dream-v1")`` gives one world, ``gym.make_vec(...,
vectorization_mode="vector_entry_point")`` many at once. Nothing here moves or hits anything by the simulator's physics.
"""

from __future__ import annotations

import gymnasium as gym

ID = "roadworld/Dream-v1"


def register() -> None:
    """Register the id once; a second call changes nothing."""
    if ID not in gym.registry:
        gym.register(
            id=ID,
            entry_point="policies.world_model.dream.env:DreamEnv",
            vector_entry_point="policies.world_model.dream.vector_env:DreamVectorEnv",
        )


register()
