"""What the policy remembers from decision to decision, of every world."""

from __future__ import annotations

import numpy as np

from envs.specification import VEHICLE_SLOTS, column
from envs.specification.world import empty_batch
from policies.base import Observation
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.position_filter import Places
from policies.world_model.estimation.velocity_filter import NUM_SPEEDS, Speeds


class Memory:
    """What is remembered of ``B`` worlds."""

    def __init__(self, size: int, belief: Belief) -> None:
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        self.ego = np.zeros((size, column.NUM_EGO), np.float32)
        self.target, self.drift = np.zeros(size), np.zeros(size)
        self.last = np.full(size, -1)
        self.belief = belief
        self.speeds = np.zeros((size, VEHICLE_SLOTS, NUM_SPEEDS))
        self._seen = Speeds(size)
        self.places = Places(size)

    def note_speeds(self, observation: Observation) -> None:
        """What is known of the speeds of the same vehicles from before."""
        self.speeds = self._seen.note(observation["vehicles"], self.is_new)
