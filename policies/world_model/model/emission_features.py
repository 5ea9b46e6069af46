"""Features and outputs of the emission networks: how a vehicle or an object in a live slot is observed.

``before`` is the row of what was observed of it one decision ago.
"""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column
from envs.specification.world import Array
from policies.following import half_extents
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.model import state as s
from policies.world_model.model.state import State

# --- outputs: a logit, natural logarithms of standard deviations (m, m/s), then what differs -----------
VISIBLE, LOG_SD_X, LOG_SD_Y, LOG_SD_V, LOG_SD_SIZE = range(5)
LAMP, JOLTS, LOG_JOLT = 5, 6, 7  # vehicles: two logits, logarithm of the jolt in metres
NUM_CAR_EMISSIONS: Final = 8
LOOK, LOG_SD_LOOK = 5, 6  # objects: logit of the true look's posterior, its spread
NUM_THING_EMISSIONS: Final = 7

NUM_CAR_SIGHTS: Final = 22 + NUM_CLASSES
NUM_THING_SIGHTS: Final = 18 + NUM_CLASSES

CAMERA_AHEAD_M: Final = 0.5
"""Distance of the camera ahead of the ego's centre, a known constant."""

UNDER_M: Final = 8.0
"""Objects further along the road than this have nothing to do with a vehicle's jolt [A]."""

LEAST_JOLT_M: Final = 1e-3
"""Jolts smaller than this are ignored."""


@compiled
def find_blocker(state: State, x: float, y: float, skip: int) -> int:
    """First slot of a vehicle that crosses the line from the camera to a position, in the plane; -1 = none.

    Parameters
    ----------
    state
        Of one world.
    x, y
        The place, m.
    skip
        Slot of a vehicle that does not count.
    """
    cars = state.cars
    x0, y0 = state.ego[s.X] + CAMERA_AHEAD_M, state.ego[s.Y]
    low, high, span = min(x0, x), max(x0, x), x - x0
    for i in range(VEHICLE_SLOTS):
        half = 0.5 * cars[i, s.C_LENGTH]
        rear, front = cars[i, s.C_X] - half, cars[i, s.C_X] + half
        if i == skip or cars[i, s.C_LIVE] == 0.0 or rear >= high or front <= low:
            continue
        enters = min(max((rear - x0) / span, 0.0), 1.0)
        leaves = min(max((front - x0) / span, 0.0), 1.0)
        one = y0 + enters * (y - y0) - cars[i, s.C_Y]
        two = y0 + leaves * (y - y0) - cars[i, s.C_Y]
        wide = 0.5 * cars[i, s.C_WIDTH]
        if not ((one > wide and two > wide) or (one < -wide and two < -wide)):
            return i
    return -1


@compiled
def car_sights(state: State, i: int, before: Array, kinds: Array, out: Array) -> None:
    """Features ``(NUM_CAR_SIGHTS,)`` of a vehicle; ``kinds`` ``(4,)`` is the class of the contents of every object."""
    things = state.things
    car = state.cars[i]
    dx = car[s.C_X] - state.ego[s.X]
    _see(state, dx, car[s.C_Y] - state.ego[s.Y], out)
    near = car[s.C_X] - math.copysign(0.5 * car[s.C_LENGTH], dx)
    blocker = find_blocker(state, near, car[s.C_Y], i)
    out[7] = 1.0 if blocker < 0 else 0.0
    out[8] = state.cars[blocker, s.C_LENGTH] / 10.0 if blocker >= 0 else 0.0
    out[9], out[10] = car[s.C_LENGTH] / 10.0, car[s.C_WIDTH] / 2.0
    out[11] = min(max(car[s.C_ACCELERATION], -6.0), 3.0) / 3.0
    out[12], out[13] = before[column.V_VISIBLE], before[column.V_AGE_SINCE_SEEN] / 2.0
    out[14], out[15] = before[column.V_BRAKE_LAMP], before[column.V_JOLT] * 20.0
    out[16] = car[s.C_VX] / 30.0
    for k in range(17, NUM_CAR_SIGHTS):
        out[k] = 0.0
    best = UNDER_M
    for j in range(DEBRIS_SLOTS):
        along, across = things[j, s.D_X] - car[s.C_X], things[j, s.D_Y] - car[s.C_Y]
        reach = 0.5 * car[s.C_WIDTH] + 0.5 * max(things[j, s.D_LENGTH], things[j, s.D_WIDTH])
        if things[j, s.D_LIVE] > 0.0 and abs(along) < best and abs(across) < reach:
            best = abs(along)
            out[17], out[18], out[19] = 1.0, along / 4.0, across
            out[20], out[21] = things[j, s.D_HEIGHT] * 3.0, things[j, s.D_Z]
            for c in range(NUM_CLASSES):
                out[22 + c] = 0.0
            out[22 + kinds[j]] = 1.0


@compiled
def thing_sights(state: State, j: int, before: Array, kind: int, out: Array) -> None:
    """Features ``(NUM_THING_SIGHTS,)`` of an object if the class of its contents is ``kind``."""
    thing = state.things[j]
    x, y = thing[s.D_X], thing[s.D_Y]
    _see(state, x - state.ego[s.X], y - state.ego[s.Y], out)
    blocker, is_free = find_blocker(state, x, y, -1), 1.0
    if blocker >= 0:
        # it may be seen past the vehicle
        _, half = half_extents(thing[s.D_LENGTH], thing[s.D_WIDTH], thing[s.D_YAW])
        left = find_blocker(state, x, y - half, -1)
        is_free = 0.5 if left < 0 or find_blocker(state, x, y + half, -1) < 0 else 0.0
    out[7] = is_free
    out[8] = state.cars[blocker, s.C_LENGTH] / 10.0 if blocker >= 0 else 0.0
    length, width, height = thing[s.D_LENGTH], thing[s.D_WIDTH], thing[s.D_HEIGHT]
    out[9], out[10] = math.log(length + 0.05), math.log(width + 0.05)
    out[11], out[12] = math.log(height + 0.02), height
    out[13], out[14] = before[column.D_VISIBLE], before[column.D_AGE_SINCE_SEEN] / 4.0
    out[15] = min(before[column.D_TRACK_AGE], 8.0) / 4.0
    out[16] = min(thing[s.D_Z], 3.0)
    out[17] = (abs(thing[s.D_VX]) + abs(thing[s.D_VY])) / 10.0
    for c in range(NUM_CLASSES):
        out[18 + c] = 0.0
    out[18 + kind] = 1.0


@compiled
def _see(state: State, dx: float, dy: float, out: Array) -> None:
    """Write distance, direction and light: the first seven features of vehicles and objects."""
    ego = state.ego
    distance = math.sqrt(dx * dx + dy * dy)
    out[0] = math.log(max(distance, 1.0) / max(ego[s.SIGHT_RANGE], 1.0))
    out[1] = math.log(distance + 2.0) - 3.0
    out[2] = distance / 100.0
    out[3] = 1.0 if dx > 0.0 else 0.0
    out[4] = ego[s.NIGHT]
    out[5] = ego[s.RAIN] + ego[s.FOG]
    out[6] = min(abs(dy), 12.0) / 4.0
