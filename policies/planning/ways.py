"""The way sideways, decision by decision: half a cosine that goes on from the lateral motion under way.

Planning anew in every decision makes the same way as planning it at once. Rules and planners steer by it.
"""

from __future__ import annotations

import math
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import shared
from envs.specification import DECISION_S, LANE_WIDTH_M

Array = NDArray[np.float64]
Metres = TypeVar("Metres", float, Array)
Number = Array | float

EASES_S: Final = (1.5, 2.5, 3.5, 5.0, 7.0)
"""Durations of ways sideways. A shift of 1.2 m peaks at 2.6, 0.9, 0.5, 0.24 and 0.12 m/s2; a lane change in 2.5 s or
more at 3.2, 1.6, 0.8 and 0.4 m/s2. Drivers take 4.6 s for one on average (Toledo and Zohar, 2007, Transportation
Research Record 1999)."""

RETURN_S: Final = 5.0
"""Duration of the way back to the lane's centre when nothing calls for haste [A]: 1.2 m peak at 0.24 m/s2."""


@shared
def ease(target: Metres, drift: Metres, goal: Metres, ramp_s: float) -> tuple[Metres, Metres]:
    """Lateral target and its drift after one decision along half a cosine towards a goal; numbers or arrays.

    Parameters
    ----------
    target, drift, goal
        m, m/s, m.
    ramp_s
        Duration of the whole way from rest, s.

    Notes
    -----
    On half a cosine the root of the remaining way is itself a cosine, so the next one follows from the last two:
    ``r[t + 1] = 2 cos(a) r[t] - r[t - 1]`` with ``a = pi DECISION_S / (2 ramp_s)``. The acceleration is never larger
    than that of a change of lane in the same time.
    """
    turn = 2.0 * math.cos(0.5 * math.pi * DECISION_S / ramp_s)
    return _go_on(target, drift, goal, turn, 0.5 * math.pi**2 * LANE_WIDTH_M / (ramp_s * ramp_s))


def ease_each(target: Array, drift: Array, goal: Array, ramp_s: Array) -> tuple[Array, Array]:
    """The same for worlds whose ways have different durations, all ``(B,)``."""
    turn = 2.0 * np.cos(0.5 * math.pi * DECISION_S / ramp_s)
    return _go_on(target, drift, goal, turn, 0.5 * math.pi**2 * LANE_WIDTH_M / (ramp_s * ramp_s))


@shared
def _go_on(
    target: Metres, drift: Metres, goal: Metres, turn: Number, most_mps2: Number
) -> tuple[Metres, Metres]:
    """One decision of a way: ``turn`` is ``2 cos(a)``, ``most_mps2`` the largest acceleration."""
    side, left = np.sign(goal - target), np.abs(goal - target)
    # motion away from the goal ends first: it counts as rest
    before = np.maximum(left + side * drift * DECISION_S, left)
    root = np.maximum(turn * np.sqrt(left) - np.sqrt(before), 0.0)
    wanted = side * (left - root * root) / DECISION_S
    most = most_mps2 * DECISION_S
    drift = drift + np.minimum(np.maximum(wanted - drift, -most), most)
    return target + drift * DECISION_S, drift
