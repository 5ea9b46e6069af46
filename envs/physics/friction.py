"""Friction on a spill: available at the wheels, and needed by a manoeuvre (envs/physics/SOURCES.md 2.5)."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled
from envs.physics.smooth import ramp
from envs.specification import GRAVITY_MPS2

SPILL_THRESHOLD, SPILL_WIDTH, SPILL_DEAD_BAND = 1.0, 0.06, 0.5
"""Ramp of losing control over the demand as a share of the grip (envs/physics/SOURCES.md 2.5) [A]."""

LEAST_FRICTION = 0.01
"""Friction is never taken as less than this, so that a demand can be compared with it."""


@compiled
def mean_friction(road: float, patch: float, fraction: float) -> float:
    """Mean friction coefficient if a ``fraction`` (0..1) of the wheels is on the patch."""
    return road + fraction * (patch - road)


@compiled
def required_friction(longitudinal: float, lateral: float) -> float:
    """Friction coefficient that an acceleration (m/s2, m/s2) needs."""
    return math.sqrt(longitudinal * longitudinal + lateral * lateral) / GRAVITY_MPS2


@compiled
def spill_loss_of_control(required: float, available: float) -> float:
    """Probability of losing control where a manoeuvre needs more friction than the wheels have.

    0 up to half of the grip, one half where all of it is needed.
    """
    share = required / max(available, LEAST_FRICTION)
    return ramp(share, SPILL_THRESHOLD, SPILL_WIDTH, SPILL_DEAD_BAND)
