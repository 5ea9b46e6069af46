"""Vehicles that follow a recorded course: where each is after a tick, and when it leaves its course.

``envs.scenario.trajectory.Trajectory`` says what a course means.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled, inlined
from envs.physics.steering import wrap_to_pi
from envs.specification import TICK_HZ, course, episode, vehicle
from envs.specification.world import World

ROUNDING_S = 1e-6
"""A course lasts this much longer than its last moment, because moments are rounded."""

KNOCK_MPS = 0.1
"""A contact that changes the speed by more than this takes a vehicle off its course: 0.1 m after a second [A]."""

STILL_MPS = 0.5
"""Speed that is added along the recorded heading before the direction of motion is computed, so that a standing vehicle
keeps its heading [A]."""


class Pose(NamedTuple):
    """State of a vehicle on its course."""

    x: float  # centre, m
    y: float
    heading: float  # rad
    speed: float  # m/s along the heading
    acceleration: float  # m/s2, mean of the tick before


@inlined
def _between(p0: float, p1: float, v0: float, v1: float, h: float, s: float) -> tuple[float, float]:
    """Position and velocity at the share ``s`` of ``h`` seconds, on the cubic with these values at both ends."""
    rise = (p1 - p0) / h
    bend = 3.0 * rise - 2.0 * v0 - v1
    twist = v0 + v1 - 2.0 * rise
    position = p0 + h * s * (v0 + s * (bend + s * twist))
    return position, v0 + s * (2.0 * bend + 3.0 * s * twist)


@compiled
def pose_at(world: World, k: int, time: float) -> Pose:
    """State of vehicle ``k`` on its course at a time, s, without the acceleration; after the end, the last one."""
    c = world.course_f
    low, high = world.course_i[course.FIRST, k], world.course_i[course.END, k] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if c[course.TIME, middle] <= time:
            low = middle
        else:
            high = middle
    h = c[course.TIME, high] - c[course.TIME, low]
    s = min((time - c[course.TIME, low]) / h, 1.0)
    before, after = c[course.HEADING, low], c[course.HEADING, high]
    v0, v1 = c[course.SPEED, low], c[course.SPEED, high]
    x, vx = _between(
        c[course.X, low], c[course.X, high], v0 * math.cos(before), v1 * math.cos(after), h, s
    )
    y, vy = _between(
        c[course.Y, low], c[course.Y, high], v0 * math.sin(before), v1 * math.sin(after), h, s
    )
    heading = before + s * wrap_to_pi(after - before)
    cos, sin = math.cos(heading), math.sin(heading)
    along, across = cos * vx + sin * vy, cos * vy - sin * vx
    turn = math.atan2(across, max(along, 0.0) + STILL_MPS)
    speed = along * math.cos(turn) + across * math.sin(turn)
    return Pose(x, y, heading + turn, speed, 0.0)


@compiled
def next_pose(world: World, k: int) -> Pose:
    """State of vehicle ``k`` on its course at the end of the present tick."""
    tick = world.episode_i[episode.TICK]
    now, then = pose_at(world, k, tick / TICK_HZ), pose_at(world, k, (tick + 1) / TICK_HZ)
    return Pose(then.x, then.y, then.heading, then.speed, (then.speed - now.speed) * TICK_HZ)


@compiled
def leave_courses(world: World) -> None:
    """Make drivers of those that have been hit, slowed, or whose course ends in the present tick, in place."""
    v, i = world.vehicle_f, world.vehicle_i
    tick = world.episode_i[episode.TICK]
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        if i[vehicle.KIND, k] != vehicle.KIND_COURSE:
            continue
        last = world.course_f[course.TIME, world.course_i[course.END, k] - 1]
        is_over = (tick + 1) / TICK_HZ > last + ROUNDING_S
        knock = v[vehicle.SPEED, k] - pose_at(world, k, tick / TICK_HZ).speed
        if is_over or i[vehicle.CRASHED, k] == 1 or abs(knock) > KNOCK_MPS:
            i[vehicle.KIND, k] = vehicle.KIND_IDM
