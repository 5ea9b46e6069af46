"""Kalman kernels of one object: moving, with position, speed and lasting errors as states; and resting."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.physics.compilation import compiled
from envs.sensing.measure import (
    DECISION_SHARE,
    SPEED_DECISION_SHARE,
    SPEED_TRACK_SHARE,
    TRACK_SHARE,
)
from envs.specification import DECISION_S, column
from envs.specification.world import Array
from policies.perception.kalman import correct, innovation_variance

REST_SDS: Final = 2.5
"""A speed within this many standard deviations of zero is rest, as everywhere in the world model."""

ABOVE_ROAD_M: Final = 0.05
"""Height above which an object flies."""

ODOMETRY_SD_M: Final = 0.03
"""Error of the ego's way in a decision: its speed is known at both ends only, brakes change it between [A]."""

SLOWING_MPS2: Final = 5.0
"""What slides on a road slows down like this: Coulomb friction of about 0.5, which most of the catalogue has. On driven
episodes of the training seeds, what had moved and was hidden is found within 1 m after 1 s, from its true place at the
last sight, in 13 % if it never slows down, in 61 % with 4.4 and in 73 % with 6 m/s2 [A]."""

ALONG_MPS2, ACROSS_MPS2 = 2.5, 0.6
"""Standard deviation of the acceleration of what moves: in the direction of its motion, where friction is known
roughly, and in any direction (wind, wakes) [A]."""

RESTING_MPS2: Final = 0.2
"""The same for what rests: hardly any, blows are found by ``JUMP_SDS`` [A]."""

PRIOR_ACROSS_MPS: Final = 0.6
"""Standard deviation of the speed across the road of an object before it is measured: objects fall from vehicles and
slide along the road; a measured one that contradicts it by ``REST_SDS`` is taken as it is [A]."""

JUMP_SDS: Final = 5.0
"""A measurement that is further off than this means that the object has been moved [A]."""

STRUCK_MPS: Final = 5.0
"""Standard deviation of the change of speed of an object that has been moved [A]."""

POSITION, SPEED, POSITION_ERROR, SPEED_ERROR = range(4)
NUM_MOVING: Final = 4
"""States of the moving filter; lasting errors are in shares of the stated deviation."""

REST_ERROR: Final = 1
NUM_RESTING: Final = 2
"""States of the resting filter: position and its lasting error."""


@compiled
def flies(row: Array) -> bool:
    """Whether an object is above the road."""
    return bool(row[column.D_Z] >= ABOVE_ROAD_M)


@compiled
def measured_position(ego: Array, row: Array, a: int) -> float:
    """Measured position along (``a`` = 0, from the ego) or across the road, m."""
    dx: float = row[column.D_DX]
    return dx if a == 0 else ego[column.E_Y] + row[column.D_DY]


@compiled
def begin(ego: Array, row: Array, moving: Array, covariance: Array) -> None:
    """Begin with a track's first measurement, in place; lasting errors have the sensor's variance."""
    for a in range(2):
        sd, sd_v = row[column.D_SD_X + a], row[column.D_SD_V]
        mean, spread = moving[a], covariance[a]
        mean[:], spread[:] = 0.0, 0.0
        mean[POSITION] = measured_position(ego, row, a)
        spread[POSITION, POSITION] = sd * sd
        spread[POSITION, POSITION_ERROR] = spread[POSITION_ERROR, POSITION] = -TRACK_SHARE * sd
        spread[POSITION_ERROR, POSITION_ERROR] = spread[SPEED_ERROR, SPEED_ERROR] = 1.0
        prior = PRIOR_ACROSS_MPS * PRIOR_ACROSS_MPS
        vy = row[column.D_VY]
        if a == 1 and vy * vy < REST_SDS * REST_SDS * (prior + sd_v * sd_v):
            spread[SPEED, SPEED] = prior
            noise = (SPEED_DECISION_SHARE * sd_v) ** 2
            correct(mean, spread, _speed_weights(row), vy, noise)
        else:
            mean[SPEED] = row[column.D_VX + a]
            spread[SPEED, SPEED] = sd_v * sd_v
            spread[SPEED, SPEED_ERROR] = spread[SPEED_ERROR, SPEED] = -SPEED_TRACK_SHARE * sd_v


@compiled
def move_on(row: Array, way: float, moves: bool, moving: Array, covariance: Array) -> None:
    """Advance the moving filter by one decision, in which the ego drives ``way`` m, in place."""
    speed = math.hypot(moving[0, SPEED], moving[1, SPEED])
    slides = moves and (not flies(row) or row[column.D_AGE_SINCE_SEEN] > 0.0)
    left = max(speed - SLOWING_MPS2 * DECISION_S, 0.0) / speed if slides and speed > 0.0 else 1.0
    for a in range(2):
        mean, spread = moving[a], covariance[a]
        before = mean[SPEED]
        mean[SPEED] = before * left
        mean[POSITION] += 0.5 * (before + mean[SPEED]) * DECISION_S
        for i in range(NUM_MOVING):
            spread[POSITION, i] += DECISION_S * spread[SPEED, i]
        for i in range(NUM_MOVING):
            spread[i, POSITION] += DECISION_S * spread[i, SPEED]
        noise = RESTING_MPS2
        if moves:
            along = ALONG_MPS2 * before / speed if speed > 0.0 else 0.0
            noise = math.sqrt(along * along + ACROSS_MPS2 * ACROSS_MPS2)
        spread[SPEED, SPEED] += (noise * DECISION_S) ** 2
        spread[POSITION, POSITION] += (0.5 * noise * DECISION_S * DECISION_S) ** 2
        spread[POSITION, POSITION] += ODOMETRY_SD_M * ODOMETRY_SD_M
    moving[0, POSITION] -= way


@compiled
def measure_moving(ego: Array, row: Array, moving: Array, covariance: Array) -> None:
    """Correct the moving filter by a measured position and velocity, in place."""
    motion = _speed_weights(row)
    noise_v = (SPEED_DECISION_SHARE * row[column.D_SD_V]) ** 2
    is_struck = False
    for a in range(2):
        place = _position_weights(row, a, NUM_MOVING)
        noise = (DECISION_SHARE * row[column.D_SD_X + a]) ** 2
        off = measured_position(ego, row, a) - (place * moving[a]).sum()
        is_struck = is_struck or _is_jump(off, innovation_variance(covariance[a], place, noise))
        off = row[column.D_VX + a] - (motion * moving[a]).sum()
        is_struck = is_struck or _is_jump(off, innovation_variance(covariance[a], motion, noise_v))
    for a in range(2):
        mean, spread = moving[a], covariance[a]
        place = _position_weights(row, a, NUM_MOVING)
        noise = (DECISION_SHARE * row[column.D_SD_X + a]) ** 2
        measured = measured_position(ego, row, a)
        if is_struck:
            _free(measured - (place * mean).sum(), spread)
        correct(mean, spread, place, measured, noise)
        correct(mean, spread, motion, row[column.D_VX + a], noise_v)


@compiled
def measure_resting(ego: Array, row: Array, resting: Array, covariance: Array) -> None:
    """Correct the resting filter by a measured position, in place."""
    for a in range(2):
        place = _position_weights(row, a, NUM_RESTING)
        noise = (DECISION_SHARE * row[column.D_SD_X + a]) ** 2
        measured = measured_position(ego, row, a)
        off = measured - (place * resting[a]).sum()
        if _is_jump(off, innovation_variance(covariance[a], place, noise)):
            covariance[a, POSITION, POSITION] += off * off
        correct(resting[a], covariance[a], place, measured, noise)


@compiled
def _position_weights(row: Array, a: int, size: int) -> Array:
    """Weights of a measured position in the states of a filter with ``size`` states."""
    weights = np.zeros(size)
    weights[POSITION] = 1.0
    weights[REST_ERROR if size == NUM_RESTING else POSITION_ERROR] = (
        TRACK_SHARE * row[column.D_SD_X + a]
    )
    return weights


@compiled
def _speed_weights(row: Array) -> Array:
    """Weights of a measured speed in the states of the moving filter."""
    weights = np.zeros(NUM_MOVING)
    weights[SPEED], weights[SPEED_ERROR] = 1.0, SPEED_TRACK_SHARE * row[column.D_SD_V]
    return weights


@compiled
def _is_jump(off: float, variance: float) -> bool:
    """Whether a measurement is so far off that the object must have been moved."""
    return off * off > JUMP_SDS * JUMP_SDS * variance


@compiled
def _free(off: float, spread: Array) -> None:
    """Give up position and speed of an axis, in place; the lasting errors of the track are still its errors."""
    struck = STRUCK_MPS * STRUCK_MPS
    spread[SPEED, SPEED] += struck
    spread[POSITION, POSITION] += struck * DECISION_S * DECISION_S + off * off
    spread[POSITION, SPEED] += struck * DECISION_S
    spread[SPEED, POSITION] += struck * DECISION_S
