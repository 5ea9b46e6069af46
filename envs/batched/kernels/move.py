"""One vehicle's step: highway-env's modified bicycle model, pending impacts, the lane refresh."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from envs.batched.kernels import workspace as ws
from envs.physics.compilation import compiled, merged
from envs.physics.steering import wrap_to_pi
from envs.specification import LANE_WIDTH_M, ROAD_LENGTH_M, TICK_S, vehicle

Array = np.ndarray[Any, np.dtype[Any]]

MAX_SPEED = 40.0
"""Beyond +- this speed the acceleration is limited, m/s (highway-env ``Vehicle.MAX_SPEED``)."""

_CLEARLY_NEAREST = 0.5 - 1e-6
"""Distance to a centre, in lane widths, within which no rounding can make another lane the nearest."""


@merged
def nearest_lane(x: float, y: float, heading: float, num_lanes: int) -> int:
    """Lane with the smallest distance, the first of equals (quirk 16)."""
    position = y / LANE_WIDTH_M
    nearest = math.floor(position + 0.5)
    if 0 <= nearest < num_lanes and abs(position - nearest) < _CLEARLY_NEAREST:
        return nearest
    best_lane, best = 0, math.inf
    # the same for every lane, but adding it rounds and can make two distances equal
    turn = abs(wrap_to_pi(heading))
    for lane in range(num_lanes):
        distance = abs(y - LANE_WIDTH_M * lane) + max(x - ROAD_LENGTH_M, 0.0) + max(0.0 - x, 0.0)
        if distance + turn < best:
            best_lane, best = lane, distance + turn
    return best_lane


@merged
def clip_command(vehicle_f: Array, vehicle_i: Array, i: int) -> None:
    """Overwrite the stored command of a crashed or too fast vehicle, in place (quirks 4 and 5)."""
    speed = vehicle_f[vehicle.SPEED, i]
    if vehicle_i[vehicle.CRASHED, i] != 0:
        vehicle_f[vehicle.STEERING, i] = 0.0
        vehicle_f[vehicle.ACCELERATION, i] = -1.0 * speed
    if speed > MAX_SPEED:
        vehicle_f[vehicle.ACCELERATION, i] = min(
            vehicle_f[vehicle.ACCELERATION, i], MAX_SPEED - speed
        )
    elif speed < -MAX_SPEED:
        vehicle_f[vehicle.ACCELERATION, i] = max(
            vehicle_f[vehicle.ACCELERATION, i], -MAX_SPEED - speed
        )


@merged
def move_vehicle(vehicle_f: Array, vehicle_i: Array, i: int, num_lanes: int) -> None:
    """Move one vehicle by one tick, in place: timer, clip, position, impact, heading, speed, lane.

    Twin of ``Vehicle.step`` and ``IDMVehicle.step`` in highway-env; pinned by ``tests/parity``.
    """
    if vehicle_i[vehicle.KIND, i] == vehicle.KIND_IDM:
        vehicle_f[vehicle.TIMER, i] += TICK_S
    clip_command(vehicle_f, vehicle_i, i)
    steering = vehicle_f[vehicle.STEERING, i]
    heading = vehicle_f[vehicle.HEADING, i]
    speed = vehicle_f[vehicle.SPEED, i]
    if steering == 0.0:  # no slip: the heading stays, and its cos and sin are at hand
        vehicle_f[vehicle.X, i] += speed * vehicle_f[vehicle.COS, i] * TICK_S
        vehicle_f[vehicle.Y, i] += speed * vehicle_f[vehicle.SIN, i] * TICK_S
    else:
        slip = math.atan(0.5 * math.tan(steering))
        vehicle_f[vehicle.X, i] += speed * math.cos(heading + slip) * TICK_S
        vehicle_f[vehicle.Y, i] += speed * math.sin(heading + slip) * TICK_S
        heading += speed * math.sin(slip) / (vehicle_f[vehicle.LENGTH, i] / 2.0) * TICK_S
        vehicle_f[vehicle.HEADING, i] = heading
        vehicle_f[vehicle.COS, i] = math.cos(heading)
        vehicle_f[vehicle.SIN, i] = math.sin(heading)
    if vehicle_i[vehicle.HAS_IMPACT, i] != 0:
        vehicle_f[vehicle.X, i] += vehicle_f[vehicle.IMPACT_X, i]
        vehicle_f[vehicle.Y, i] += vehicle_f[vehicle.IMPACT_Y, i]
        vehicle_i[vehicle.CRASHED, i] = 1
        vehicle_i[vehicle.HAS_IMPACT, i] = 0
    vehicle_f[vehicle.SPEED, i] = speed + vehicle_f[vehicle.ACCELERATION, i] * TICK_S
    vehicle_i[vehicle.LANE, i] = nearest_lane(
        vehicle_f[vehicle.X, i], vehicle_f[vehicle.Y, i], heading, num_lanes
    )


@compiled
def follow_course(vehicle_f: Array, vehicle_i: Array, place: Array, i: int, num_lanes: int) -> None:
    """Put a vehicle that has just moved where its course has it, unless it has been hit, in place.

    ``place`` is ``Workspace.floats``.
    """
    if vehicle_i[vehicle.CRASHED, i] != 0:
        return
    x, y, heading = place[ws.COURSE_X, i], place[ws.COURSE_Y, i], place[ws.COURSE_HEADING, i]
    vehicle_f[vehicle.X, i], vehicle_f[vehicle.Y, i] = x, y
    vehicle_f[vehicle.HEADING, i] = heading
    vehicle_f[vehicle.COS, i], vehicle_f[vehicle.SIN, i] = math.cos(heading), math.sin(heading)
    vehicle_f[vehicle.SPEED, i] = place[ws.COURSE_SPEED, i]
    vehicle_f[vehicle.STEERING, i] = 0.0
    vehicle_f[vehicle.ACCELERATION, i] = place[ws.COURSE_ACCELERATION, i]
    lane = nearest_lane(x, y, heading, num_lanes)
    vehicle_i[vehicle.LANE, i] = vehicle_i[vehicle.TARGET_LANE, i] = lane
