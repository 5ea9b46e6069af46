"""A policy of one's own: slow down while anything lies ahead, as hard as a file says."""

import json
from pathlib import Path

import numpy as np

from envs.specification import column
from policies.command import nearest_centre, to_action
from policies.following import follow


class SlowDown:
    """Brake gently for every object ahead, and otherwise follow the traffic in the middle of the lane.

    A policy drives ``B`` worlds at once; what it does in one must not depend on the others.
    """

    privileged = False  # it reads the observation only

    def __init__(self, settings: str) -> None:
        self._braking_mps2 = json.loads(Path(settings).read_text(encoding="utf-8"))["braking_mps2"]

    def reset(self, mask, seeds):
        """Forget the worlds of ``mask``, in which new episodes begin; this policy remembers nothing."""

    def act(self, observation):
        """One action per world, ``(B, 2)``: acceleration and lateral target, both scaled to [-1, 1]."""
        ego, debris = observation["ego"], observation["debris"]
        is_ahead = (debris[:, :, column.D_TRACKED] > 0) & (debris[:, :, column.D_DX] > 0)
        slow = np.where(is_ahead.any(axis=1), -self._braking_mps2, np.inf)
        acceleration = np.minimum(follow(observation, ego[:, column.E_SET_SPEED]), slow)
        return to_action(observation, acceleration, nearest_centre(ego[:, column.E_Y]))
