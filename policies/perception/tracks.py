"""Perception in front of a policy: observations in, filtered tracks out; nothing here is learned.

Observations are batched. A world's tracks do not depend on the other worlds of the batch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.base import Observation
from policies.perception.existence import Existence
from policies.perception.object_filter import ObjectFilter
from policies.perception.velocity_filter import VelocityFilter


class Tracks(NamedTuple):
    """Tracks of ``B`` worlds after one observation."""

    observation: Observation  # with filtered positions, velocities and deviations of objects
    speeds: NDArray[
        np.float64
    ]  # (B, 8, NUM_SPEEDS) of ``velocity_filter``: acceleration, and crashes
    gone: NDArray[np.float64]  # (B, 4) probability that an object no longer exists


class Perception:
    """The filters of ``B`` worlds.

    Parameters
    ----------
    size
        ``B``.
    remembers
        Whether earlier observations count; if not, every decision begins with an empty memory.
    """

    def __init__(self, size: int, *, remembers: bool = True) -> None:
        self._remembers = remembers
        self._objects, self._vehicles = ObjectFilter(size), VelocityFilter(size)
        self._existence = Existence(size)

    def update(self, observation: Observation, is_new: NDArray[np.bool_]) -> Tracks:
        """Process one observation; ``is_new`` ``(B,)`` marks worlds in which an episode begins."""
        if not self._remembers:
            is_new = np.ones_like(is_new)
        return Tracks(
            self._objects.refine(observation, is_new),
            self._vehicles.note(observation["vehicles"], is_new),
            self._existence.note(observation, is_new),
        )

    def put(self, chosen: NDArray[np.int64], other: Perception) -> None:
        """Overwrite the memory of some worlds with those of another perception, in place."""
        self._objects.put(chosen, other._objects)
        self._vehicles.put(chosen, other._vehicles)
        self._existence.put(chosen, other._existence)
