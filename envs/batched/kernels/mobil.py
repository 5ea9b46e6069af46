"""Lane changes: highway-env's MOBIL with politeness 0, its timer, and the abort rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs.batched.kernels import workspace as ws
from envs.batched.kernels.idm import following_acceleration, free_acceleration, wanted_gap
from envs.batched.kernels.neighbours import END_MARGIN_M, find_follower, find_leader
from envs.batched.kernels.workspace import Workspace
from envs.physics.compilation import compiled
from envs.specification import LANE_WIDTH_M, ROAD_LENGTH_M, vehicle

Array = np.ndarray[Any, np.dtype[Any]]

CHANGE_DELAY_S = 1.0
"""Time between two decisions of one vehicle, s (highway-env ``IDMVehicle.LANE_CHANGE_DELAY``)."""

MAX_BRAKING_IMPOSED = 2.0
"""Most braking a change may force on the follower, m/s2 (``LANE_CHANGE_MAX_BRAKING_IMPOSED``)."""

MIN_GAIN = 0.2
"""Least gain in own acceleration, m/s2 (highway-env ``IDMVehicle.LANE_CHANGE_MIN_ACC_GAIN``)."""

MIN_SPEED = 1.0
"""No change is begun below this speed, m/s (highway-env, quirk 7)."""


@compiled
def is_reachable(x: float, y: float, lane: int, num_open_lanes: int) -> bool:
    """Whether a vehicle at a position may steer to a lane: it is open and at most two lane widths away."""
    return (
        0 <= lane < num_open_lanes
        and abs(y - LANE_WIDTH_M * lane) <= 2.0 * LANE_WIDTH_M
        and 0.0 <= x < ROAD_LENGTH_M + END_MARGIN_M
    )


@compiled
def _recommends(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    total: int,
    speed_limit: float,
    work: Workspace,
    i: int,
    lane: int,
) -> bool:
    """Whether MOBIL recommends a lane: the new follower need not brake hard, and the gain is enough (quirk 8)."""
    follower = find_follower(i, lane, work)
    if 0 <= follower < n:  # an obstacle behind never brakes
        free = free_acceleration(vehicle_f, speed_limit, i, follower)
        imposed = following_acceleration(free, vehicle_f, obstacle_f, n, i, follower, i)
        if imposed < -MAX_BRAKING_IMPOSED:
            return False
    new_lead = find_leader(i, lane, total, work)
    old_lead = find_leader(i, vehicle_i[vehicle.LANE, i], total, work)
    free = free_acceleration(vehicle_f, speed_limit, i, i)
    gain = following_acceleration(
        free, vehicle_f, obstacle_f, n, i, i, new_lead
    ) - following_acceleration(free, vehicle_f, obstacle_f, n, i, i, old_lead)
    return not gain < MIN_GAIN


@compiled
def _must_abort(
    vehicle_f: Array, vehicle_i: Array, n: int, obstacle_f: Array, work: Workspace, i: int
) -> bool:
    """Whether another vehicle close ahead is on the way to the same lane (quirk 9)."""
    target = vehicle_i[vehicle.TARGET_LANE, i]
    if work.ints[ws.CHANGING_TO, target] < 2:  # only this vehicle
        return False
    for j in range(n):
        if (
            j != i
            and vehicle_i[vehicle.TARGET_LANE, j] == target
            and vehicle_i[vehicle.LANE, j] != target
        ):
            distance = vehicle_f[vehicle.X, j] - vehicle_f[vehicle.X, i]
            if 0.0 < distance < wanted_gap(vehicle_f, obstacle_f, n, i, i, j):
                return True
    return False


@compiled
def decide_lane(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    num_obstacles: int,
    num_lanes: int,
    num_open_lanes: int,
    speed_limit: float,
    work: Workspace,
    i: int,
) -> None:
    """Lane policy of one vehicle, in place: its target lane, its timer, the counts per lane.

    A change under way is only ever aborted. Otherwise, when the timer fires, left is tried first and right second,
    without stopping: if both pass, right wins (quirk 7). Twin of ``IDMVehicle.change_lane_policy``; pinned by
    ``tests/parity``.
    """
    lane = vehicle_i[vehicle.LANE, i]
    target = vehicle_i[vehicle.TARGET_LANE, i]
    if lane != target:
        if _must_abort(vehicle_f, vehicle_i, n, obstacle_f, work, i):
            vehicle_i[vehicle.TARGET_LANE, i] = lane
            work.ints[ws.CHANGING_TO, target] -= 1
        return
    if not vehicle_f[vehicle.TIMER, i] > CHANGE_DELAY_S:
        return
    vehicle_f[vehicle.TIMER, i] = 0.0
    if abs(vehicle_f[vehicle.SPEED, i]) < MIN_SPEED:
        return
    x, y = vehicle_f[vehicle.X, i], vehicle_f[vehicle.Y, i]
    for side in range(lane - 1, min(lane + 2, num_lanes), 2):
        if is_reachable(x, y, side, num_open_lanes) and _recommends(
            vehicle_f, vehicle_i, n, obstacle_f, n + num_obstacles, speed_limit, work, i, side
        ):
            target = side
    if target != lane:
        vehicle_i[vehicle.TARGET_LANE, i] = target
        work.ints[ws.CHANGING_TO, target] += 1
