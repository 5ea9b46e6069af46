"""Cost of the crash after losing control, and the probability of losing it by yaw (envs/physics/SOURCES.md 6.1) [A]."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.harm import harm
from envs.physics.compilation import compiled
from envs.physics.smooth import ramp


@compiled
def crash_cost(speed: float, p: np.record) -> float:
    """Expected US$ of the crash that follows losing control at ``speed`` m/s."""
    return p.occupants * harm(p.crash_speed_share * speed, p) + p.crash_property_usd


@compiled
def yaw_loss_of_control(yaw_rate: float, speed: float, p: np.record) -> float:
    """Probability of losing control because a contact turns the car; 0 up to ``yaw_dead_band_mps2``.

    The dead band keeps harmless objects free. The setting ``loss_of_control`` decides which yaw is dangerous, or none.
    ``yaw_rate`` is the peak, rad/s, either sign; ``speed`` that of the car over the road, m/s.
    """
    if p.yaw_weight == 0.0:
        return 0.0
    demand = math.fabs(yaw_rate) * speed
    return p.yaw_weight * ramp(demand, p.yaw_threshold_mps2, p.yaw_width_mps2, p.yaw_dead_band_mps2)
