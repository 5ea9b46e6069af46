"""The situation of a decision as numbers: ego, the two nearest objects and the tracked vehicles, seen from the lane.

It holds what rules see: the filtered tracks of ``policies.perception``, and no class or content of an object.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import VEHICLE_SLOTS, column
from envs.specification.debris import NUM_LOOKS
from policies.perception.objects import TrackedObjects
from policies.perception.tracks import Tracks
from policies.planning.course import Course

Array = NDArray[np.float64]

SPEED, SET_SPEED, Y, TARGET, DRIFT, LOW, HIGH, GRIP, NIGHT, RAIN, FOG = range(11)
NUM_EGO: Final = 11
"""Ego: speed and set speed, m/s; lateral position and target, m, and the target's drift, m/s; least and greatest
target, m; friction; whether it is night, whether it rains, whether there is fog. Lateral positions are relative to the
centre of the ego's lane."""

(
    O_EXISTS, O_X, O_Y, O_HALF_X, O_HALF_Y, O_HEIGHT, O_SD_SIZE, O_VX, O_VY, O_Z, O_SD_Y, O_HIDDEN_S, O_AGE_S,
    O_RADAR, O_THERMAL, O_GONE, O_LOOK,
) = range(17)  # fmt: skip
NUM_OBJECT: Final = O_LOOK + NUM_LOOKS
"""Object: whether there is one; ahead of the ego's centre and aside, half extents along and across, height and the
deviation of sizes, m; velocity, m/s; height above the road and deviation aside, m; time since it was seen and since
it is tracked, s; radar and thermal class; probability that it is gone; shares of the looks."""

C_EXISTS, C_X, C_Y, C_VX, C_LENGTH, C_WIDTH, C_LAMP = range(7)
NUM_CAR: Final = 7
"""Vehicle: whether there is one; ahead of the ego's centre and aside, m; speed, m/s; length, width, m; brake lamp."""

NUM_OBJECTS: Final = 2
FIRST_OBJECT: Final = NUM_EGO
FIRST_CAR: Final = FIRST_OBJECT + NUM_OBJECTS * NUM_OBJECT
NUM_SITUATION: Final = FIRST_CAR + VEHICLE_SLOTS * NUM_CAR


def describe_situations(
    tracks: Tracks, objects: TrackedObjects, course: Course, busy: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Situations ``(K, NUM_SITUATION)`` of the worlds ``busy``, before their target moves on."""
    ego = tracks.observation["ego"][busy].astype(np.float64)
    lateral = course.lateral(busy)
    home = lateral[:, 4]
    found = np.zeros((len(busy), NUM_SITUATION))
    found[:, SPEED], found[:, SET_SPEED] = ego[:, column.E_SPEED], ego[:, column.E_SET_SPEED]
    found[:, Y] = ego[:, column.E_Y] - home
    found[:, TARGET], found[:, DRIFT] = lateral[:, 0] - home, lateral[:, 1]
    found[:, LOW], found[:, HIGH] = lateral[:, 2] - home, lateral[:, 3] - home
    found[:, GRIP], found[:, NIGHT] = ego[:, column.E_GRIP], ego[:, column.E_NIGHT]
    found[:, RAIN], found[:, FOG] = ego[:, column.E_RAIN], ego[:, column.E_FOG]
    _describe_objects(tracks, objects, busy, home, found[:, FIRST_OBJECT:FIRST_CAR])
    _describe_cars(
        tracks.observation["vehicles"][busy].astype(np.float64), ego, home, found[:, FIRST_CAR:]
    )
    return found.astype(np.float32)


def _describe_objects(
    tracks: Tracks, objects: TrackedObjects, busy: NDArray[np.int64], home: Array, out: Array
) -> None:
    """Write the two nearest objects, in place."""
    rows = tracks.observation["debris"][busy].astype(np.float64)
    order, ahead = objects.order(busy)
    world = np.arange(len(busy))
    for place in range(NUM_OBJECTS):
        j = order[:, place]
        row, block = rows[world, j], out[:, place * NUM_OBJECT : (place + 1) * NUM_OBJECT]
        exists = np.isfinite(ahead[world, j])
        for at, values in (
            (O_X, objects.x), (O_Y, objects.y), (O_HALF_X, objects.half_x), (O_HALF_Y, objects.half_y),
            (O_VX, objects.vx), (O_VY, objects.vy), (O_Z, objects.z), (O_GONE, tracks.gone),
        ):  # fmt: skip
            block[:, at] = values[busy, j]
        block[:, O_Y] -= home
        for at, source in (
            (O_HEIGHT, column.D_HEIGHT), (O_SD_SIZE, column.D_SD_SIZE), (O_SD_Y, column.D_SD_Y),
            (O_HIDDEN_S, column.D_AGE_SINCE_SEEN), (O_AGE_S, column.D_TRACK_AGE), (O_RADAR, column.D_RADAR),
            (O_THERMAL, column.D_THERMAL),
        ):  # fmt: skip
            block[:, at] = row[:, source]
        block[:, O_LOOK:] = row[:, column.D_LOOK : column.D_LOOK + NUM_LOOKS]
        block[:, O_EXISTS] = 1.0
        block[~exists] = 0.0


def _describe_cars(cars: Array, ego: Array, home: Array, out: Array) -> None:
    """Write the tracked vehicles, hidden ones moved on with their last velocity, in place."""
    hidden_s = cars[..., column.V_AGE_SINCE_SEEN]
    block = out.reshape(len(cars), VEHICLE_SLOTS, NUM_CAR)
    block[..., C_EXISTS] = cars[..., column.V_TRACKED] > 0.5
    block[..., C_X] = cars[..., column.V_DX] + hidden_s * cars[..., column.V_VX]
    block[..., C_Y] = cars[..., column.V_DY] + (ego[:, column.E_Y] - home)[:, None]
    block[..., C_VX] = cars[..., column.V_VX]
    block[..., C_LENGTH], block[..., C_WIDTH] = (
        cars[..., column.V_LENGTH],
        cars[..., column.V_WIDTH],
    )
    block[..., C_LAMP] = cars[..., column.V_BRAKE_LAMP]
    block[block[..., C_EXISTS] == 0.0] = 0.0
