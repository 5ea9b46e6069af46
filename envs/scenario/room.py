"""Room in a lane: least gaps of vehicles placed there, and what a scripted lane change will need."""

from __future__ import annotations

from typing import NamedTuple

FREE_GAP_M = 4.0
"""Least bumper-to-bumper gap of vehicles placed in one lane [A]."""

MERGE_GAP_S = 0.5
"""Time gap, beyond ``FREE_GAP_M``, before and behind a vehicle that changes lane by script [A]: drivers do not change
into smaller ones at speed, and IDM behind it brakes without a collision."""

MERGE_S = 5.0
"""Time in which a scripted lane change is complete: a truck's takes longest."""


CHANGE_REACH = 2
"""No vehicle changes lane by itself this many lanes or fewer from where another one changes by script."""


class Claim(NamedTuple):
    """Room in a lane that a scripted vehicle will need: it moves on at its speed until then."""

    lane: int
    x_m: float
    speed_mps: float
    half_length_m: float
    start_s: float
    end_s: float

    def is_clear_of(self, x_m: float, speed_mps: float, half_length_m: float) -> bool:
        """Whether a vehicle at its speed leaves this room free, and stays before or behind it."""
        gaps = [
            (x_m + speed_mps * time) - (self.x_m + self.speed_mps * time)
            for time in (self.start_s, self.end_s)
        ]
        room = half_length_m + self.half_length_m + FREE_GAP_M + MERGE_GAP_S * self.speed_mps
        return min(gaps) > room or max(gaps) < -room
