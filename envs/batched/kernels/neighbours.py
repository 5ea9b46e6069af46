"""Leaders and followers on a lane: searches in the world sorted by x.

An *entity* is a vehicle (index below n) or an obstacle (n + its index): highway-env's search order. Positions do not
change while vehicles decide, so one sweep per tick serves all of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from envs.batched.kernels import obstacle
from envs.batched.kernels import workspace as ws
from envs.batched.kernels.workspace import Workspace
from envs.physics.compilation import compiled, merged
from envs.specification import LANE_WIDTH_M, ROAD_LENGTH_M, vehicle

Array = np.ndarray[Any, np.dtype[Any]]

ON_LANE_M = LANE_WIDTH_M / 2.0 + 1.0
"""Largest lateral distance of a vehicle that counts as on a lane, m (highway-env adds 1 m, quirk 17)."""

END_MARGIN_M = 5.0
"""How far a lane reaches beyond its ends, m (highway-env ``AbstractLane.VEHICLE_LENGTH``)."""

_ON_ONE_LANE_M = 0.99
"""Distance to a centre within which no other lane is within ``ON_LANE_M``, for any rounding."""


@merged
def sort_by_x(positions: Array, order: Array, count: int) -> None:
    """Sort ``order`` in place by x, ties by index: an insertion sort, cheap when nearly sorted."""
    for k in range(1, count):
        moving = order[k]
        x = positions[moving]
        slot = k
        while slot > 0:
            other = order[slot - 1]
            if positions[other] < x or (positions[other] == x and other < moving):
                break
            order[slot] = other
            slot -= 1
        order[slot] = moving


@merged
def _merge(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    num_obstacles: int,
    work: Workspace,
) -> None:
    """Fill SORTED: vehicles and obstacles by increasing x, ties in highway-env's search order."""
    for j in range(num_obstacles):
        work.ints[ws.OBSTACLE_ORDER, j] = j
    sort_by_x(obstacle_f[obstacle.X], work.ints[ws.OBSTACLE_ORDER], num_obstacles)
    used = 0
    for k in range(n):
        i = vehicle_i[vehicle.ORDER, k]
        while used < num_obstacles:
            j = work.ints[ws.OBSTACLE_ORDER, used]
            if obstacle_f[obstacle.X, j] >= vehicle_f[vehicle.X, i]:
                break
            work.ints[ws.SORTED, k + used] = n + j
            used += 1
        work.ints[ws.SORTED, k + used] = i
    for rest in range(used, num_obstacles):
        work.ints[ws.SORTED, n + rest] = n + work.ints[ws.OBSTACLE_ORDER, rest]


@merged
def _enter_lanes(
    work: Workspace, entity: int, x: float, y: float, own_lane: int, num_lanes: int
) -> None:
    """Record the entity as the last one met on every lane that it occupies."""
    if not -END_MARGIN_M <= x < ROAD_LENGTH_M + END_MARGIN_M:
        return
    if own_lane >= 0 and abs(y - LANE_WIDTH_M * own_lane) < _ON_ONE_LANE_M:
        work.ints[ws.LAST_ON_LANE, own_lane] = entity
        return
    for lane in range(num_lanes):
        if abs(y - LANE_WIDTH_M * lane) <= ON_LANE_M:
            work.ints[ws.LAST_ON_LANE, lane] = entity


@merged
def sweep_leaders(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    num_obstacles: int,
    num_lanes: int,
    work: Workspace,
) -> None:
    """One walk from front to back: entities by x, own-lane leaders, vehicles changing to a lane.

    Fills ``SORTED_X, SORTED_Y, SORTED, RANK, LEADER, CHANGING_TO`` of the workspace; needs
    ``ORDER`` sorted. If two entities have the same x, the leaders come from :func:`find_leader`,
    which applies the rules for ties.
    """
    _merge(vehicle_f, vehicle_i, n, obstacle_f, num_obstacles, work)
    for lane in range(num_lanes):
        work.ints[ws.LAST_ON_LANE, lane] = -1
        work.ints[ws.CHANGING_TO, lane] = 0
    tied = False
    ahead_x = math.inf
    for k in range(n + num_obstacles - 1, -1, -1):
        entity = work.ints[ws.SORTED, k]
        own_lane = -1
        if entity < n:
            x, y = vehicle_f[vehicle.X, entity], vehicle_f[vehicle.Y, entity]
            own_lane = vehicle_i[vehicle.LANE, entity]
            target = vehicle_i[vehicle.TARGET_LANE, entity]
            work.ints[ws.RANK, entity] = k
            work.ints[ws.LEADER, entity] = work.ints[ws.LAST_ON_LANE, own_lane]
            if target != own_lane:
                work.ints[ws.CHANGING_TO, target] += 1
        else:
            x, y = obstacle_f[obstacle.X, entity - n], obstacle_f[obstacle.Y, entity - n]
        tied |= x == ahead_x
        ahead_x = x
        work.floats[ws.SORTED_X, k] = x
        work.floats[ws.SORTED_Y, k] = y
        _enter_lanes(work, entity, x, y, own_lane, num_lanes)
    if tied:
        total = n + num_obstacles
        for i in range(n):
            work.ints[ws.LEADER, i] = find_leader(i, vehicle_i[vehicle.LANE, i], total, work)


@merged
def _is_on_lane(x: float, y: float, lane: int) -> bool:
    """Whether the neighbour search counts this place as on this lane (quirk 17)."""
    return (
        abs(y - LANE_WIDTH_M * lane) <= ON_LANE_M
        and -END_MARGIN_M <= x < ROAD_LENGTH_M + END_MARGIN_M
    )


@compiled
def find_leader(i: int, lane: int, total: int, work: Workspace) -> int:
    """Entity ahead of vehicle ``i`` on a lane, or -1: smallest x >= own, among equals the last."""
    rank = work.ints[ws.RANK, i]
    k = rank
    while k > 0 and work.floats[ws.SORTED_X, k - 1] == work.floats[ws.SORTED_X, rank]:
        k -= 1
    found = -1
    found_x = math.inf
    while k < total:
        x = work.floats[ws.SORTED_X, k]
        if found >= 0 and x != found_x:
            break
        if k != rank and _is_on_lane(x, work.floats[ws.SORTED_Y, k], lane):
            found = work.ints[ws.SORTED, k]
            found_x = x
        k += 1
    return found


@compiled
def find_follower(i: int, lane: int, work: Workspace) -> int:
    """Entity behind vehicle ``i`` on a lane, or -1: largest x < own, among equals the first."""
    rank = work.ints[ws.RANK, i]
    found = -1
    found_x = -math.inf
    for k in range(rank - 1, -1, -1):
        x = work.floats[ws.SORTED_X, k]
        if found >= 0 and x != found_x:
            break
        if x < work.floats[ws.SORTED_X, rank] and _is_on_lane(x, work.floats[ws.SORTED_Y, k], lane):
            found = work.ints[ws.SORTED, k]
            found_x = x
    return found
