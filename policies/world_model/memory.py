"""What the policy remembers from decision to decision, of every world."""

from __future__ import annotations

import numpy as np

from envs.specification import VEHICLE_SLOTS, column
from envs.specification.world import empty_batch
from policies.base import Observation
from policies.world_model.belief import Belief


class Memory:
    """What is remembered of ``B`` worlds."""

    def __init__(self, size: int, belief: Belief) -> None:
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        self.ego = np.zeros((size, column.NUM_EGO), np.float32)
        self.target, self.drift = np.zeros(size), np.zeros(size)
        self.last = np.full(size, -1)
        self.belief = belief
        self.speeds = np.zeros((size, VEHICLE_SLOTS, 2))
        self._seen = np.zeros((size, VEHICLE_SLOTS, 2))
        self._identity = np.full((size, VEHICLE_SLOTS), -1.0)

    def note_speeds(self, observation: Observation) -> None:
        """Speeds of one decision ago, where the same vehicle was seen then."""
        rows = observation["vehicles"]
        tracked = rows[..., column.V_TRACKED] > 0.5
        identity = np.where(tracked, rows[..., column.V_IDENTITY], -1.0)
        same = tracked & (identity == self._identity) & ~self.is_new[:, None]
        self.speeds = self._seen * same[..., None]
        self._identity = identity
        fresh = tracked & (rows[..., column.V_AGE_SINCE_SEEN] == 0.0)
        self._seen = np.stack([rows[..., column.V_VX], fresh], axis=-1).astype(np.float64)
