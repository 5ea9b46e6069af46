"""Arbitrary worlds for the traffic kernels: crowded, slow, crashed, tied, trucks, obstacles."""

from __future__ import annotations

import math

import numpy as np

from envs.batched.kernels import obstacle as o
from envs.specification import vehicle as v
from tests.parity.translate import Scene

_CAR = (5.0, 2.0)
_TRUCK = (16.5, 2.55)


def _heading(rng: np.random.Generator, share: float, spread: float) -> float:
    """Exactly straight, or turned."""
    return float(rng.normal(0.0, spread)) if rng.random() < share else 0.0


def _fill_vehicle(
    floats: np.ndarray, ints: np.ndarray, num_lanes: int, wild: bool, rng: np.random.Generator
) -> None:
    """One vehicle's column; wild: any state, otherwise one that traffic can be loaded with."""
    lane = int(rng.integers(num_lanes))
    on_centre = rng.random() < 0.6
    floats[v.Y] = 4.0 * lane + (0.0 if on_centre else rng.uniform(-2.0, 2.0))
    floats[v.HEADING] = _heading(rng, 0.4, 0.3 if wild else 0.05)
    floats[v.SPEED] = rng.choice([rng.uniform(15.0, 40.0), rng.uniform(-1.0, 3.0), 0.0, 24.0])
    if wild:
        floats[v.SPEED] = rng.choice([floats[v.SPEED], rng.uniform(-45.0, 45.0)])
    floats[v.TARGET_SPEED] = rng.choice([0.0, rng.uniform(0.0, 10.0), rng.uniform(15.0, 45.0)])
    floats[v.TIMER] = rng.uniform(0.0, 1.2)
    floats[v.EXPONENT] = rng.choice([4.0, rng.uniform(3.5, 4.5)])
    floats[v.TIME_GAP] = rng.choice([1.5, rng.uniform(0.6, 2.5)])
    floats[v.JAM_DISTANCE] = rng.choice([10.0, rng.uniform(7.0, 12.0)])
    floats[[v.LENGTH, v.WIDTH]] = _TRUCK if rng.random() < 0.2 else _CAR
    floats[v.DIAGONAL] = math.sqrt(floats[v.LENGTH] ** 2 + floats[v.WIDTH] ** 2)
    floats[v.STEERING] = rng.uniform(-0.2, 0.2)
    floats[v.ACCELERATION] = rng.uniform(-8.0, 5.0)
    ints[v.LANE] = min(max(round(floats[v.Y] / 4.0), 0), num_lanes - 1)
    ints[v.TARGET_LANE] = ints[v.LANE]
    if rng.random() < 0.4:
        ints[v.TARGET_LANE] = min(max(ints[v.LANE] + rng.choice([-1, 1]), 0), num_lanes - 1)
    ints[v.KIND] = v.KIND_IDM
    ints[v.CHECK_COLLISIONS] = rng.random() < 0.9
    ints[v.MAY_CHANGE_LANE] = rng.random() < 0.9
    if wild:
        ints[v.CRASHED] = rng.random() < 0.15
        ints[v.HAS_IMPACT] = rng.random() < 0.15
        floats[[v.IMPACT_X, v.IMPACT_Y]] = rng.normal(0.0, 0.5, 2) * ints[v.HAS_IMPACT]


def random_scene(rng: np.random.Generator, *, wild: bool = True) -> Scene:
    """A scene of 1 to 13 vehicles and 0 to 3 obstacles on 1 to 5 lanes (``rng`` is consumed).

    Some share their x with another entity, so that the rules for ties are used; some drive at an
    end of the road.

    Returns
    -------
    Scene
        Two columns of padding in the vehicle arrays, one in the obstacle arrays.
    """
    n, num_obstacles = int(rng.integers(1, 14)), int(rng.integers(0, 4))
    num_lanes = int(rng.integers(1, 6))
    has_shoulder = int(num_lanes > 1 and rng.random() < 0.4)
    start = float(rng.choice([100.0, 500.0, 0.0, 9_950.0], p=[0.4, 0.4, 0.1, 0.1]))
    length = 12.0 * n / num_lanes * rng.uniform(0.5, 4.0)
    xs = start + rng.uniform(0.0, length, n + num_obstacles)
    if rng.random() < 0.3:
        xs = np.round(xs / 8.0) * 8.0
    vehicle_f = np.zeros((v.NUM_FLOATS, n + 2))
    vehicle_i = np.zeros((v.NUM_INTS, n + 2), np.int64)
    vehicle_f[:, n:] = np.nan
    for k in range(n):
        _fill_vehicle(vehicle_f[:, k], vehicle_i[:, k], num_lanes, wild, rng)
    vehicle_i[v.KIND, 0] = rng.choice([v.KIND_IDM, v.KIND_EGO, v.KIND_MDP])
    vehicle_f[v.X, :n] = xs[:n]
    vehicle_f[v.COS, :n] = [math.cos(h) for h in vehicle_f[v.HEADING, :n]]
    vehicle_f[v.SIN, :n] = [math.sin(h) for h in vehicle_f[v.HEADING, :n]]
    vehicle_i[v.ORDER, :n] = np.argsort(xs[:n], kind="stable")
    obstacle_f = np.zeros((o.NUM_FLOATS, num_obstacles + 1))
    obstacle_i = np.zeros((o.NUM_INTS, num_obstacles + 1), np.int64)
    for j in range(num_obstacles):
        column = obstacle_f[:, j]
        column[o.X], column[o.Y] = xs[n + j], 4.0 * rng.integers(num_lanes) + rng.uniform(-2, 2)
        if rng.random() < 0.5:
            column[[o.VX, o.VY]] = rng.uniform(-3.0, 25.0), rng.uniform(-1.0, 1.0)
        column[o.HEADING] = _heading(rng, 0.8, 2.0)
        column[[o.LENGTH, o.WIDTH]] = rng.uniform(0.3, 3.0, 2)
        column[o.DIAGONAL] = math.sqrt(column[o.LENGTH] ** 2 + column[o.WIDTH] ** 2)
        obstacle_i[o.COLLIDES, j] = rng.random() < 0.6
    limit = float(rng.choice([30.0, 40.0]))
    return Scene(
        vehicle_f,
        vehicle_i,
        n,
        obstacle_f,
        obstacle_i,
        num_obstacles,
        num_lanes,
        has_shoulder,
        limit,
    )
