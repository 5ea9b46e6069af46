"""Features of the belief filter: one tracked object, the light, and the vehicles near the object."""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled
from envs.specification import VEHICLE_SLOTS, column
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array

FIRST_LOOK: Final = 26
"""Columns before the look posterior."""

IS_AT_HEIGHT, IS_MOVING = 5, 9
"""Columns: height above the road, m; whether it is seen to move."""

NUM_BELIEF_FEATURES: Final = FIRST_LOOK + NUM_LOOKS + 14


@compiled
def belief_features(ego: Array, vehicles: Array, row: Array, out: Array) -> None:
    """Write the features of one tracked object, scaled to order one.

    Parameters
    ----------
    ego, vehicles, row
        Rows of the observation; ``row`` is the object's.
    out
        ``(NUM_BELIEF_FEATURES,)`` output.
    """
    dx, dy = row[column.D_DX], row[column.D_DY]
    out[0], out[1] = row[column.D_VISIBLE], min(row[column.D_AGE_SINCE_SEEN], 4.0)
    out[2] = min(row[column.D_TRACK_AGE], 8.0) / 4.0
    out[3], out[4] = dx / 50.0, dy / 4.0
    out[IS_AT_HEIGHT], out[6] = row[column.D_Z], row[column.D_VZ] / 3.0
    out[7], out[8] = row[column.D_VX] / 10.0, row[column.D_VY] / 3.0
    noise = 2.5 * row[column.D_SD_V]
    moves = row[column.D_VX] ** 2 + row[column.D_VY] ** 2 > noise * noise
    out[IS_MOVING] = 1.0 if moves else 0.0
    out[10], out[11] = math.cos(2.0 * row[column.D_YAW]), math.sin(2.0 * row[column.D_YAW])
    length, width, height = row[column.D_LENGTH], row[column.D_WIDTH], row[column.D_HEIGHT]
    out[12], out[13], out[14] = length, width, height * 2.0
    out[15] = math.log(length + 0.05)
    out[16] = math.log(width + 0.05)
    out[17] = math.log(height + 0.02)
    out[18], out[19] = row[column.D_SD_Y], row[column.D_SD_V]
    out[20] = row[column.D_SD_SIZE] * 5.0
    out[21], out[22] = row[column.D_RADAR], row[column.D_THERMAL]
    out[23] = ego[column.E_NIGHT]
    out[24] = ego[column.E_RAIN] + ego[column.E_FOG]
    out[25] = dx / max(ego[column.E_SIGHT_RANGE], 1.0)
    for c in range(NUM_LOOKS):
        out[FIRST_LOOK + c] = row[column.D_LOOK + c]
    base = FIRST_LOOK + NUM_LOOKS
    for k in range(14):
        out[base + k] = 0.0
    first, second, near, next_near = -1, -1, 1e9, 1e9
    for i in range(VEHICLE_SLOTS):
        if vehicles[i, column.V_TRACKED] < 0.5:
            continue
        away = abs(vehicles[i, column.V_DX] - dx) + 2.5 * abs(vehicles[i, column.V_DY] - dy)
        if away < near:
            second, next_near = first, near
            first, near = i, away
        elif away < next_near:
            second, next_near = i, away
    for k in range(2):
        i = first if k == 0 else second
        if i >= 0:
            car = vehicles[i]
            at = base + 7 * k
            out[at] = max(min((car[column.V_DX] - dx) / 20.0, 2.0), -2.0)
            out[at + 1] = (car[column.V_DY] - dy) / 4.0
            out[at + 2] = (car[column.V_VX] - row[column.D_VX]) / 20.0
            out[at + 3] = car[column.V_LENGTH] / 10.0
            out[at + 4] = car[column.V_JOLT] * 20.0
            out[at + 5] = car[column.V_BRAKE_LAMP]
            out[at + 6] = 1.0


NUM_CORRECTIONS: Final = 3
