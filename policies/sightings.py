"""Counts how often an object was seen, and how often it was missed in plain view, which suggests a ghost."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.sensing.sight import FLAT_SIZE_SHARE, FULL_SIZE_M, LEAST_RANGE_SHARE
from envs.specification import DEBRIS_SLOTS, column
from policies.base import Observation

CLEAR_SHARE: Final = 0.9
"""Share of its recognition range within which an object in plain view should be reported [A]."""

SIDE_M: Final = 0.3
"""A vehicle this close to the line of sight may hide something [A]."""

SEEN_IF_REAL, SEEN_IF_GHOST = 0.95, 0.3
"""Share of decisions in which an object in plain view is reported (envs/physics/SOURCES.md 4.1) [A]."""


class Sightings:
    """Counts of sightings and misses in ``size`` worlds."""

    def __init__(self, size: int) -> None:
        self.counts = np.zeros((size, DEBRIS_SLOTS, 2))
        """``(B, J, 2)``: decisions in which the object was seen, and missed in plain view."""
        self._identity = np.full((size, DEBRIS_SLOTS), -1.0)

    def note(self, observation: Observation, is_new: NDArray[np.bool_]) -> None:
        """Count this decision; a new track, or a new episode, starts at zero."""
        rows = observation["debris"]
        identity = np.where(rows[..., column.D_TRACKED] > 0.5, rows[..., column.D_IDENTITY], -1.0)
        begins = (identity != self._identity) | is_new[:, None]
        self.counts[begins] = 0.0
        self._identity = identity
        tracked = identity >= 0.0
        is_seen = tracked & (rows[..., column.D_VISIBLE] > 0.5)
        self.counts[..., 0] += is_seen
        if (tracked & ~is_seen).any():
            self.counts[..., 1] += tracked & ~is_seen & is_in_plain_view(observation)


def is_in_plain_view(observation: Observation) -> NDArray[np.bool_]:
    """Whether an object of this size at this place is expected to be seen, ``(B, J)``.

    False behind a tracked vehicle, and beyond the range at which such an object is recognised.
    """
    rows = observation["debris"].astype(np.float64)
    plan = np.sqrt(rows[..., column.D_LENGTH] * rows[..., column.D_WIDTH])
    size = np.maximum(rows[..., column.D_HEIGHT], FLAT_SIZE_SHARE * plan)
    share = np.clip(np.sqrt(size / FULL_SIZE_M), LEAST_RANGE_SHARE, 1.0)
    reach = share * observation["ego"][:, column.E_SIGHT_RANGE, None] * CLEAR_SHARE
    dx, dy = rows[..., column.D_DX], rows[..., column.D_DY]
    vehicles = observation["vehicles"].astype(np.float64)[:, None]
    half = 0.5 * vehicles[..., column.V_LENGTH]
    rear, front = vehicles[..., column.V_DX] - half, vehicles[..., column.V_DX] + half
    away = np.where(np.abs(dx) < 1.0, 1.0, dx)[..., None]
    between = (vehicles[..., column.V_TRACKED] > 0.5) & (front > 0.0) & (rear < away)
    wide = 0.5 * vehicles[..., column.V_WIDTH] + SIDE_M
    at_rear = dy[..., None] * np.clip(rear / away, 0.0, 1.0) - vehicles[..., column.V_DY]
    at_front = dy[..., None] * np.clip(front / away, 0.0, 1.0) - vehicles[..., column.V_DY]
    beside = ((at_rear > wide) & (at_front > wide)) | ((at_rear < -wide) & (at_front < -wide))
    hidden = (between & ~beside).any(axis=-1)
    is_near: NDArray[np.bool_] = (dx > 0.0) & (np.hypot(dx, dy) < reach)
    return is_near & ~hidden
