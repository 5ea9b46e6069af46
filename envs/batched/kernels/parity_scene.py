"""Kernels of the parity scenes: highway-env's ``highway-v0`` around the traffic, for B worlds.

Reset, meta-actions, Kinematics observation and reward of the upstream environment. roadworld's own
environment uses none of this.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from envs.batched.kernels import obstacle
from envs.batched.kernels.fma import fma
from envs.batched.kernels.mobil import is_reachable
from envs.batched.kernels.neighbours import END_MARGIN_M
from envs.batched.kernels.tick import initialise_caches, traffic_tick
from envs.batched.kernels.workspace import Workspace
from envs.physics.borrow import borrow
from envs.physics.compilation import compiled
from envs.specification import LANE_WIDTH_M, ROAD_LENGTH_M, vehicle

Array = np.ndarray[Any, np.dtype[Any]]

SPEED_LIMIT = 30.0
"""Speed limit of ``highway-v0``, m/s."""

OBSERVED = 5
"""Rows of the observation: the ego and the four nearest along x."""

FEATURES = 5
"""Columns: presence, x, y, vx, vy."""

_EGO_SPEED = 25.0
_PERCEPTION_M = 200.0
_BEHIND_M = -10.0
_MAX_OBSERVED_SPEED = 80.0
_LANE_LEFT, _LANE_RIGHT, _FASTER, _SLOWER = 0, 2, 3, 4


@compiled
def _draw_lane(low: Array, high: Array, cursor: Array, num_lanes: int) -> int:
    """An integer below ``num_lanes`` as NumPy's generator draws it: from 32 bits, by Lemire's method."""
    # cursor: number of words used; 1 + index of the word whose upper half is unused, or 0
    if num_lanes == 1:
        return 0
    threshold = 2**32 % num_lanes
    while True:
        if cursor[1] > 0:
            word = high[cursor[1] - 1]
            cursor[1] = 0
        else:
            word = low[cursor[0]]
            cursor[0] += 1
            cursor[1] = cursor[0]
        product = word * num_lanes
        if product % 2**32 >= threshold:
            return int(product // 2**32)


@compiled
def fill_world(
    vehicle_f: Array,
    vehicle_i: Array,
    low: Array,
    high: Array,
    doubles: Array,
    num_lanes: int,
    density: float,
    lane_factor: float,
) -> None:
    """Initial scene of ``highway-v0`` from the words of a PCG64 generator, in place (quirk 23).

    Parameters
    ----------
    low, high
        Lower and upper 32 bits of the generator's words, int64.
    doubles
        The same words as doubles in [0, 1).
    density
        highway-env's ``vehicles_density``.
    lane_factor
        ``exp(-5/40 num_lanes)`` as NumPy computes it.
    """
    n = vehicle_f.shape[1]
    cursor = np.zeros(2, np.int64)
    furthest = 0.0
    for i in range(n):
        lane = _draw_lane(low, high, cursor, num_lanes)
        speed, spacing = _EGO_SPEED, 2.0
        if i > 0:
            least, most = 0.7 * SPEED_LIMIT, 0.8 * SPEED_LIMIT
            speed = least + (most - least) * doubles[cursor[0]]
            cursor[0] += 1
            spacing = 1.0 / density
        offset = spacing * (12.0 + speed) * lane_factor
        x = 3.0 * offset if i == 0 else furthest
        x += offset * (0.9 + (1.1 - 0.9) * doubles[cursor[0]])
        cursor[0] += 1
        furthest = max(furthest, x)
        vehicle_f[:, i] = 0.0
        vehicle_i[:, i] = 0
        vehicle_f[vehicle.X, i] = x
        vehicle_f[vehicle.Y, i] = LANE_WIDTH_M * lane
        vehicle_f[vehicle.SPEED, i] = speed
        vehicle_f[vehicle.TARGET_SPEED, i] = speed
        vehicle_f[vehicle.TIMER, i] = (x + LANE_WIDTH_M * lane) * math.pi % 1.0
        vehicle_f[vehicle.EXPONENT, i] = 4.0
        vehicle_f[vehicle.TIME_GAP, i] = 1.5
        vehicle_f[vehicle.JAM_DISTANCE, i] = 10.0
        vehicle_f[vehicle.LENGTH, i] = 5.0
        vehicle_f[vehicle.WIDTH, i] = 2.0
        vehicle_i[vehicle.LANE, i] = lane
        vehicle_i[vehicle.TARGET_LANE, i] = lane
        vehicle_i[vehicle.KIND, i] = vehicle.KIND_IDM if i > 0 else vehicle.KIND_MDP
        vehicle_i[vehicle.CHECK_COLLISIONS, i] = 1
        vehicle_i[vehicle.MAY_CHANGE_LANE, i] = 1
        if i > 0:
            vehicle_f[vehicle.EXPONENT, i] = 3.5 + (4.5 - 3.5) * doubles[cursor[0]]
            cursor[0] += 1
    initialise_caches(vehicle_f, vehicle_i, n)


@compiled
def apply_action(vehicle_f: Array, vehicle_i: Array, action: int, num_lanes: int) -> None:
    """Meta-action of the ego (column 0), in place: its target speed or target lane (quirk 10)."""
    if action in (_FASTER, _SLOWER):
        step = round((vehicle_f[vehicle.SPEED, 0] - 20.0) / 10.0 * 2.0)
        step = min(max(step, 0), 2) + (1 if action == _FASTER else -1)
        vehicle_f[vehicle.TARGET_SPEED, 0] = 20.0 + 5.0 * min(max(step, 0), 2)
    elif action in (_LANE_LEFT, _LANE_RIGHT):
        lane = vehicle_i[vehicle.TARGET_LANE, 0] + action - 1
        lane = min(max(lane, 0), num_lanes - 1)
        if is_reachable(vehicle_f[vehicle.X, 0], vehicle_f[vehicle.Y, 0], lane, num_lanes):
            vehicle_i[vehicle.TARGET_LANE, 0] = lane


@compiled
def _scale(value: float, half_range: float) -> float:
    """A value scaled from +-half_range to +-1 and clipped, with upstream's roundings."""
    return min(max(-1.0 + (value + half_range) * 2.0 / (2.0 * half_range), -1.0), 1.0)


@compiled
def _write_row(row: Array, x: float, y: float, vx: float, vy: float, num_lanes: int) -> None:
    """One row of the observation, scaled and rounded to float32."""
    row[0] = 1.0
    row[1] = _scale(x, _PERCEPTION_M)
    row[2] = _scale(y, LANE_WIDTH_M * num_lanes)
    row[3] = _scale(vx, _MAX_OBSERVED_SPEED)
    row[4] = _scale(vy, _MAX_OBSERVED_SPEED)


@compiled
def observe(
    vehicle_f: Array, n: int, obstacle_f: Array, num_obstacles: int, num_lanes: int, out: Array
) -> None:
    """Kinematics observation of the ego into ``out (OBSERVED, FEATURES)`` float32 (quirk 25)."""
    nearest = np.empty(OBSERVED - 1, np.int64)
    distance = np.empty(OBSERVED - 1)
    count = 0
    x, y = vehicle_f[vehicle.X, 0], vehicle_f[vehicle.Y, 0]
    for e in range(1, n + num_obstacles):
        if e < n:
            dx, dy = vehicle_f[vehicle.X, e] - x, vehicle_f[vehicle.Y, e] - y
        else:
            dx, dy = obstacle_f[obstacle.X, e - n] - x, obstacle_f[obstacle.Y, e - n] - y
        if not (dx > _BEHIND_M and math.sqrt(fma(dy, dy, dx * dx)) < _PERCEPTION_M):
            continue
        slot = count
        while slot > 0 and distance[slot - 1] > abs(dx):
            slot -= 1
        if slot == OBSERVED - 1:
            continue
        count = min(count + 1, OBSERVED - 1)
        for k in range(count - 1, slot, -1):
            nearest[k], distance[k] = nearest[k - 1], distance[k - 1]
        nearest[slot], distance[slot] = e, abs(dx)
    speed = vehicle_f[vehicle.SPEED, 0]
    vx, vy = speed * vehicle_f[vehicle.COS, 0], speed * vehicle_f[vehicle.SIN, 0]
    out[:] = 0.0
    _write_row(out[0], x, y, vx, vy, num_lanes)
    for k in range(count):
        e = nearest[k]
        if e < n:
            dx, dy = vehicle_f[vehicle.X, e] - x, vehicle_f[vehicle.Y, e] - y
            speed = vehicle_f[vehicle.SPEED, e]
            dvx, dvy = speed * vehicle_f[vehicle.COS, e], speed * vehicle_f[vehicle.SIN, e]
        else:  # upstream reports every obstacle as standing
            dx, dy = obstacle_f[obstacle.X, e - n] - x, obstacle_f[obstacle.Y, e - n] - y
            dvx, dvy = 0.0, 0.0
        _write_row(out[k + 1], dx, dy, dvx - vx, dvy - vy, num_lanes)


@compiled
def reward(vehicle_f: Array, vehicle_i: Array, num_lanes: int) -> float:
    """Reward of ``highway-v0`` for the ego, in [0, 1] (quirk 26)."""
    x, y = vehicle_f[vehicle.X, 0], vehicle_f[vehicle.Y, 0]
    centre = LANE_WIDTH_M * vehicle_i[vehicle.LANE, 0]
    if abs(y - centre) > LANE_WIDTH_M / 2.0:
        return 0.0
    if not -END_MARGIN_M <= x < ROAD_LENGTH_M + END_MARGIN_M:
        return 0.0
    forward = vehicle_f[vehicle.SPEED, 0] * vehicle_f[vehicle.COS, 0]
    fast = min(max((forward - 20.0) / 10.0, 0.0), 1.0)
    right = vehicle_i[vehicle.TARGET_LANE, 0] / max(num_lanes - 1, 1)
    total = -1.0 * vehicle_i[vehicle.CRASHED, 0] + 0.1 * right + 0.4 * fast
    return float((total + 1.0) / 1.5)


@compiled
def step_worlds(
    vehicle_f: Array,
    vehicle_i: Array,
    obstacle_f: Array,
    obstacle_i: Array,
    num_lanes: int,
    ticks: int,
    actions: Array,
    work: Workspace,
    observations: Array,
    rewards: Array,
) -> None:
    """One decision of every world, in place: the action, ``ticks`` ticks, observation and reward.

    The state arrays have a leading axis B, and every column is used. ``actions`` are ``(B,)`` int64: 0 lane left, 1
    idle, 2 lane right, 3 faster, 4 slower. Overwritten: ``observations (B, OBSERVED, FEATURES)`` float32 and ``rewards
    (B,)`` float64.
    """
    n, m = vehicle_f.shape[2], obstacle_f.shape[2]
    for b in range(vehicle_f.shape[0]):
        floats, ints = borrow(vehicle_f[b]), borrow(vehicle_i[b])
        bodies, flags = borrow(obstacle_f[b]), borrow(obstacle_i[b])
        apply_action(floats, ints, actions[b], num_lanes)
        for _ in range(ticks):
            traffic_tick(floats, ints, n, bodies, flags, m, num_lanes, 0, SPEED_LIMIT, work)
        observe(floats, n, bodies, m, num_lanes, observations[b])
        rewards[b] = reward(floats, ints, num_lanes)
