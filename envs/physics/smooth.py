"""Logistic curve, clipping, the ramp with a dead band, and the direction of a vector."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled, shared


@compiled
def clip(x: float, low: float, high: float) -> float:
    """``x`` limited to the range from ``low`` to ``high``."""
    if x < low:
        return low
    if x > high:
        return high
    return x


@compiled
def logistic(x: float) -> float:
    """Logistic curve 1/(1 + exp(-x)), without overflow for any finite ``x``."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


@compiled
def ramp(x: float, threshold: float, width: float, dead_band: float) -> float:
    """Probability that rises around a threshold and is exactly zero up to a dead band.

    ``max(0, S((x - threshold)/width) - S((dead_band - threshold)/width))``, all in one unit. A bare logistic multiplied
    by the price of a crash charges harmless objects through its tail; hence the dead band (envs/physics/SOURCES.md 6).
    """
    if x <= dead_band:
        return 0.0
    return logistic((x - threshold) / width) - logistic((dead_band - threshold) / width)


@shared
def direction(x: float, y: float) -> float:
    """Angle of a vector from the first axis, rad; near that axis a series, whose error is below 3e-8."""
    if x <= 0.0 or abs(y) > 0.25 * x:
        return math.atan2(y, x)
    t = y / x
    s = t * t
    return t * (1.0 - s * (1.0 / 3.0 - s * (1.0 / 5.0 - s * (1.0 / 7.0 - s * (1.0 / 9.0)))))
