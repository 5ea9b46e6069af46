"""Position filter of objects: a Kalman filter of the position and of the track's lasting error.

A measured place has an error that is one draw for the life of the track and one draw per decision, both in proportion
to the stated deviation, which falls as the object comes nearer (``envs.sensing.measure``). The mean of all measurements
removes the second, and their trend estimates the first: a place that
stays the same although the error shrinks is right.
The stated deviation is taken as a deviation only; that it is computed from the true range, so that solving it
for the range would leave no error, is an artefact of the simulated sensor and is not used.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.sensing.measure import DECISION_SHARE, TRACK_SHARE
from envs.specification import DEBRIS_SLOTS, DECISION_S, column
from envs.specification.world import Array
from policies.base import Observation
from policies.world_model.estimation.kalman import (
    COVARIANCE,
    FIRST,
    NUM_ESTIMATE,
    SECOND,
    SECOND_VARIANCE,
    VARIANCE,
    correct,
)

REST_SDS: Final = 2.5
"""A measured speed within this many standard deviations of zero is rest, as everywhere in the world model."""

ABOVE_ROAD_M: Final = 0.05
"""Height above which an object flies."""

SLIDING_SDS: Final = 5.0
"""Speeds of what moves have an error that lasts, and change: its way in a decision is known to this many of their
standard deviations times the decision. Of 1, 2, 3 and 5 on driven episodes of the training seeds [A]."""

ODOMETRY_SD_M: Final = 0.03
"""Error of the ego's way in a decision: its speed is known at both ends only, brakes change it between [A]."""

SLOWING_MPS2: Final = 5.0
"""What slides on a road and is not seen slows down like this: Coulomb friction of about 0.5, which most of the
catalogue has. On driven episodes of the training seeds, what had moved is found within 1 m after 1 s, from its true
place at the last sight, in 13 % if it never slows down, in 61 % with 4.4 and in 73 % with 6 m/s2 [A]."""

HIDDEN_SD_MPS: Final = 0.15
"""Growth of the deviation of what lies hidden: traffic and wind may move it unseen [A]."""

JUMP_SDS: Final = 5.0
"""A measurement that is further off than this means that the object has been moved [A]."""

X, Y, VX, VY, SD_X, SD_Y = range(6)
NUM_PLACE: Final = 6
"""Now: ahead of the ego's centre and across the road, m; velocity, m/s, 0 for what lies; deviations of the place, m."""

_IDENTITY, _EGO_SPEED, _VX, _VY = range(4)
_AXES: Final = 4
"""Along and across the road: an estimate of the place and of the track's lasting error each."""
_NUM_SEEN: Final = _AXES + 2 * NUM_ESTIMATE


class PositionFilter:
    """Kalman filters of the positions of all tracked objects in ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self._seen = np.zeros((size, DEBRIS_SLOTS, _NUM_SEEN))
        self.now = np.zeros((size, DEBRIS_SLOTS, NUM_PLACE))
        """``(B, 4, NUM_PLACE)`` of the last ``refine``; zero for free slots."""

    def refine(self, observation: Observation, is_new: NDArray[np.bool_]) -> Observation:
        """Process one observation; returns it with filtered positions, deviations, and velocities of hidden objects."""
        ego, rows = observation["ego"], observation["debris"]
        update_positions(ego, rows, is_new, self._seen, self.now)
        return {**observation, "debris": _better(ego, rows, self.now)}


def _better(
    ego: NDArray[np.float32], rows: NDArray[np.float32], now: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Rows of objects with filtered positions and velocities, ``(B, 4, D)``."""
    tracked = rows[..., column.D_TRACKED] > 0.5
    hidden = tracked & (rows[..., column.D_AGE_SINCE_SEEN] > 0.0)
    age = rows[..., column.D_AGE_SINCE_SEEN]
    vx, vy = now[..., VX], now[..., VY]
    better = rows.copy()
    for at, values, where in (
        (column.D_DX, now[..., X] - age * vx, tracked),
        (column.D_DY, now[..., Y] - age * vy - ego[:, None, column.E_Y], tracked),
        (column.D_SD_X, now[..., SD_X], tracked),
        (column.D_SD_Y, now[..., SD_Y], tracked),
        (column.D_VX, vx, hidden),
        (column.D_VY, vy, hidden),
    ):
        better[..., at] = np.where(where, values, rows[..., at])
    return better


def refine_log(
    ego: NDArray[np.float32], rows: NDArray[np.float32], goes_on: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The objects ``(N, 4, D)`` of consecutive log rows, as returned by ``PositionFilter.refine``.

    Parameters
    ----------
    ego, rows
        ``(N, E)`` and ``(N, 4, D)``.
    goes_on
        ``(N,)``: rows after which the same episode goes on in the next row.
    """
    is_new = np.ones(len(rows), np.bool_)
    is_new[1:] = ~goes_on[:-1]
    now = np.zeros((len(rows), DEBRIS_SLOTS, NUM_PLACE))
    _note_log(ego, rows, is_new, np.zeros((1, DEBRIS_SLOTS, _NUM_SEEN)), now)
    return _better(ego, rows, now)


@compiled
def _note_log(ego: Array, debris: Array, is_new: Array, seen: Array, out: Array) -> None:
    """Filter one world of a log, decision after decision, in place."""
    for k in range(debris.shape[0]):
        now = slice(k, k + 1)
        update_positions(ego[now], debris[now], is_new[now], seen, out[now])


@compiled
def update_positions(ego: Array, debris: Array, is_new: Array, seen: Array, out: Array) -> None:
    """Filter one decision of every world: update ``seen`` and write the estimate to ``out``, in place."""
    for b in range(debris.shape[0]):
        for j in range(DEBRIS_SLOTS):
            row, known = debris[b, j], seen[b, j]
            for k in range(NUM_PLACE):
                out[b, j, k] = 0.0
            if row[column.D_TRACKED] < 0.5:
                known[_IDENTITY] = -1.0
                continue
            if is_new[b] or known[_IDENTITY] != row[column.D_IDENTITY]:
                known[_IDENTITY] = row[column.D_IDENTITY]
                _begin(ego[b], row, known)
            else:
                _go_on(ego[b], row, known)
            known[_EGO_SPEED] = ego[b, column.E_SPEED] * math.cos(ego[b, column.E_HEADING])
            _write_place(row, known, out[b, j])


@compiled
def _moves(row: Array) -> bool:
    """Whether an object was moving when it was last seen."""
    noise = REST_SDS * row[column.D_SD_V]
    fast = row[column.D_VX] ** 2 + row[column.D_VY] ** 2 > noise * noise
    return bool(fast or row[column.D_Z] >= ABOVE_ROAD_M)


@compiled
def _write_place(row: Array, known: Array, out: Array) -> None:
    """Write the present estimate of an object, in place; a hidden moving object slides to a stop."""
    age = row[column.D_AGE_SINCE_SEEN]
    speed = math.hypot(known[_VX], known[_VY])
    left = max(speed - SLOWING_MPS2 * age, 0.0) / speed if speed > 0.0 else 0.0
    # mean speed times the time until it lies, in seconds of its first speed
    slid = 0.5 * (1.0 + left) * min(age, speed / SLOWING_MPS2)
    drift = (HIDDEN_SD_MPS + (row[column.D_SD_V] if speed > 0.0 else 0.0)) * age
    for k in range(2):
        axis = known[_AXES + k * NUM_ESTIMATE : _AXES + (k + 1) * NUM_ESTIMATE]
        out[X + k] = axis[FIRST] + slid * known[_VX + k]
        out[VX + k] = left * known[_VX + k]
        out[SD_X + k] = math.sqrt(axis[VARIANCE] + drift * drift)


@compiled
def _begin(ego: Array, row: Array, known: Array) -> None:
    """Start the filter with a track's first measurement, in place; the lasting error has the sensor's variance."""
    known[_VX] = row[column.D_VX] if _moves(row) else 0.0
    known[_VY] = row[column.D_VY] if _moves(row) else 0.0
    for k in range(2):
        sd = row[column.D_SD_X + k]
        axis = known[_AXES + k * NUM_ESTIMATE : _AXES + (k + 1) * NUM_ESTIMATE]
        axis[FIRST] = row[column.D_DX] if k == 0 else ego[column.E_Y] + row[column.D_DY]
        axis[SECOND] = 0.0
        axis[VARIANCE], axis[COVARIANCE], axis[SECOND_VARIANCE] = sd * sd, -TRACK_SHARE * sd, 1.0


@compiled
def _go_on(ego: Array, row: Array, known: Array) -> None:
    """Advance the filter by one decision, in place; correct it if the object is seen."""
    now = ego[column.E_SPEED] * math.cos(ego[column.E_HEADING])
    known[_AXES + FIRST] -= 0.5 * (known[_EGO_SPEED] + now) * DECISION_S
    if row[column.D_AGE_SINCE_SEEN] > 0.0:
        return
    moves = _moves(row)
    for k in range(2):
        v = row[column.D_VX + k] if moves else 0.0
        axis = known[_AXES + k * NUM_ESTIMATE : _AXES + (k + 1) * NUM_ESTIMATE]
        axis[FIRST] += 0.5 * (known[_VX + k] + v) * DECISION_S
        drift = SLIDING_SDS * row[column.D_SD_V] * DECISION_S if moves else 0.0
        axis[VARIANCE] += ODOMETRY_SD_M * ODOMETRY_SD_M + drift * drift
        known[_VX + k] = v
        measured = row[column.D_DX] if k == 0 else ego[column.E_Y] + row[column.D_DY]
        _correct(axis, measured, row[column.D_SD_X + k])


@compiled
def _correct(axis: Array, measured: float, sd: float) -> None:
    """Correct the filter by a measured position, in place."""
    lasting, noise = TRACK_SHARE * sd, DECISION_SHARE * sd
    off = measured - axis[FIRST] - lasting * axis[SECOND]
    with_p = axis[VARIANCE] + lasting * axis[COVARIANCE]
    with_e = axis[COVARIANCE] + lasting * axis[SECOND_VARIANCE]
    variance = with_p + lasting * with_e + noise * noise
    if off * off > JUMP_SDS * JUMP_SDS * variance:
        # it has been moved: its old position gives no information, but the error of the track is still its error
        axis[VARIANCE] += off * off
        with_p += off * off
        variance += off * off
    correct(axis, off, with_p, with_e, variance)
