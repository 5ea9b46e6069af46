"""Motion filter of objects: Kalman filters of position, speed and the lasting errors of a track.

A measured position or speed has an error that is one draw for the life of the track and one draw per decision, both in
proportion to the stated deviation (``envs.sensing.measure``). The lasting errors are states of the filter: how the
measured position changes gives the speed, and the trend of a position whose deviation shrinks gives its lasting error.

Two filters run side by side. The moving one estimates position, speed and both lasting errors; the resting one takes
the speed to be zero and estimates position and its lasting error. The speed of the moving filter decides which one is
used.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, DECISION_S, column
from envs.specification.world import Array
from policies.base import Observation
from policies.perception.object_motion import (
    NUM_MOVING,
    NUM_RESTING,
    ODOMETRY_SD_M,
    POSITION,
    REST_SDS,
    SPEED,
    begin,
    flies,
    measure_moving,
    measure_resting,
    move_on,
)

REST_MPS: Final = 0.3
"""Slower than this an object is taken to rest, however precise the estimate [A: 1 m in a plan of 3 s]."""

HIDDEN_SD_MPS: Final = 0.15
"""Growth of the deviation of what lies hidden: traffic and wind may move it unseen [A]."""

X, Y, VX, VY, SD_X, SD_Y, SD_V = range(7)
NUM_NOW: Final = 7
"""Now: ahead of the ego's centre and across the road, m; velocity, m/s, 0 for what rests; standard deviations of the
position along and across, m, and of the speed, m/s."""

_IDENTITY, _EGO_SPEED, _MOVES = range(3)


class _Memory(NamedTuple):
    """Estimates of all tracked objects in ``B`` worlds; two axes: along and across the road."""

    head: Array  # (B, J, 3) identity of the track, speed of the ego, whether the object moves
    moving: Array  # (B, J, 2, 4) position, speed, and their lasting errors in shares of the stated deviation
    moving_covariance: Array  # (B, J, 2, 4, 4)
    resting: Array  # (B, J, 2, 2) position and its lasting error
    resting_covariance: Array  # (B, J, 2, 2, 2)


def _empty_memory(size: int) -> _Memory:
    """Memory of worlds in which nothing has been observed."""
    slots = (size, DEBRIS_SLOTS)
    memory = _Memory(
        np.zeros((*slots, 3)),
        np.zeros((*slots, 2, NUM_MOVING)),
        np.zeros((*slots, 2, NUM_MOVING, NUM_MOVING)),
        np.zeros((*slots, 2, NUM_RESTING)),
        np.zeros((*slots, 2, NUM_RESTING, NUM_RESTING)),
    )
    memory.head[..., _IDENTITY] = -1.0
    return memory


class ObjectFilter:
    """Motion filters of all tracked objects in ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self._memory = _empty_memory(size)
        self.now = np.zeros((size, DEBRIS_SLOTS, NUM_NOW))
        """``(B, 4, NUM_NOW)`` of the last ``refine``; zero for free slots."""

    def refine(self, observation: Observation, is_new: NDArray[np.bool_]) -> Observation:
        """Process one observation; returns it with filtered positions and velocities of objects, and their deviations.

        ``is_new`` ``(B,)`` marks worlds in which an episode begins.
        """
        ego, rows = observation["ego"], observation["debris"]
        _filter_worlds(ego, rows, is_new, self._memory, self.now)
        return {**observation, "debris": _better(ego, rows, self.now)}

    def put(self, chosen: NDArray[np.int64], other: ObjectFilter) -> None:
        """Overwrite the memory of some worlds, in place."""
        for mine, others in zip(self._memory, other._memory, strict=True):
            mine[chosen] = others
        self.now[chosen] = other.now


def refine_log(
    ego: NDArray[np.float32], rows: NDArray[np.float32], goes_on: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The objects ``(N, 4, D)`` of consecutive log rows, as returned by ``ObjectFilter.refine``.

    Parameters
    ----------
    ego, rows
        ``(N, E)`` and ``(N, 4, D)``.
    goes_on
        ``(N,)``: rows after which the same episode goes on in the next row.
    """
    is_new = np.ones(len(rows), np.bool_)
    is_new[1:] = ~goes_on[:-1]
    now = np.zeros((len(rows), DEBRIS_SLOTS, NUM_NOW))
    _filter_log(ego, rows, is_new, _empty_memory(1), now)
    return _better(ego, rows, now)


def _better(
    ego: NDArray[np.float32], rows: NDArray[np.float32], now: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Rows of objects ``(B, 4, D)`` with the filtered motion.

    Readers move a hidden object on with its velocity for as long as it has been hidden; positions are written so that
    this gives the present one.
    """
    tracked = rows[..., column.D_TRACKED] > 0.5
    age = rows[..., column.D_AGE_SINCE_SEEN]
    vx, vy = now[..., VX], now[..., VY]
    better = rows.copy()
    for at, values in (
        (column.D_DX, now[..., X] - age * vx),
        (column.D_DY, now[..., Y] - age * vy - ego[:, None, column.E_Y]),
        (column.D_SD_X, now[..., SD_X]),
        (column.D_SD_Y, now[..., SD_Y]),
        (column.D_VX, vx),
        (column.D_VY, vy),
        (column.D_SD_V, now[..., SD_V]),
    ):
        better[..., at] = np.where(tracked, values, rows[..., at])
    return better


@compiled
def _filter_log(ego: Array, debris: Array, is_new: Array, memory: _Memory, out: Array) -> None:
    """Filter one world of a log, decision after decision, in place."""
    for k in range(debris.shape[0]):
        now = slice(k, k + 1)
        _filter_worlds(ego[now], debris[now], is_new[now], memory, out[now])


@compiled
def _filter_worlds(ego: Array, debris: Array, is_new: Array, memory: _Memory, out: Array) -> None:
    """Filter one decision of every world: update ``memory`` and write the estimate to ``out``, in place."""
    for b in range(debris.shape[0]):
        for j in range(DEBRIS_SLOTS):
            row, head = debris[b, j], memory.head[b, j]
            out[b, j] = 0.0
            if row[column.D_TRACKED] < 0.5:
                head[_IDENTITY] = -1.0
                continue
            _filter_object(
                ego[b],
                row,
                is_new[b] or head[_IDENTITY] != row[column.D_IDENTITY],
                head,
                memory.moving[b, j],
                memory.moving_covariance[b, j],
                memory.resting[b, j],
                memory.resting_covariance[b, j],
            )
            _write_now(row, memory, b, j, out[b, j])


@compiled
def _filter_object(
    ego: Array,
    row: Array,
    begins: bool,
    head: Array,
    moving: Array,
    covariance: Array,
    resting: Array,
    resting_covariance: Array,
) -> None:
    """Filter one decision of one object, in place; the arrays are its rows of ``_Memory``."""
    speed = ego[column.E_SPEED] * math.cos(ego[column.E_HEADING])
    if begins:
        head[_IDENTITY], head[_MOVES] = row[column.D_IDENTITY], 1.0
        begin(ego, row, moving, covariance)
    else:
        way = 0.5 * (head[_EGO_SPEED] + speed) * DECISION_S
        move_on(row, way, head[_MOVES] > 0.5, moving, covariance)
        _lie_on(way, resting, resting_covariance)
        if row[column.D_AGE_SINCE_SEEN] <= 0.0:
            measure_moving(ego, row, moving, covariance)
            measure_resting(ego, row, resting, resting_covariance)
    head[_EGO_SPEED] = speed
    moved = head[_MOVES] > 0.5
    if row[column.D_AGE_SINCE_SEEN] <= 0.0:
        head[_MOVES] = 1.0 if flies(row) or _is_fast(moving, covariance) else 0.0
    elif moving[0, SPEED] == 0.0 and moving[1, SPEED] == 0.0:
        head[_MOVES] = 0.0
    if moved or head[_MOVES] > 0.5:
        _let_rest(moving, covariance, resting, resting_covariance)


@compiled
def _speed_sd(covariance: Array) -> float:
    """Standard deviation of the speed, one for both axes, m/s."""
    total: float = covariance[0, SPEED, SPEED] + covariance[1, SPEED, SPEED]
    return math.sqrt(0.5 * max(total, 0.0))


@compiled
def _is_fast(moving: Array, covariance: Array) -> bool:
    """Whether the speed of an object is certainly not zero."""
    speed = math.hypot(moving[0, SPEED], moving[1, SPEED])
    return bool(speed > max(REST_SDS * _speed_sd(covariance), REST_MPS))


@compiled
def _let_rest(moving: Array, covariance: Array, resting: Array, resting_covariance: Array) -> None:
    """Begin the resting filter with position and lasting error of the moving one, in place."""
    for a in range(2):
        for i in range(NUM_RESTING):
            resting[a, i] = moving[a, 2 * i]
            for k in range(NUM_RESTING):
                resting_covariance[a, i, k] = covariance[a, 2 * i, 2 * k]


@compiled
def _lie_on(way: float, resting: Array, resting_covariance: Array) -> None:
    """Advance the resting filter by one decision, in which the ego drives ``way`` m, in place."""
    resting[0, POSITION] -= way
    for a in range(2):
        resting_covariance[a, POSITION, POSITION] += ODOMETRY_SD_M * ODOMETRY_SD_M


@compiled
def _write_now(row: Array, memory: _Memory, b: int, j: int, out: Array) -> None:
    """Write the present estimate of an object, in place."""
    moves = memory.head[b, j, _MOVES] > 0.5
    moving, covariance = memory.moving[b, j], memory.moving_covariance[b, j]
    # of a hidden object whose speed may be zero by now the position is moved on, and the speed is given as zero
    has_speed = moves and (_is_fast(moving, covariance) or row[column.D_AGE_SINCE_SEEN] <= 0.0)
    drift = HIDDEN_SD_MPS * row[column.D_AGE_SINCE_SEEN]
    for a in range(2):
        if moves:
            out[X + a] = moving[a, POSITION]
            out[VX + a] = moving[a, SPEED] if has_speed else 0.0
            variance = covariance[a, POSITION, POSITION]
        else:
            out[X + a] = memory.resting[b, j, a, POSITION]
            variance = memory.resting_covariance[b, j, a, POSITION, POSITION]
        out[SD_X + a] = math.sqrt(variance + drift * drift)
    out[SD_V] = _speed_sd(covariance)
