"""The price of evading what is still ahead when a plan ends."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.cost.loss_of_control import crash_cost
from envs.cost.swerve import swerve_loss_of_control
from envs.physics.compilation import compiled

EVADE_M: Final = 0.3
"""Free space beside an object that is evaded after the plan's end [A]."""

DODGE_USD: Final = 150.0
"""Manoeuvre cost of evading an object after the plan's end: between a shift and a lane change [A]."""

CREEP_MPS: Final = 3.0
"""Speed at which something would be passed after a stop [A]."""


@compiled
def evasion_cost(lateral: float, grip: float, speed: float, p: np.record) -> float:
    """Expected cost, US$, of evading at ``speed`` (m/s) with some lateral acceleration (m/s2)."""
    return swerve_loss_of_control(lateral, grip, p) * crash_cost(speed, p) + DODGE_USD
