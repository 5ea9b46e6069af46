"""The order of events within a tick and a decision, written once for both engines.

One tick: ``before_traffic`` (scripts, the ego's control law), then the engine's traffic (decide, move, collide), then
``after_traffic`` (debris, contacts, spills, steering). One decision: ``begin_decision``, three ticks,
``end_decision``, and ``envs.observation.observe``.
"""

from __future__ import annotations

import math

import numpy as np

from envs.action import control_ego, store_command
from envs.physics.compilation import compiled
from envs.specification import DECISIONS_PER_EPISODE, component, course, episode, vehicle
from envs.specification.world import World
from envs.world.braking import charge_braking, time_to_lead, watch_braking
from envs.world.charges import (
    charge_manoeuvre,
    charge_swerve,
    charge_time,
    check_collision,
    check_road_edge,
    drive_on_patches,
)
from envs.world.course import leave_courses
from envs.world.debris_motion import move_debris
from envs.world.encounter import meet_objects

NO_TTC_S = 99.0
"""Time to collision reported when there is none: finite, so that records and spaces stay finite."""


@compiled
def begin_decision(world: World, first: float, second: float, is_discrete: bool) -> None:
    """Store the action as a command and clear the values of the previous decision, in place."""
    store_command(world, first, second, is_discrete)
    world.cost[:] = 0.0
    world.episode_i[episode.NUM_CONTACTS] = 0
    world.episode_f[episode.SPEED_AT_DECISION] = world.vehicle_f[vehicle.SPEED, 0]


@compiled
def before_traffic(world: World) -> None:
    """Scripts of other vehicles and the ego's steering and acceleration of this tick, in place."""
    if world.course_i[course.END, 0] > 0:
        leave_courses(world)
    _follow_scripts(world)
    control_ego(world)


@compiled
def _follow_scripts(world: World) -> None:
    """Start the lane and speed changes whose tick has come."""
    v, i = world.vehicle_f, world.vehicle_i
    tick = world.episode_i[episode.TICK]
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        if i[vehicle.SCRIPT_TICK, k] == tick:
            if i[vehicle.SCRIPT_LANE, k] >= 0:
                i[vehicle.TARGET_LANE, k] = i[vehicle.SCRIPT_LANE, k]
            if v[vehicle.SCRIPT_SPEED, k] >= 0.0:
                v[vehicle.TARGET_SPEED, k] = v[vehicle.SCRIPT_SPEED, k]
        elif i[vehicle.RETURN_TICK, k] == tick:
            i[vehicle.TARGET_LANE, k] = i[vehicle.RETURN_LANE, k]


@compiled
def after_traffic(world: World, p: np.record) -> None:
    """Debris, contacts, spills and the ego's own motion after traffic has moved by a tick, in place."""
    _measure_ego(world)
    move_debris(world)
    meet_objects(world, p)
    drive_on_patches(world, p)
    charge_swerve(world, p)
    watch_braking(world, world.episode_f[episode.SPEED_AT_DECISION])
    check_collision(world, p)
    check_road_edge(world, p)
    world.episode_i[episode.TICK] += 1


@compiled
def _measure_ego(world: World) -> None:
    """Yaw rate and lateral acceleration of the last tick, from its steering and speed."""
    v, f = world.vehicle_f, world.episode_f
    slip = math.atan(0.5 * math.tan(v[vehicle.STEERING, 0]))
    speed = v[vehicle.SPEED, 0]
    f[episode.YAW_RATE] = speed * math.sin(slip) / (0.5 * v[vehicle.LENGTH, 0])
    f[episode.LATERAL_ACCELERATION] = speed * f[episode.YAW_RATE]


@compiled
def is_over(world: World) -> bool:
    """Whether the episode has been terminated."""
    i = world.episode_i
    return bool(i[episode.COLLIDED] + i[episode.LOST_CONTROL] + i[episode.OFF_ROAD] > 0)


@compiled
def decision_cost(world: World) -> float:
    """Expected US$ of the last decision, all components."""
    total = 0.0
    for c in range(component.NUM_COMPONENTS):
        total += world.cost[c]
    return total


@compiled
def end_decision(world: World, p: np.record) -> None:
    """Charges by decision, clocks and truncation, in place; the observation is made by ``observe`` after it."""
    charge_braking(world, p)
    charge_manoeuvre(world, p)
    charge_time(world, p)
    f, i = world.episode_f, world.episode_i
    f[episode.TOTAL_COST] += decision_cost(world)
    i[episode.DECISION] += 1
    if i[episode.DECISION] >= DECISIONS_PER_EPISODE and not is_over(world):
        i[episode.TRUNCATED] = 1
    ttc = time_to_lead(world, world.vehicle_f[vehicle.X, 0], world.vehicle_f[vehicle.Y, 0])
    f[episode.MIN_TTC] = min(ttc, NO_TTC_S)
