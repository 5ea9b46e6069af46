"""Open-loop candidate plans of the oracle's search: accelerations and lateral positions with cosine ramps.

The learned planner and the one without learning steer by other manoeuvres, those of ``policies.planning.library``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, LANE_WIDTH_M
from policies.base import BRAKE, KEEP, RUN_OVER, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.command import encode_actions

Array = NDArray[np.float64]

CENTRE, OVER, EDGE_LEFT, EDGE_RIGHT, LANE_LEFT, LANE_RIGHT = range(6)
PLACES: Final = ("centre", "straddle", "edge left", "edge right", "lane left", "lane right")
"""Where a manoeuvre drives: lane centre; over the object; aside of the lane's centre; one lane further."""

STRADDLE_SHIFT_M: Final = 0.8
"""Largest in-lane shift to centre an object between the wheels (envs/physics/SOURCES.md 5)."""

EDGE_SHIFT_M: Final = 1.1
"""In-lane shift away from an object at the side of the lane: the ego's side reaches the lane's edge."""

SHIFT_RAMPS_S: Final = (1.2, 2.0, 3.5)
"""Durations of an in-lane shift: half a cosine over 0.8 m peaks at 2.7, 1.0 and 0.3 m/s2."""

LANE_RAMPS_S: Final = (1.8, 2.5, 3.5, 5.0, 7.0)
"""Durations of a lane change; peaks of 6 (the steering law caps it), 3.2, 1.6, 0.8 and 0.4 m/s2.
policies/world_model/SOURCES.md 4.2 has the first three; below 0.5 m/s2 nothing is charged for a swerve."""

CENTRE_RAMPS_S: Final = (2.5, 5.0)
"""Durations of the return to the lane's centre."""

STARTS_S: Final = (0.0, 0.4, 1.0)
"""Begin now or a little later: waiting may show more (policies/world_model/SOURCES.md 4.2)."""

BRAKINGS_MPS2: Final = (2.0, 4.0, 6.0, 8.0)
"""Decelerations (policies/world_model/SOURCES.md 4.2)."""

SLOWINGS: Final = ((3.0, 0.7), (4.0, 0.5), (6.0, 0.3))
"""Deceleration in m/s2, and the share of the speed with which the object is passed [A]."""

RESUME_MPS2: Final = 1.5
"""Acceleration with which the set speed is regained [A: comfortable]."""

PASSED_M: Final = 8.0
"""Distance beyond the object's centre after which it is behind: two car lengths less a little [A]."""

BACK_AFTER_S: Final = 1.5
BACK_RAMP_S: Final = 2.5
"""An in-lane shift ends so long after the object is reached, and takes so long [A]."""


class PlanStart(NamedTuple):
    """The state from which plans start, for ``K`` worlds; each ``(K,)``."""

    speed: Array  # m/s
    y: Array  # lateral target of the last command, m: courses go on from it, or from the ego's centre
    drift: Array  # how fast that target has been moving, m/s; 0 with the ego's centre
    centre: Array  # centre of the lane it belongs to, m
    low: Array  # leftmost lateral target, m
    high: Array  # rightmost lateral target, m
    distance: Array  # to the object, centre to centre, m; inf if there is none
    object_y: Array  # m; anything if there is none
    set_speed: Array  # m/s


class Recipe(NamedTuple):
    """Parameters of one manoeuvre before it is fitted to a state."""

    place: int
    ramp_s: float
    start_s: float
    braking_mps2: float = 0.0
    share: float = 1.0  # of the speed to which it slows down; 0 = stops

    @property
    def name(self) -> str:
        """Short and unique name."""
        if self.braking_mps2 == 0.0:
            speed = "keep"
        elif self.share == 0.0:
            speed = f"brake {self.braking_mps2:g}"
        else:
            speed = f"slow to {self.share:.0%}"
        later = f", +{self.start_s:g} s" if self.start_s else ""
        return f"{speed}, {PLACES[self.place]} {self.ramp_s:g} s{later}"


class RecipeTable(NamedTuple):
    """Recipes as arrays; each ``(C,)``."""

    place: NDArray[np.int64]
    ramp: Array
    start: Array
    braking: Array
    share: Array
    names: tuple[str, ...]


class CandidatePlans(NamedTuple):
    """``C`` manoeuvres fitted to ``K`` worlds; ``T`` decisions."""

    actions: Array  # (K, C, T, 2) in [-1, 1]
    labels: NDArray[np.int64]  # (K, C) into policies.base.LABELS: the family
    feasible: NDArray[np.bool_]  # (K, C)
    names: tuple[str, ...]


def _make_recipes() -> Iterator[Recipe]:
    """List all recipes: the first keeps lane and speed; braking begins at once except in the own lane."""
    shifts, lanes = (OVER, EDGE_LEFT, EDGE_RIGHT), (LANE_LEFT, LANE_RIGHT)
    yield from (Recipe(CENTRE, ramp, 0.0) for ramp in CENTRE_RAMPS_S)
    for start in STARTS_S:
        yield from (Recipe(place, ramp, start) for place in shifts for ramp in SHIFT_RAMPS_S)
        yield from (Recipe(place, ramp, start) for place in lanes for ramp in LANE_RAMPS_S)
    for braking in BRAKINGS_MPS2:
        yield from (Recipe(CENTRE, 2.5, start, braking, 0.0) for start in STARTS_S)
        yield from (Recipe(place, 1.2, 0.0, braking, 0.0) for place in shifts)
        yield from (Recipe(place, 2.5, 0.0, braking, 0.0) for place in lanes)
    for braking, share in SLOWINGS:
        yield from (Recipe(place, 1.2, 0.0, braking, share) for place in (CENTRE, *shifts))


RECIPES: Final = tuple(_make_recipes())
"""The library in the order of its candidates."""


@cache
def _tabulate(recipes: tuple[Recipe, ...]) -> RecipeTable:
    """Recipes as arrays; computed once."""
    return RecipeTable(
        np.array([recipe.place for recipe in recipes]),
        np.array([recipe.ramp_s for recipe in recipes]),
        np.array([recipe.start_s for recipe in recipes]),
        np.array([recipe.braking_mps2 for recipe in recipes]),
        np.array([recipe.share for recipe in recipes]),
        tuple(recipe.name for recipe in recipes),
    )


def candidates(
    begin: PlanStart, horizon: int, recipes: tuple[Recipe, ...] = RECIPES
) -> CandidatePlans:
    """Every manoeuvre from a state, over ``horizon`` decisions.

    A lane that does not exist, and a shift for an object that is not there, are not feasible.
    """
    table = _tabulate(recipes)
    time: Array = np.arange(horizon, dtype=np.float64) * DECISION_S
    place = table.place
    goal = _goals(begin)[:, place]
    acceleration = _accelerations(begin, table, time)
    target = _courses(begin, table, goal, time + DECISION_S)
    has_object = np.isfinite(begin.distance)[:, None]
    exists = (goal >= begin.low[:, None] - 1e-6) & (goal <= begin.high[:, None] + 1e-6)
    shifts = np.isin(place, (OVER, EDGE_LEFT, EDGE_RIGHT))
    feasible = np.where(shifts, has_object, exists)
    low, high = begin.low[:, None, None], begin.high[:, None, None]
    actions = encode_actions(acceleration, target, low, high)
    return CandidatePlans(actions, _labels(begin, table), feasible, table.names)


def ramp(time: Array, duration: Array | float) -> Array:
    """Half a cosine from 0 to 1, then 1; a sudden step would be a swerve."""
    share: Array = 0.5 - 0.5 * np.cos(np.pi * np.clip(time / duration, 0.0, 1.0))
    return share


def _goals(begin: PlanStart) -> Array:
    """Lateral position of every place, ``(K, 6)``, m."""
    centre = begin.centre
    over = np.clip(begin.object_y, centre - STRADDLE_SHIFT_M, centre + STRADDLE_SHIFT_M)
    over = np.where(np.isfinite(begin.distance), over, centre)
    sides = (EDGE_SHIFT_M, LANE_WIDTH_M)
    aside = [centre + sign * side for side in sides for sign in (-1.0, 1.0)]
    return np.stack([centre, over, *aside], axis=1)


def _arrival(begin: PlanStart) -> Array:
    """Time until the object is reached, s; inf without one."""
    return begin.distance / np.maximum(begin.speed, 1.0)


def _courses(begin: PlanStart, table: RecipeTable, goal: Array, time: Array) -> Array:
    """Lateral targets ``(K, C, T)``: to the goal, and back to the centre after an in-lane shift."""
    start, duration = table.start[:, None], table.ramp[:, None]
    y = begin.y[:, None, None]
    course = y + (goal[:, :, None] - y) * ramp(time - start, duration)
    # the present drift dies away: a cubic with slope 1 now, and value and slope 0 in the end
    share = np.minimum(time / (start + duration), 1.0)
    fading = time * (1.0 - share) ** 2
    course = course + begin.drift[:, None, None] * fading
    begun = time - np.maximum(_arrival(begin), 0.0)[:, None] - BACK_AFTER_S
    back = ramp(begun, BACK_RAMP_S)[:, None, :]
    stays = np.isin(table.place, (CENTRE, LANE_LEFT, LANE_RIGHT))[:, None]
    home = begin.centre[:, None, None]
    return np.where(stays, course, course + (home - course) * back)


def _accelerations(begin: PlanStart, table: RecipeTable, time: Array) -> Array:
    """Mean acceleration of every decision, ``(K, C, T)``: slow down, hold, regain the set speed after the object."""
    start, braking, share = table.start, table.braking, table.share
    v = begin.speed[:, None]
    slow = v * share
    rate = np.maximum(braking, 1e-9)
    slowed = start + np.where(braking > 0.0, (v - slow) / rate, 0.0)
    way = v * start + np.where(braking > 0.0, (v * v - slow * slow) / (2.0 * rate), 0.0)
    rest = np.maximum(begin.distance[:, None] + PASSED_M - way, 0.0)
    # a plan that stops stays stopped, a later plan starts again; one that only keeps its lane regains speed at once
    passed = np.where(share > 0.0, slowed + rest / np.maximum(slow, 0.1), np.inf)
    passed = np.where(braking > 0.0, passed, 0.0)
    gain = begin.set_speed[:, None] - slow
    regain = RESUME_MPS2 * np.sign(gain)
    brakes = -braking[:, None] * _within(time, np.broadcast_to(start, slowed.shape), slowed)
    regains = regain[..., None] * _within(time, passed, passed + np.abs(gain) / RESUME_MPS2)
    return brakes + regains


def _within(time: Array, start: Array, end: Array) -> Array:
    """Share of every decision that lies between two times, ``(K, C, T)``."""
    until = np.clip((end[..., None] - time) / DECISION_S, 0.0, 1.0)
    before = np.clip((start[..., None] - time) / DECISION_S, 0.0, 1.0)
    return until - before


def _labels(begin: PlanStart, table: RecipeTable) -> NDArray[np.int64]:
    """Manoeuvre family of every candidate, ``(K, C)``: sideways if it evades, else braking, else driving over."""
    by_place = np.array([KEEP, STRADDLE, STEER_LEFT, STEER_RIGHT, STEER_LEFT, STEER_RIGHT])
    label = by_place[table.place]
    brakes = (table.braking > 0.0) & np.isin(table.place, (CENTRE, OVER))
    label = np.where(brakes, BRAKE, label)
    is_ahead = np.isfinite(begin.distance)[:, None]
    return np.where((label == KEEP) & is_ahead, RUN_OVER, label)
