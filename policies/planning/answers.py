"""The four answers to an object on the road as open-loop action sequences, each in several executions.

They are used to find what the right answer would have been, not to drive: they know where the object is.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from envs.specification import DECISION_S, LANE_WIDTH_M
from envs.specification.world import Array
from policies.command import encode_actions

ANSWERS: Final = ("over", "left", "right", "brake")
"""Run over or straddle; steer left; steer right; brake."""

STRADDLE_SHIFT_M: Final = 0.8
"""Largest in-lane shift to centre an object between the wheels (envs/physics/SOURCES.md 5)."""

EDGE_SHIFT_M: Final = 1.1
"""In-lane shift away from an object at the side of the lane: the ego's side reaches the lane's edge."""

LANE_CHANGE_S = (1.8, 2.5, 3.5)
"""Durations of a lane change that are tried."""


class Approach(NamedTuple):
    """The state from which an answer starts."""

    speed_mps: float
    y_m: float
    lane: int
    object_distance_m: float
    object_y_m: float
    low_m: float  # lateral targets that the ego can take
    high_m: float


class Candidate(NamedTuple):
    """One execution of an answer."""

    answer: str
    name: str
    actions: Array  # (H, 2)


def candidates(approach: Approach, horizon: int) -> list[Candidate]:
    """Every execution of every answer over ``horizon`` decisions.

    The list is the same for every approach: a lane that does not exist is replaced by the edge of the road.
    """
    time = np.arange(1, horizon + 1) * DECISION_S
    arrival = max(approach.object_distance_m / max(approach.speed_mps, 1.0), 0.2)
    centre = approach.lane * LANE_WIDTH_M
    hold = np.zeros(horizon)
    straddle = _there_and_back(
        time, centre, _near(approach.object_y_m, centre, STRADDLE_SHIFT_M), arrival
    )
    found: list[Candidate] = []

    def add(answer: str, name: str, acceleration: Array, path: Array) -> None:
        actions = encode_actions(acceleration, path, approach.low_m, approach.high_m)
        found.append(Candidate(answer, name, actions))

    add("over", "keep", hold, np.full(horizon, centre))
    add("over", "straddle", hold, straddle)
    for answer, side in (("left", -1), ("right", 1)):
        edge = _there_and_back(time, centre, centre + side * EDGE_SHIFT_M, arrival)
        add(answer, f"{answer}, edge", hold, edge)
        for duration in LANE_CHANGE_S:
            path = _ramp(time, centre, centre + side * LANE_WIDTH_M, duration)
            add(answer, f"{answer}, {duration:g} s", hold, path)
    for braking, share, path in (
        (-3.0, 0.6, straddle),
        (-5.0, 0.5, straddle),
        (-7.5, 0.3, straddle),
        (-7.5, 0.0, np.full(horizon, centre)),
    ):
        profile = _slow_then_resume(time, approach, braking, share)
        add("brake", f"brake {-braking:g} to {share:.0%}", profile, path)
    return found


def _near(target: float, centre: float, reach: float) -> float:
    """The target, or the nearest point to it within reach of the centre."""
    return min(max(target, centre - reach), centre + reach)


def _ramp(time: Array, start: float, end: float, duration: float) -> Array:
    """Lateral course: half a cosine from ``start`` to ``end``, then ``end``, m."""
    return start + (end - start) * (0.5 - 0.5 * np.cos(np.pi * np.clip(time / duration, 0.0, 1.0)))


def _there_and_back(time: Array, centre: float, aside: float, arrival: float) -> Array:
    """Lateral course: aside before the object is reached, then back to the lane centre."""
    out = _ramp(time, centre, aside, max(0.8 * arrival, 1.0))
    back = _ramp(np.maximum(time - arrival - 1.5, 0.0), 0.0, centre - aside, 2.5)
    return out + back


def _slow_then_resume(time: Array, approach: Approach, braking: float, share: float) -> Array:
    """Acceleration, m/s2: brake to a share of the speed, hold it past the object, then regain the old speed."""
    v0 = approach.speed_mps
    slow = share * v0
    brake_time = (v0 - slow) / -braking
    way = (v0 * v0 - slow * slow) / (-2.0 * braking)
    rest = max(approach.object_distance_m + 8.0 - way, 0.0)
    resume = brake_time + (rest / slow if slow > 0.0 else math.inf)
    profile = np.where(time - DECISION_S < brake_time, braking, 0.0)
    again = (time > resume) & (time <= resume + (v0 - slow) / 2.0)
    return np.where(again, 2.0, profile)
