"""What is remembered of every vehicle from decision to decision: its last speed, and how hard it has ever slowed."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DECISION_HZ, VEHICLE_SLOTS, column
from envs.specification.world import Array

LAST, IS_KNOWN, HARSHEST = range(3)
NUM_SPEEDS: Final = 3
"""Speed one decision ago, m/s; whether it is known; largest deceleration since it is tracked, m/s2."""

LIMIT_MPS2: Final = 30.0
"""Decelerations count at most this much: no brakes reach 10, a wreck at 30 m/s loses 30 [A]."""

_IDENTITY, _SPEED, _IS_FRESH, _HARSHEST = range(4)


class Speeds:
    """The memory of ``B`` worlds.

    Parameters
    ----------
    size
        ``B``.
    """

    def __init__(self, size: int) -> None:
        self._seen = np.zeros((size, VEHICLE_SLOTS, 4))

    def note(self, vehicles: NDArray[np.float32], is_new: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Take in one observation of every world.

        Parameters
        ----------
        vehicles
            ``(B, 8, V)`` rows of the observation.
        is_new
            ``(B,)``: worlds in which an episode begins.

        Returns
        -------
        ndarray
            ``(B, 8, NUM_SPEEDS)``. The errors of a track do not change: differences of its speeds are exact.
        """
        out = np.zeros((len(is_new), VEHICLE_SLOTS, NUM_SPEEDS))
        _note_all(vehicles, is_new, self._seen, out)
        return out

    def put(self, chosen: NDArray[np.int64], other: Speeds) -> None:
        """Overwrite what is remembered of some worlds, in place."""
        self._seen[chosen] = other._seen


def speeds_of(vehicles: NDArray[np.float32], goes_on: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The same of a log.

    Parameters
    ----------
    vehicles
        ``(N, 8, V)``, row after row.
    goes_on
        ``(N,)``: whether the next row is of the same episode.

    Returns
    -------
    ndarray
        ``(N, 8, NUM_SPEEDS)``.
    """
    out = np.zeros((len(vehicles), VEHICLE_SLOTS, NUM_SPEEDS))
    _note_log(vehicles, goes_on, np.zeros((VEHICLE_SLOTS, 4)), out)
    return out


@compiled
def _note_all(vehicles: Array, is_new: Array, seen: Array, out: Array) -> None:
    for b in range(vehicles.shape[0]):
        _note(vehicles[b], is_new[b], seen[b], out[b])


@compiled
def _note_log(vehicles: Array, goes_on: Array, seen: Array, out: Array) -> None:
    for k in range(vehicles.shape[0]):
        _note(vehicles[k], k == 0 or not goes_on[k - 1], seen, out[k])


@compiled
def _note(vehicles: Array, is_new: bool, seen: Array, out: Array) -> None:
    """One decision of one world: ``seen`` grows, ``out`` is what was remembered, in place."""
    for i in range(VEHICLE_SLOTS):
        row, known = vehicles[i], seen[i]
        if row[column.V_TRACKED] < 0.5:
            known[_IDENTITY] = -1.0
            continue
        fresh = row[column.V_AGE_SINCE_SEEN] == 0.0
        if is_new or known[_IDENTITY] != row[column.V_IDENTITY]:
            known[_IDENTITY], known[_HARSHEST] = row[column.V_IDENTITY], 0.0
        else:
            out[i, LAST], out[i, IS_KNOWN] = known[_SPEED], known[_IS_FRESH]
            if fresh and known[_IS_FRESH] > 0.5:
                slowed = (known[_SPEED] - row[column.V_VX]) * DECISION_HZ
                known[_HARSHEST] = min(max(known[_HARSHEST], slowed), LIMIT_MPS2)
        out[i, HARSHEST] = known[_HARSHEST]
        known[_SPEED], known[_IS_FRESH] = row[column.V_VX], 1.0 if fresh else 0.0
