"""Features of the transition networks: ego with a command, a vehicle among others, an object among vehicles."""

from __future__ import annotations

import math
from typing import Final

from envs.action import FRICTION_SHARE, LATERAL_LIMIT_MPS2, yaw_rate_command
from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, EGO_LENGTH_M, GRAVITY_MPS2, LANE_WIDTH_M, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.model import state as s
from policies.world_model.model.state import State

NUM_EGO_FEATURES: Final = 13
NUM_CAR_FEATURES: Final = 36
NUM_THING_FEATURES: Final = 24 + NUM_CLASSES

HARSHEST: Final = 34
"""Feature of a vehicle: its largest deceleration so far, in units of 10 m/s2."""

SIGHT_M: Final = 100.0
"""Gaps are as good as infinite beyond this."""

IN_LANE_M: Final = 2.0
"""A vehicle whose centre is nearer than this to another's line is in its path: half a lane."""


@compiled
def ego_features(ego: Array, acceleration: float, target: float, out: Array) -> None:
    """Write the features of the ego for a command.

    Parameters
    ----------
    ego
        Row of ``state``.
    acceleration, target
        Commanded acceleration, m/s2, and lateral position, m.
    out
        ``(NUM_EGO_FEATURES,)`` output.
    """
    away = target - ego[s.Y]
    out[0] = math.copysign(math.sqrt(abs(away)), away)
    out[1] = away / 4.0
    out[2] = ego[s.SPEED] * math.sin(ego[s.HEADING]) / 2.0
    out[3] = ego[s.HEADING] * 10.0
    out[4] = ego[s.YAW_RATE] * 5.0
    out[5] = ego[s.SPEED] / 30.0
    out[6] = acceleration / 5.0
    out[7] = ego[s.GRIP]
    out[8] = ego[s.YAW_RATE] * ego[s.SPEED] / 3.0
    # demand against grip, and whether it is about to stop
    out[9] = acceleration / (GRAVITY_MPS2 * max(ego[s.GRIP], 0.05))
    out[10] = min(ego[s.SPEED], 3.0) / 3.0
    # the law that steers is the car's own, and known; what the car then does is not
    rate = steering_rate(ego, target)
    out[11] = rate * ego[s.SPEED] / 3.0
    out[12] = (rate - ego[s.YAW_RATE]) * 5.0


@compiled
def steering_rate(ego: Array, target: float) -> float:
    """Yaw rate that the steering law commands to reach a lateral target, rad/s."""
    limit = lateral_limit(ego[s.GRIP])
    rate: float = yaw_rate_command(ego[s.Y] - target, ego[s.HEADING], ego[s.SPEED], limit)
    return rate


@compiled
def lateral_limit(grip: float) -> float:
    """Largest lateral acceleration of the steering law, m/s2, on a road with a given friction."""
    return min(LATERAL_LIMIT_MPS2, FRICTION_SHARE * grip * GRAVITY_MPS2)


@compiled
def car_features(state: State, i: int, out: Array) -> None:
    """Features ``(NUM_CAR_FEATURES,)`` of the vehicle in the live slot ``i``."""
    car, ego = state.cars[i], state.ego
    x, y, v = car[s.C_X], car[s.C_Y], car[s.C_VX]
    lane = math.floor(y / LANE_WIDTH_M + 0.5)
    out[0], out[1] = v / 30.0, car[s.C_ACCELERATION] / 3.0
    out[2], out[3] = car[s.C_VY], car[s.C_HEADING] * 10.0
    out[4] = (y - lane * LANE_WIDTH_M) / 2.0
    out[5] = 1.0 if lane <= 0.0 else 0.0
    out[6] = 1.0 if lane >= ego[s.NUM_LANES] - 1.0 else 0.0
    out[7], out[8] = car[s.C_LENGTH] / 10.0, car[s.C_LAMP]
    out[9] = car[s.C_JOLT] * 20.0
    gap, lead_speed, lead_acceleration, behind, follower_speed = _neighbours(state, i, x, y, v)
    out[10] = gap / 50.0
    out[11] = (v - lead_speed) / 10.0
    out[12] = lead_acceleration / 3.0
    close = (2.0 + 1.5 * v + v * (v - lead_speed) / 8.0) / max(gap, 1.0)
    out[13] = min(max(close, 0.0), 3.0)
    out[14] = out[13] * out[13]
    out[15], out[16] = behind / 50.0, (follower_speed - v) / 10.0
    for k in range(2):
        side = y + (LANE_WIDTH_M if k else -LANE_WIDTH_M)
        ahead, ahead_speed, _, back, back_speed = _neighbours(state, i, x, side, v)
        out[17 + 4 * k], out[18 + 4 * k] = ahead / 50.0, (v - ahead_speed) / 10.0
        out[19 + 4 * k], out[20 + 4 * k] = back / 50.0, (back_speed - v) / 10.0
    out[25] = max(min((ego[s.X] - x) / 30.0, 3.0), -3.0)
    out[26], out[27] = (ego[s.Y] - y) / 4.0, (ego[s.SPEED] - v) / 10.0
    distance, offset, height, size = _object_ahead(state, x, y)
    out[28], out[29], out[30], out[31] = distance / 50.0, offset / 2.0, height, size
    # how soon it is reached
    out[32] = min(v / max(distance, 1.0), 3.0)
    out[33] = car[s.C_AGE]
    # harder than any brakes: it has crashed; it slides to a stop and does not drive on
    out[HARSHEST] = car[s.C_HARSHEST] / 10.0
    out[35] = min(max(car[s.C_ACCELERATION] / max(v, 0.2), -2.0), 1.0)


@compiled
def _neighbours(
    state: State, own: int, x: float, y: float, v: float
) -> tuple[float, float, float, float, float]:
    """Gap, speed and acceleration of the next vehicle ahead near a line; gap and speed of the next one behind."""
    cars = state.cars
    gap, lead_speed, acceleration = SIGHT_M, v, 0.0
    behind, follower_speed = SIGHT_M, v
    half, ego = 0.5 * state.cars[own, s.C_LENGTH], state.ego
    if abs(ego[s.Y] - y) < IN_LANE_M:
        away = ego[s.X] - x
        free = abs(away) - half - 0.5 * EGO_LENGTH_M
        if away > 0.0 and free < gap:
            gap, lead_speed, acceleration = free, ego[s.SPEED], ego[s.ACCELERATION]
        elif away < 0.0 and free < behind:
            behind, follower_speed = free, ego[s.SPEED]
    for k in range(VEHICLE_SLOTS):
        if k == own or cars[k, s.C_LIVE] == 0.0 or abs(cars[k, s.C_Y] - y) >= IN_LANE_M:
            continue
        away = cars[k, s.C_X] - x
        free = abs(away) - half - 0.5 * cars[k, s.C_LENGTH]
        if away > 0.0 and free < gap:
            gap, lead_speed, acceleration = free, cars[k, s.C_VX], cars[k, s.C_ACCELERATION]
        elif away < 0.0 and free < behind:
            behind, follower_speed = free, cars[k, s.C_VX]
    return max(gap, 0.0), lead_speed, acceleration, max(behind, 0.0), follower_speed


@compiled
def _object_ahead(state: State, x: float, y: float) -> tuple[float, float, float, float]:
    """Distance, offset, height and length of the next object near a line; far away without one."""
    things = state.things
    best, offset, height, size = SIGHT_M, 0.0, 0.0, 0.0
    for j in range(DEBRIS_SLOTS):
        away = things[j, s.D_X] - x
        if things[j, s.D_LIVE] > 0.0 and 0.0 < away < best and abs(things[j, s.D_Y] - y) < 3.0:
            best, offset = away, things[j, s.D_Y] - y
            height, size = things[j, s.D_HEIGHT], max(things[j, s.D_LENGTH], things[j, s.D_WIDTH])
    return best, offset, height, size


@compiled
def thing_features(state: State, j: int, kind: int, out: Array) -> None:
    """Features ``(NUM_THING_FEATURES,)`` of the object in the live slot ``j`` if it is of class ``kind``."""
    thing, ego = state.things[j], state.ego
    vx, vy = thing[s.D_VX], thing[s.D_VY]
    out[0], out[1] = vx / 10.0, vy / 3.0
    out[2], out[3] = thing[s.D_VZ] / 5.0, thing[s.D_Z]
    out[4] = 1.0 if thing[s.D_Z] > 0.05 else 0.0
    out[5] = math.hypot(vx, vy) / 10.0
    out[6] = 1.0 if math.hypot(vx, vy) > 0.3 else 0.0
    out[7] = thing[s.D_LENGTH]
    out[8], out[9] = thing[s.D_WIDTH], thing[s.D_HEIGHT]
    out[10], out[11] = ego[s.RAIN], thing[s.D_AGE]
    out[12] = max(min((ego[s.X] - thing[s.D_X]) / 20.0, 2.0), -2.0)
    out[13], out[14] = (ego[s.Y] - thing[s.D_Y]) / 4.0, ego[s.SPEED] / 30.0
    for k in range(15, 24):
        out[k] = 0.0
    first, second = nearest_cars(state, thing[s.D_X], thing[s.D_Y])
    for k in range(2):
        i = first if k == 0 else second
        if i >= 0:
            car = state.cars[i]
            out[15 + 4 * k] = max(min((car[s.C_X] - thing[s.D_X]) / 20.0, 2.0), -2.0)
            out[16 + 4 * k] = (car[s.C_Y] - thing[s.D_Y]) / 4.0
            out[17 + 4 * k] = car[s.C_VX] / 30.0
            out[18 + 4 * k] = car[s.C_LENGTH] / 10.0
    out[23] = 0.5 * vx * abs(vx) / 100.0
    for c in range(NUM_CLASSES):
        out[24 + c] = 0.0
    out[24 + kind] = 1.0


@compiled
def nearest_cars(state: State, x: float, y: float) -> tuple[int, int]:
    """The two vehicles nearest to a position, where a lane counts like ten metres; -1 where there is none."""
    cars = state.cars
    first, second, near, next_near = -1, -1, 1e9, 1e9
    for i in range(VEHICLE_SLOTS):
        if cars[i, s.C_LIVE] == 0.0:
            continue
        away = abs(cars[i, s.C_X] - x) + 2.5 * abs(cars[i, s.C_Y] - y)
        if away < near:
            second, next_near = first, near
            first, near = i, away
        elif away < next_near:
            second, next_near = i, away
    return first, second
