"""Velocity filter of vehicles: a Kalman filter of speed and acceleration, which also remembers crashes.

A difference of two measured speeds is no acceleration: its error is 1 to 2.5 m/s2, as large as what drivers do. The
filter's is 0.5 m/s2 (measured on logged experience), and it follows a crash at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.sensing.measure import SPEED_DECISION_SHARE
from envs.specification import DECISION_S, VEHICLE_SLOTS, column
from envs.specification.world import Array
from policies.perception.kalman import correct

ACCELERATION, HARSHEST = range(2)
NUM_SPEEDS: Final = 2
"""Acceleration, m/s2; largest deceleration since the vehicle is tracked, m/s2."""

LIMIT_MPS2: Final = 30.0
"""Decelerations count at most this much: no brakes reach 10, a crashed vehicle at 30 m/s loses 30 [A]."""

FIRST_MPS2: Final = 1.5
"""Standard deviation of the acceleration of a vehicle that was not seen a decision ago [A]."""

JERK: Final = 1.0
"""Growth of the variance of an acceleration, (m/s2)^2 per s. Of 0.3, 1, 3 and 10 on logged experience: with more,
ordinary driving errs by up to 0.8 instead of 0.5 m/s2, with less, hard braking is found later [A]."""

JUMP_SDS: Final = 5.0
"""A speed that is further off than this means a new acceleration: the vehicle has struck something [A]."""

_IDENTITY, _IS_KNOWN, _HARSHEST = range(3)
_ESTIMATE: Final = 3
"""First column of the estimate: speed and acceleration, then their covariances."""

_SPEED, _ACCELERATION = _ESTIMATE, _ESTIMATE + 1
_COVARIANCE: Final = _ESTIMATE + 2
_NUM_SEEN: Final = _COVARIANCE + 4

_WEIGHTS: Final = np.array([1.0, 0.0])
"""Of the speed and the acceleration in a measured speed."""


class VelocityFilter:
    """Kalman filters of the speeds of all tracked vehicles in ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self._seen = np.zeros((size, VEHICLE_SLOTS, _NUM_SEEN))

    def note(self, vehicles: NDArray[np.float32], is_new: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Process one observation; returns ``(B, 8, NUM_SPEEDS)``. Hidden vehicles have no acceleration.

        Parameters
        ----------
        vehicles
            ``(B, 8, V)`` rows of the observation.
        is_new
            ``(B,)``: worlds in which an episode begins.
        """
        out = np.zeros((len(is_new), VEHICLE_SLOTS, NUM_SPEEDS))
        _note_all(vehicles, is_new, self._seen, out)
        return out

    def put(self, chosen: NDArray[np.int64], other: VelocityFilter) -> None:
        """Overwrite the memory of some worlds, in place."""
        self._seen[chosen] = other._seen


def filter_log(vehicles: NDArray[np.float32], goes_on: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Filtered speeds ``(N, 8, NUM_SPEEDS)`` of a log.

    Parameters
    ----------
    vehicles
        ``(N, 8, V)``, row after row.
    goes_on
        ``(N,)``: whether the next row is of the same episode.
    """
    out = np.zeros((len(vehicles), VEHICLE_SLOTS, NUM_SPEEDS))
    _note_log(vehicles, goes_on, np.zeros((VEHICLE_SLOTS, _NUM_SEEN)), out)
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
    """Filter one decision of one world: update ``seen`` and write the estimate to ``out``, in place."""
    for i in range(VEHICLE_SLOTS):
        row, known = vehicles[i], seen[i]
        if row[column.V_TRACKED] < 0.5:
            known[_IDENTITY] = -1.0
            continue
        if is_new or known[_IDENTITY] != row[column.V_IDENTITY]:
            known[_IDENTITY], known[_IS_KNOWN] = row[column.V_IDENTITY], 0.0
            known[_HARSHEST] = 0.0
        # the rest of the stated error stays with the track, and is in no difference
        noise = SPEED_DECISION_SHARE * row[column.V_SD_V]
        if row[column.V_AGE_SINCE_SEEN] > 0.0:
            known[_IS_KNOWN], known[_ACCELERATION] = 0.0, 0.0
        elif known[_IS_KNOWN] > 0.5:
            _correct(known, row[column.V_VX], noise * noise)
        else:
            known[_IS_KNOWN], known[_SPEED], known[_ACCELERATION] = 1.0, row[column.V_VX], 0.0
            known[_COVARIANCE : _COVARIANCE + 4] = 0.0
            known[_COVARIANCE], known[_COVARIANCE + 3] = noise * noise, FIRST_MPS2 * FIRST_MPS2
        known[_HARSHEST] = min(max(known[_HARSHEST], -known[_ACCELERATION]), LIMIT_MPS2)
        out[i, ACCELERATION], out[i, HARSHEST] = known[_ACCELERATION], known[_HARSHEST]


@compiled
def _correct(known: Array, measured: float, variance: float) -> None:
    """Predict over a decision and correct by a measured speed, in place."""
    known[_SPEED] += known[_ACCELERATION] * DECISION_S
    spread = known[_COVARIANCE : _COVARIANCE + 4].reshape((2, 2))
    aa, va = spread[1, 1], spread[0, 1] + DECISION_S * spread[1, 1]
    vv = spread[0, 0] + 2.0 * DECISION_S * spread[0, 1] + DECISION_S * DECISION_S * aa
    aa += JERK * DECISION_S
    off = measured - known[_SPEED]
    if off * off > JUMP_SDS * JUMP_SDS * (vv + variance):
        jump = off / DECISION_S
        aa += jump * jump
        va += jump * jump * DECISION_S
        vv += off * off
    spread[0, 0], spread[0, 1], spread[1, 0], spread[1, 1] = vv, va, va, aa
    correct(known[_SPEED:_COVARIANCE], spread, _WEIGHTS, measured, variance)
