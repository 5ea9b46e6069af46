"""Cost of the crash after losing control, and the probability of losing it by yaw (envs/physics/SOURCES.md 6.1) [A]."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.harm import harm
from envs.physics.compilation import compiled
from envs.physics.smooth import ramp

YAW_LOG_SD = 0.3
"""Standard deviation of the logarithm of the real yaw rate about the formula's (envs/physics/SOURCES.md 2.2.6): 0.22 to
0.28 against simulated contacts of hard objects, 0.8 against those of the catalogue [A]."""

_NODES = (-2.856970013872806, -1.355626179974266, 0.0, 1.355626179974266, 2.856970013872806)
"""Nodes of the Gauss-Hermite rule with five points, for a standard normal variable."""

_WEIGHTS = (
    0.01125741132772069, 0.2220759220056126, 0.5333333333333333, 0.2220759220056126, 0.01125741132772069,
)  # fmt: skip
"""Their weights."""

_FACTORS = tuple(math.exp(YAW_LOG_SD * node) for node in _NODES)
"""Real yaw rate over the formula's at the nodes."""


@compiled
def crash_cost(speed: float, p: np.record) -> float:
    """Expected US$ of the crash that follows losing control at ``speed`` m/s."""
    return p.occupants * harm(p.crash_speed_share * speed, p) + p.crash_property_usd


@compiled
def yaw_loss_of_control(yaw_rate: float, speed: float, p: np.record) -> float:
    """Expected probability of losing control because a contact turns the car.

    The expectation is over the real yaw rate, lognormal about ``yaw_rate``, which is the peak, rad/s, either sign; five
    nodes are within 0.006 of the integral. ``speed`` is that of the car over the road, m/s. A yaw rate times speed up
    to ``yaw_dead_band_mps2`` is free, which keeps harmless objects free. The setting ``loss_of_control`` decides which
    yaw is dangerous, or none.
    """
    if p.yaw_weight == 0.0:
        return 0.0
    demand = math.fabs(yaw_rate) * speed
    if demand * _FACTORS[4] <= p.yaw_dead_band_mps2:
        return 0.0
    lost = 0.0
    for k in range(5):
        lost += _WEIGHTS[k] * ramp(
            demand * _FACTORS[k], p.yaw_threshold_mps2, p.yaw_width_mps2, p.yaw_dead_band_mps2
        )
    return p.yaw_weight * lost
