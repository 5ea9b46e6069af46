"""A braking episode of the ego: rear-end risk from the actual follower, and nuisance; only the growth is charged."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.manoeuvre import nuisance_cost
from envs.cost.rear_end import rear_end_cost
from envs.physics.compilation import compiled, inlined
from envs.specification import TICK_S, component, debris, episode, vehicle
from envs.specification.world import World

LAMP_MPS2 = -1.0
"""A braking episode begins when the ego decelerates harder than this [A]."""

RELEASE_TICKS = 15
"""It ends when the ego has not braked for a second: pulses are one episode."""

FOLLOWER_REACH_M = 150.0
"""A vehicle further behind the ego is not its follower [A]."""

CAUSE_AHEAD_M = 120.0
"""A real object within this distance ahead is a cause to brake [A]."""

CAUSE_TTC_S, CAUSE_HEADWAY_S = 5.0, 1.0
"""A lead that is met within this time, or followed closer than this, is a cause to brake [A]."""

SAME_PATH_M = 2.0
"""Lateral distance within which another vehicle drives in the ego's path: half a lane."""


@compiled
def find_follower(world: World) -> int:
    """Index of the nearest vehicle behind in the ego's path, or -1."""
    best, gap = -1, FOLLOWER_REACH_M
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        distance = world.vehicle_f[vehicle.X, 0] - world.vehicle_f[vehicle.X, k]
        side = abs(world.vehicle_f[vehicle.Y, k] - world.vehicle_f[vehicle.Y, 0])
        if 0.0 < distance < gap and side < SAME_PATH_M:
            best, gap = k, distance
    return best


@compiled
def bumper_gap(world: World, follower: int) -> float:
    """Free space between the ego's rear and the follower's front, m."""
    v = world.vehicle_f
    lengths = 0.5 * (v[vehicle.LENGTH, 0] + v[vehicle.LENGTH, follower])
    return v[vehicle.X, 0] - v[vehicle.X, follower] - lengths


@compiled
def open_braking(world: World, speed: float) -> None:
    """Begin a braking episode with the state at its onset, in place."""
    f, i = world.episode_f, world.episode_i
    follower = find_follower(world)
    i[episode.BRAKE_TICK] = i[episode.TICK]
    i[episode.BRAKE_FOLLOWER] = follower
    i[episode.BRAKE_RELEASED] = 0
    i[episode.HAS_CAUSE] = 0
    f[episode.BRAKE_SPEED] = speed
    f[episode.BRAKE_PAID] = 0.0
    f[episode.NUISANCE_PAID] = 0.0
    if follower >= 0:
        f[episode.BRAKE_GAP] = bumper_gap(world, follower)
        f[episode.BRAKE_FOLLOWER_SPEED] = world.vehicle_f[vehicle.SPEED, follower]


@inlined
def watch_braking(world: World, speed_before: float) -> None:
    """Open or close the braking episode after a tick, in place."""
    i = world.episode_i
    brakes = world.vehicle_f[vehicle.ACCELERATION, 0] < LAMP_MPS2 and speed_before > 0.0
    if i[episode.BRAKE_TICK] < 0:
        if brakes:
            open_braking(world, speed_before)
    elif brakes:
        i[episode.BRAKE_RELEASED] = 0
    else:
        i[episode.BRAKE_RELEASED] += 1
        if i[episode.BRAKE_RELEASED] >= RELEASE_TICKS:
            i[episode.BRAKE_TICK] = -1


@inlined
def charge_braking(world: World, p: np.record) -> None:
    """Charge the growth of the braking episode's cost since the last decision, in place (envs/physics/SOURCES.md 2.9).

    The expected cost is that of braking steadily from the onset to the present speed; only its growth is charged, so
    the sum over the decisions is the cost of the whole episode.
    """
    f, i = world.episode_f, world.episode_i
    if i[episode.BRAKE_TICK] < 0:
        return
    # the clock already shows the next tick
    elapsed = (i[episode.TICK] - i[episode.BRAKE_TICK]) * TICK_S
    speed = max(world.vehicle_f[vehicle.SPEED, 0], 0.0)
    drop = f[episode.BRAKE_SPEED] - speed
    deceleration = drop / elapsed
    follower = i[episode.BRAKE_FOLLOWER]
    if follower >= 0 and drop >= p.charged_drop_mps and deceleration >= p.charged_braking_mps2:
        expected = rear_end_cost(
            f[episode.BRAKE_GAP],
            f[episode.BRAKE_FOLLOWER_SPEED],
            f[episode.BRAKE_SPEED],
            speed,
            deceleration,
            world.vehicle_i[vehicle.IS_TRUCK, follower],
            p,
        )
        growth = max(expected - f[episode.BRAKE_PAID], 0.0)
        world.cost[component.REAR_END] += growth
        f[episode.BRAKE_PAID] += growth
    _charge_nuisance(world, p)


@compiled
def _charge_nuisance(world: World, p: np.record) -> None:
    """Charge hard braking without a reason ahead, in place."""
    f, i = world.episode_f, world.episode_i
    if i[episode.HAS_CAUSE] == 0 and has_cause(world):
        i[episode.HAS_CAUSE] = 1
    deceleration = -world.vehicle_f[vehicle.ACCELERATION, 0]
    if i[episode.HAS_CAUSE] == 1:
        return
    growth = max(nuisance_cost(deceleration, p) - f[episode.NUISANCE_PAID], 0.0)
    world.cost[component.NUISANCE] += growth
    f[episode.NUISANCE_PAID] += growth


@inlined
def has_cause(world: World) -> bool:
    """Whether there is a reason to brake: a real object ahead, or a lead that is close or closing."""
    x, y = world.vehicle_f[vehicle.X, 0], world.vehicle_f[vehicle.Y, 0]
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        ahead = world.debris_f[debris.X, j] - x
        if world.debris_i[debris.IS_REAL, j] == 1 and -5.0 < ahead < CAUSE_AHEAD_M:
            return True
    return time_to_lead(world, x, y) < CAUSE_TTC_S or _headway(world, x, y) < CAUSE_HEADWAY_S


@compiled
def time_to_lead(world: World, x: float, y: float) -> float:
    """Smallest time to collision with a vehicle ahead in the ego's path, s; infinite if none closes."""
    v = world.vehicle_f
    smallest = math.inf
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        gap = v[vehicle.X, k] - x - 0.5 * (v[vehicle.LENGTH, k] + v[vehicle.LENGTH, 0])
        closing = v[vehicle.SPEED, 0] - v[vehicle.SPEED, k]
        if v[vehicle.X, k] > x and abs(v[vehicle.Y, k] - y) < SAME_PATH_M and closing > 0.0:
            smallest = min(smallest, max(gap, 0.0) / closing)
    return smallest


@compiled
def _headway(world: World, x: float, y: float) -> float:
    """Bumper-to-bumper time behind the nearest vehicle ahead in the ego's path, s."""
    v = world.vehicle_f
    smallest = math.inf
    speed = max(v[vehicle.SPEED, 0], 1.0)
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        gap = v[vehicle.X, k] - x - 0.5 * (v[vehicle.LENGTH, k] + v[vehicle.LENGTH, 0])
        if v[vehicle.X, k] > x and abs(v[vehicle.Y, k] - y) < SAME_PATH_M:
            smallest = min(smallest, max(gap, 0.0) / speed)
    return smallest
