"""Losing control by yaw or by swerving, and what the crash costs (envs/physics/SOURCES.md 6.1) [A]."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.harm import harm
from envs.physics.compilation import compiled
from envs.physics.friction import LEAST_FRICTION
from envs.physics.smooth import logistic, ramp
from envs.specification import GRAVITY_MPS2


@compiled
def crash_cost(speed: float, p: np.record) -> float:
    """Expected US$ of the crash that follows losing control at ``speed`` m/s."""
    return p.occupants * harm(p.crash_speed_share * speed, p) + p.crash_property_usd


@compiled
def yaw_loss_of_control(yaw_rate: float, speed: float, p: np.record) -> float:
    """Probability of losing control because a contact turns the car.

    Parameters
    ----------
    yaw_rate
        Peak, rad/s, either sign.
    speed
        Of the car over the road, m/s.
    p
        Record of ``CostParameters.to_array``; its setting decides which yaw is dangerous, or none.

    Returns
    -------
    float
        0 up to ``yaw_dead_band_mps2``, which keeps harmless objects free.
    """
    if p.yaw_weight == 0.0:
        return 0.0
    demand = math.fabs(yaw_rate) * speed
    return p.yaw_weight * ramp(demand, p.yaw_threshold_mps2, p.yaw_width_mps2, p.yaw_dead_band_mps2)


@compiled
def swerve_loss_of_control(lateral_acceleration: float, friction: float, p: np.record) -> float:
    """Probability of losing control by one's own steering.

    Parameters
    ----------
    lateral_acceleration
        Largest of the manoeuvre, m/s2, either sign; 4 d/T^2 for an offset d in time T.
    friction
        Mean friction coefficient under the wheels.
    p
        Record of ``CostParameters.to_array``.

    Returns
    -------
    float
        0 at rest, one half at 0.75 of the grip. No dead band: 2 m/s2 on a dry road has 0.0008.
    """
    share = math.fabs(lateral_acceleration) / (GRAVITY_MPS2 * max(friction, LEAST_FRICTION))
    at_rest = logistic(-p.swerve_threshold / p.swerve_width)
    return max(0.0, logistic((share - p.swerve_threshold) / p.swerve_width) - at_rest)
