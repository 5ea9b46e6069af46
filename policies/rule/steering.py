"""Steering of the rules: the lateral target, and how gently it moves to the position that was chosen."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import LANE_WIDTH_M, column
from policies.command import move_towards
from policies.planning.ways import ease_each
from policies.rule.lateral_positions import LAG_S
from policies.rule.rules import HALF_LANE_M

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]

SUDDEN_MPS2: Final = 2.2
"""From here on the lateral target jumps: the steering law itself is what limits the motion."""

EASE_RANGE_S: Final = (2.5, 7.0)
"""Shortest and longest way along half a cosine. A change of lane in these times peaks at 3.2 and 0.4 m/s2, a shift of
1.2 m in 3.5 s at 0.5 m/s2; drivers take 3 to 8 s for a change of lane (Toledo and Zohar, 2007, Transportation Research
Record 1999: 4.6 s on average)."""

RETURN_S: Final = 3.5
"""Duration of the way back to the lane's centre when nothing calls for haste [A]: 1.2 m peak at 0.5 m/s2."""

SPARE_SHARE: Final = 0.9
"""Share of the time that is left in which an eased way ends [A]."""

SAME_GOAL_M: Final = 0.25
"""A position nearer than this to the last one is the same goal: its way goes on [A: a step of the positions]."""


class Steering:
    """Lane, goal and lateral target of ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self.home, self.goal = np.zeros(size), np.zeros(size)
        """``(B,)`` centre of the lane that the ego belongs to, and the lateral position that it steers for, m."""
        self._target, self._drift = np.zeros(size), np.zeros(size)
        self._ramp_s = np.full(size, RETURN_S)  # 0: as sharply as it is urgent

    def begin(self, ego: Array, is_new: Mask) -> None:
        """Start new episodes in the lane of the ego."""
        lane = lane_centre(ego)
        self.home, self.goal = (np.where(is_new, lane, old) for old in (self.home, self.goal))
        self._target = np.where(is_new, ego[:, column.E_Y], self._target)
        self._drift = np.where(is_new, 0.0, self._drift)
        self._ramp_s = np.where(is_new, RETURN_S, self._ramp_s)

    def aim(self, at: Indices, goal: Array, needed_mps2: Array, left_s: Array, calm: Array) -> None:
        """Set the goals of the worlds ``at``, and choose how gently to get there.

        Parameters
        ----------
        at
            ``(A,)`` worlds.
        goal
            ``(A,)`` lateral positions, m.
        needed_mps2
            Lateral acceleration needed to be clear of everything in time.
        left_s
            Time until the first object is reached; ``inf`` without one.
        calm
            Lateral acceleration that nothing urgent exceeds, m/s2; an eased way that needs more by now is given up.
        """
        is_same = np.abs(goal - self.goal[at]) < SAME_GOAL_M
        ramp = _ease_time(np.abs(goal - self._target[at]), left_s, calm)
        kept = np.where(needed_mps2 <= calm, self._ramp_s[at], 0.0)
        self._ramp_s[at] = np.where(is_same, kept, ramp)
        self.goal[at] = goal

    def settle(self, ego: Array, is_clear: Mask) -> None:
        """Where nothing matters any more, stay in a new lane or return to the centre of the old one."""
        has_left = np.abs(ego[:, column.E_Y] - self.home) > HALF_LANE_M
        self.home = np.where(is_clear & has_left, lane_centre(ego), self.home)
        self.goal = np.where(is_clear, self.home, self.goal)
        self._ramp_s = np.where(is_clear, RETURN_S, self._ramp_s)

    def steer(self, urgency_mps2: Array) -> Array:
        """Lateral target of this decision: eased, or with an urgency, or at once if that is large."""
        sharp, sharp_drift = move_towards(self._target, self._drift, self.goal, urgency_mps2)
        ramp_s = np.maximum(self._ramp_s, EASE_RANGE_S[0])
        gentle, gentle_drift = ease_each(self._target, self._drift, self.goal, ramp_s)
        is_eased = self._ramp_s > 0.0
        is_sudden = ~is_eased & (urgency_mps2 >= SUDDEN_MPS2)
        drift = np.where(is_eased, gentle_drift, sharp_drift)
        self._drift = np.where(is_sudden, 0.0, drift)
        self._target = np.where(is_sudden, self.goal, np.where(is_eased, gentle, sharp))
        return self._target


def lane_centre(ego: Array) -> Array:
    """Centre of the nearest live lane, m."""
    lane = np.round(ego[:, column.E_Y] / LANE_WIDTH_M)
    return np.clip(lane, 0.0, ego[:, column.E_NUM_LANES] - 1.0) * LANE_WIDTH_M


def _ease_time(way: Array, left_s: Array, calm_mps2: Array) -> Array:
    """Duration of a half cosine over ``way`` m that ends in time, s; 0 where a calm glide is as gentle."""
    ramp = np.minimum(SPARE_SHARE * np.maximum(left_s - LAG_S, 0.0), EASE_RANGE_S[1])
    peak = 0.5 * math.pi**2 * way / np.square(np.maximum(ramp, 0.1))
    return np.where((ramp >= EASE_RANGE_S[0]) & (peak <= calm_mps2), ramp, 0.0)
