"""Longitudinal behaviour: highway-env's Intelligent Driver Model with its desired gap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from envs.batched.kernels import obstacle
from envs.batched.kernels.fma import fma
from envs.physics.compilation import merged
from envs.physics.steering import not_zero
from envs.specification import vehicle

Array = np.ndarray[Any, np.dtype[Any]]

COMFORT_ACCELERATION = 3.0
"""Acceleration on a free road, m/s2 (highway-env ``IDMVehicle.COMFORT_ACC_MAX``)."""

COMFORT_BRAKING = 5.0
"""Comfortable braking, m/s2 (highway-env ``-IDMVehicle.COMFORT_ACC_MIN``)."""

MAX_ACCELERATION = 6.0
"""The final command is clipped to +- this, m/s2 (highway-env ``IDMVehicle.ACC_MAX``)."""

_APPROACH_DIVISOR = 2.0 * math.sqrt(COMFORT_ACCELERATION * COMFORT_BRAKING)


@merged
def wanted_gap(
    vehicle_f: Array, obstacle_f: Array, n: int, decider: int, subject: int, lead: int
) -> float:
    """Desired distance, centre to centre, that ``subject`` keeps from ``lead``, m (quirk 12)."""
    # The jam distance and the time gap are the decider's; sizes play no part.
    if lead < n:
        lead_speed = vehicle_f[vehicle.SPEED, lead]
        lead_vx = lead_speed * vehicle_f[vehicle.COS, lead]
        lead_vy = lead_speed * vehicle_f[vehicle.SIN, lead]
    else:
        lead_vx = obstacle_f[obstacle.VX, lead - n]
        lead_vy = obstacle_f[obstacle.VY, lead - n]
    speed = vehicle_f[vehicle.SPEED, subject]
    cos = vehicle_f[vehicle.COS, subject]
    sin = vehicle_f[vehicle.SIN, subject]
    closing = fma(speed * sin - lead_vy, sin, (speed * cos - lead_vx) * cos)
    standing = vehicle_f[vehicle.JAM_DISTANCE, decider]
    return float(
        standing
        + speed * vehicle_f[vehicle.TIME_GAP, decider]
        + speed * closing / _APPROACH_DIVISOR
    )


@merged
def free_acceleration(vehicle_f: Array, speed_limit: float, decider: int, subject: int) -> float:
    """IDM's acceleration of ``subject`` on a free road as ``decider`` computes it, at most 3 m/s2.

    The exponent is the decider's, speed and target speed are the subject's (quirk 8).
    """
    target = min(max(vehicle_f[vehicle.TARGET_SPEED, subject], 0.0), speed_limit)
    ratio = max(vehicle_f[vehicle.SPEED, subject], 0.0) / abs(not_zero(target))
    power = math.pow(ratio, vehicle_f[vehicle.EXPONENT, decider])
    return COMFORT_ACCELERATION * (1.0 - power)


@merged
def following_acceleration(
    free: float, vehicle_f: Array, obstacle_f: Array, n: int, decider: int, subject: int, lead: int
) -> float:
    """IDM's acceleration of ``subject`` behind ``lead`` as ``decider`` computes it, m/s2, not clipped.

    Time gap and jam distance are the decider's, speed and position the subject's (quirk 8). Together with
    :func:`free_acceleration`, whose value for the same two vehicles is ``free``, the twin of
    ``IDMVehicle.acceleration`` in highway-env; pinned by ``tests/parity``. ``lead`` is -1 for a free road, ``>= n`` for
    obstacle ``lead - n``.
    """
    if lead < 0:
        return free
    lead_x = vehicle_f[vehicle.X, lead] if lead < n else obstacle_f[obstacle.X, lead - n]
    distance = lead_x - vehicle_f[vehicle.X, subject]
    share = wanted_gap(vehicle_f, obstacle_f, n, decider, subject, lead) / not_zero(distance)
    return free - COMFORT_ACCELERATION * (share * share)
