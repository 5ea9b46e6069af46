"""One tick of traffic: all vehicles decide, all move, then contacts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from envs.batched.kernels import workspace as ws
from envs.batched.kernels.collision import collide_all
from envs.batched.kernels.idm import MAX_ACCELERATION, following_acceleration, free_acceleration
from envs.batched.kernels.mobil import decide_lane
from envs.batched.kernels.move import follow_course, move_vehicle
from envs.batched.kernels.neighbours import find_leader, sort_by_x, sweep_leaders
from envs.batched.kernels.workspace import Workspace
from envs.physics.borrow import borrow
from envs.physics.compilation import compiled, merged
from envs.physics.steering import steering_command
from envs.specification import LANE_WIDTH_M, vehicle

Array = np.ndarray[Any, np.dtype[Any]]

KP_SPEED = 1.0 / 0.6
"""Gain of highway-env's speed controller, 1/s (``ControlledVehicle.KP_A``)."""


@compiled
def initialise_caches(vehicle_f: Array, vehicle_i: Array, n: int) -> None:
    """Fill the rows COS, SIN, DIAGONAL and ORDER of a freshly loaded world, in place."""
    for i in range(n):
        vehicle_f[vehicle.COS, i] = math.cos(vehicle_f[vehicle.HEADING, i])
        vehicle_f[vehicle.SIN, i] = math.sin(vehicle_f[vehicle.HEADING, i])
        length, width = vehicle_f[vehicle.LENGTH, i], vehicle_f[vehicle.WIDTH, i]
        vehicle_f[vehicle.DIAGONAL, i] = math.sqrt(length * length + width * width)
        vehicle_i[vehicle.ORDER, i] = i
    sort_by_x(vehicle_f[vehicle.X], vehicle_i[vehicle.ORDER], n)


@merged
def _decide(
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
    """Decision of one IDM vehicle, in place: lane policy, steering, acceleration (quirk 11)."""
    if vehicle_i[vehicle.MAY_CHANGE_LANE, i] != 0:
        decide_lane(
            vehicle_f,
            vehicle_i,
            n,
            obstacle_f,
            num_obstacles,
            num_lanes,
            num_open_lanes,
            speed_limit,
            work,
            i,
        )
    target = vehicle_i[vehicle.TARGET_LANE, i]
    _steer(vehicle_f, i, target)
    free = free_acceleration(vehicle_f, speed_limit, i, i)
    lead = work.ints[ws.LEADER, i]
    acceleration = following_acceleration(free, vehicle_f, obstacle_f, n, i, i, lead)
    if target != vehicle_i[vehicle.LANE, i]:
        lead = find_leader(i, target, n + num_obstacles, work)
        other = following_acceleration(free, vehicle_f, obstacle_f, n, i, i, lead)
        acceleration = min(acceleration, other)
    vehicle_f[vehicle.ACCELERATION, i] = min(max(acceleration, -MAX_ACCELERATION), MAX_ACCELERATION)


@merged
def _steer(vehicle_f: Array, i: int, target: int) -> None:
    """Store the steering angle towards the centre of a lane."""
    vehicle_f[vehicle.STEERING, i] = steering_command(
        vehicle_f[vehicle.Y, i] - LANE_WIDTH_M * target,
        vehicle_f[vehicle.HEADING, i],
        vehicle_f[vehicle.SPEED, i],
        vehicle_f[vehicle.LENGTH, i],
    )


@compiled
def traffic_tick(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    obstacle_i: Array,
    num_obstacles: int,
    num_lanes: int,
    has_shoulder: int,
    speed_limit: float,
    work: Workspace,
) -> None:
    """One tick of highway-env's traffic on a straight road of 10 km, in place.

    Vehicles decide in list order, then move, then contacts with vehicles and obstacles are worked out. A vehicle of
    kind ``KIND_EGO`` does not decide: its STEERING and ACCELERATION of this tick, and its TARGET_LANE and TARGET_SPEED,
    must be stored before the call. One of kind ``KIND_COURSE`` does not either: its place after the tick must be stored
    in ``work``. Twin of ``Road.act`` and ``Road.step`` in highway-env 1.12.1; pinned by ``tests/parity``.

    Parameters
    ----------
    vehicle_f, vehicle_i
        ``(vehicle.NUM_FLOATS, N)`` and ``(vehicle.NUM_INTS, N)``, C-contiguous. The rows COS, SIN, DIAGONAL and ORDER
        must be right on entry (:func:`initialise_caches`) and are right on exit; LANE must lie within the road.
    n
        Number of vehicles used, 1 <= n <= N.
    obstacle_f, obstacle_i
        ``(obstacle.NUM_FLOATS, J)`` and ``(obstacle.NUM_INTS, J)``, C-contiguous; read as leaders, and as bodies where
        COLLIDES is set.
    num_lanes
        Number of lanes, hard shoulder included, 1 to 16.
    has_shoulder
        1 if the rightmost lane is a hard shoulder: no vehicle chooses it, but one can be on it; else 0.
    speed_limit
        Speed limit of every lane, m/s.
    work
        From :func:`~envs.batched.kernels.workspace.make_workspace`, at least as large as the world.
    """
    vehicle_f, vehicle_i = borrow(vehicle_f), borrow(vehicle_i)
    obstacle_f, obstacle_i = borrow(obstacle_f), borrow(obstacle_i)
    work = Workspace(borrow(work.floats), borrow(work.ints), borrow(work.pairs))
    sweep_leaders(vehicle_f, vehicle_i, n, obstacle_f, num_obstacles, num_lanes, work)
    num_open_lanes = num_lanes - has_shoulder
    for i in range(n):
        kind = vehicle_i[vehicle.KIND, i]
        if kind == vehicle.KIND_IDM:
            if vehicle_i[vehicle.CRASHED, i] == 0:
                _decide(
                    vehicle_f,
                    vehicle_i,
                    n,
                    obstacle_f,
                    num_obstacles,
                    num_lanes,
                    num_open_lanes,
                    speed_limit,
                    work,
                    i,
                )
        elif kind == vehicle.KIND_MDP:
            _steer(vehicle_f, i, vehicle_i[vehicle.TARGET_LANE, i])
            vehicle_f[vehicle.ACCELERATION, i] = KP_SPEED * (
                vehicle_f[vehicle.TARGET_SPEED, i] - vehicle_f[vehicle.SPEED, i]
            )
    for i in range(n):
        move_vehicle(vehicle_f, vehicle_i, i, num_lanes)
        if vehicle_i[vehicle.KIND, i] == vehicle.KIND_COURSE:
            follow_course(vehicle_f, vehicle_i, work.floats, i, num_lanes)
    sort_by_x(vehicle_f[vehicle.X], vehicle_i[vehicle.ORDER], n)
    collide_all(vehicle_f, vehicle_i, n, obstacle_f, obstacle_i, num_obstacles, work)
