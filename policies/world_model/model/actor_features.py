"""Features of the actor, scaled to order one, the same in the simulator and in a dream.

The ego; the nearest vehicle ahead and behind in three lanes; the two nearest objects with the belief about their
contents; the course that is held (``policies.reactive.command``). Slots do not count, and no memory of the filter is
read. Scales are fixed: nothing is fitted that could differ between the dream and the road.
"""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, EGO_LENGTH_M, EGO_WIDTH_M, LANE_WIDTH_M, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.following import half_extents
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.model import state as s
from policies.world_model.model.cruise_control import STRAIGHT_ON, cruise_limit
from policies.world_model.model.state import State, read_observation

NUM_EGO: Final = 18
NUM_CAR: Final = 4
NUM_PLACES: Final = 6  # own lane ahead and behind, left, right
NUM_OBJECTS: Final = 2
NUM_OBJECT: Final = 18 + NUM_CLASSES
NUM_COURSES: Final = 4
FIRST_OBJECT: Final = NUM_EGO + NUM_PLACES * NUM_CAR
COURSE: Final = FIRST_OBJECT + NUM_OBJECTS * NUM_OBJECT
HOME: Final = COURSE + NUM_COURSES
NUM_FEATURES: Final = HOME + 1

LEFT, RIGHT = 2, 4
"""Places of vehicles: ahead there, and behind there the next."""

ASIDE, HALF_WIDTH = 5, 12
"""Columns of an object that ``policies.reactive.command`` reads."""

ASIDE_SCALE_M: Final = 2.0

NOTHING_THERE: Final = 0.98
"""An object that is nothing with a higher probability than this is left out, as by the planner."""

BEHIND_M: Final = 7.0
"""Objects further behind the ego's centre are passed."""

ASIDE_M: Final = 9.0
"""Objects further aside do not matter."""

FAR_M: Final = 120.0
"""Vehicles further away do not matter."""


@compiled
def write_features(state: State, belief: Array, out: Array) -> None:
    """Write the features of one world.

    Parameters
    ----------
    state
        Where everything is.
    belief
        ``(4, NUM_CLASSES)`` probabilities; all zero for an object that does not matter.
    out
        ``(NUM_FEATURES,)`` float32 output; the course is to keep the centre of the lane in which the ego is.
    """
    for k in range(NUM_FEATURES):
        out[k] = 0.0
    _write_ego(state, out)
    out[COURSE], out[HOME] = 1.0, -0.5 * out[2]
    for i in range(VEHICLE_SLOTS):
        _write_car(state, i, out)
    last = -BEHIND_M
    for n in range(NUM_OBJECTS):
        nearest = _nearest(state, belief, last)
        if nearest < 0:
            break
        _write_object(state, belief[nearest], nearest, FIRST_OBJECT + n * NUM_OBJECT, out)
        last = state.things[nearest, s.D_X] - state.ego[s.X]


@compiled
def nearness(gap_m: float) -> float:
    """Closeness of a vehicle: 1 beside the ego, one half at 15 m."""
    return 1.0 / (1.0 + gap_m / 15.0)


@compiled
def _within(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


@compiled
def _write_ego(state: State, out: Array) -> None:
    ego = state.ego
    y, speed = ego[s.Y], ego[s.SPEED]
    out[0] = speed / 30.0
    out[1] = _within((ego[s.SET_SPEED] - speed) / 10.0, -1.0, 3.0)
    out[2] = (y - math.floor(y / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M) / 2.0
    out[3] = _within(20.0 * ego[s.HEADING], -4.0, 4.0)
    out[4] = _within(speed * math.sin(ego[s.HEADING]) / 2.0, -4.0, 4.0)
    out[5] = _within(10.0 * ego[s.YAW_RATE], -4.0, 4.0)
    out[6] = ego[s.ACCELERATION] / 5.0
    out[7] = _within(cruise_limit(state, STRAIGHT_ON) / 3.0, -3.0, 1.0)
    left, right = y - ego[s.LEFT_EDGE], ego[s.RIGHT_EDGE] - y
    out[8], out[9] = left / 8.0, right / 8.0
    out[10] = _within((left - 2.0) / 2.0, -1.0, 1.0)
    out[11] = _within((right - 2.0) / 2.0, -1.0, 1.0)
    out[12] = _within(ego[s.SIGHT_RANGE] / 200.0, 0.0, 2.0)
    out[13], out[14], out[15] = ego[s.NIGHT], ego[s.RAIN], ego[s.FOG]
    out[16] = ego[s.GRIP]
    out[17] = _within(speed * speed / 900.0, 0.0, 2.0)


@compiled
def _write_car(state: State, i: int, out: Array) -> None:
    """Write vehicle ``i`` to the place where it drives, unless a nearer one is already there."""
    car, ego = state.cars[i], state.ego
    dx, dy = car[s.C_X] - ego[s.X], car[s.C_Y] - ego[s.Y]
    lane = math.floor(dy / LANE_WIDTH_M + 0.5)
    if car[s.C_LIVE] == 0.0 or abs(dx) > FAR_M or abs(lane) > 1.0:
        return
    place = (0 if lane == 0.0 else LEFT if lane < 0.0 else RIGHT) + (0 if dx >= 0.0 else 1)
    gap = max(abs(dx) - 0.5 * (car[s.C_LENGTH] + EGO_LENGTH_M), 0.0)
    near = nearness(gap)
    at = NUM_EGO + place * NUM_CAR
    if near <= out[at]:
        return
    closing = ego[s.SPEED] - car[s.C_VX] if dx >= 0.0 else car[s.C_VX] - ego[s.SPEED]
    out[at] = near
    out[at + 1] = _within(closing / 10.0, -2.0, 3.0)
    # one that closes in fast is near although it is far
    out[at + 2] = _within(4.0 * max(closing, 0.0) / (gap + 4.0), 0.0, 3.0)
    out[at + 3] = 1.0 if gap == 0.0 else 0.0


@compiled
def _nearest(state: State, belief: Array, beyond: float) -> int:
    """Slot of the first relevant object further ahead than ``beyond``; -1 if there is none."""
    found, least = -1, math.inf
    for j in range(DEBRIS_SLOTS):
        thing = state.things[j]
        if thing[s.D_LIVE] == 0.0 or belief[j, 0] > NOTHING_THERE or belief[j].sum() == 0.0:
            continue
        away = thing[s.D_X] - state.ego[s.X]
        if beyond < away < least and abs(thing[s.D_Y] - state.ego[s.Y]) < ASIDE_M:
            found, least = j, away
    return found


@compiled
def _write_object(state: State, belief: Array, j: int, at: int, out: Array) -> None:
    thing, ego = state.things[j], state.ego
    dx, dy = thing[s.D_X] - ego[s.X], thing[s.D_Y] - ego[s.Y]
    half_x, half_y = half_extents(thing[s.D_LENGTH], thing[s.D_WIDTH], thing[s.D_YAW])
    gap = max(dx - half_x - 0.5 * EGO_LENGTH_M, 0.0)
    closing = ego[s.SPEED] - thing[s.D_VX]
    away = gap / max(closing, 1.0)
    room = half_y + 0.5 * EGO_WIDTH_M
    ahead_y = dy + thing[s.D_VY] * min(away, 3.0)
    out[at] = 1.0
    out[at + 1] = _within(gap / 50.0, 0.0, 3.0)
    out[at + 2] = 1.0 / (1.0 + away)
    out[at + 3] = _within(away / 3.0, 0.0, 2.0)
    out[at + 4] = _within(dy / 2.0, -4.0, 4.0)
    out[at + ASIDE] = _within(ahead_y / ASIDE_SCALE_M, -5.0, 5.0)
    # how far to the left and to the right it can be passed
    out[at + 6] = _within((room - ahead_y) / 1.0, -3.0, 4.0)
    out[at + 7] = _within((room + ahead_y) / 1.0, -3.0, 4.0)
    out[at + 8] = _within(closing / 30.0, -1.0, 1.5)
    out[at + 9] = _within(thing[s.D_VY] / 3.0, -2.0, 2.0)
    out[at + 10] = _within(thing[s.D_Z], 0.0, 3.0)
    out[at + 11] = _within(2.0 * thing[s.D_HEIGHT], 0.0, 4.0)
    out[at + HALF_WIDTH] = _within(half_y, 0.0, 3.0)
    out[at + 13] = _within(half_x, 0.0, 3.0)
    out[at + 14] = _within(2.0 * thing[s.D_SD_Y], 0.0, 3.0)
    out[at + 15] = _within(thing[s.D_AGE] / 2.0, 0.0, 2.0)
    # braking that would still stop, and sideways acceleration that would still pass
    out[at + 16] = _within(max(closing, 0.0) ** 2 / (2.0 * gap + 1.0) / 8.0, 0.0, 2.0)
    needed = max(room - abs(ahead_y), 0.0)
    out[at + 17] = _within(needed / (away * away + 0.1), 0.0, 3.0)
    for c in range(NUM_CLASSES):
        out[at + 18 + c] = belief[c]


@compiled
def observe_features(
    ego: Array,
    vehicles: Array,
    debris: Array,
    speeds: Array,
    belief: Array,
    state: State,
    out: Array,
) -> None:
    """Features of many worlds, from their observations.

    Parameters
    ----------
    ego, vehicles, debris
        Batched observation, ``(B, ...)``.
    speeds
        ``(B, 8, 2)`` of ``policies.world_model.model.state.read_observation``.
    belief
        ``(B, 4, NUM_CLASSES)``.
    state
        Overwritten.
    out
        ``(B, NUM_FEATURES)`` float32 output.
    """
    for b in range(ego.shape[0]):
        read_observation(ego[b], vehicles[b], debris[b], speeds[b], state)
        write_features(state, belief[b], out[b])
