"""Debris between contacts: loads that ride and fall, the air at an object, motion through one tick."""

from __future__ import annotations

import math

from envs.physics.aerodynamics import WAKE_LIMIT, under_vehicle_air_speed, wake_air_speed
from envs.physics.compilation import compiled, inlined
from envs.physics.motion import advance_object
from envs.physics.noise import uniforms
from envs.specification import TICK_HZ, TICK_S, debris, episode, vehicle
from envs.specification.world import World
from envs.world.tumbling import is_turning, tip_off, turn_object

GUST_KNOT_TICKS = TICK_HZ
"""Gusts are drawn once a second and interpolated [A]."""

GUST_ENTITY, GUST_CHANNEL = 200, 7

WAKE_REACH_M = 60.0
"""Further behind a vehicle its wake is not felt (envs/physics/SOURCES.md 2.6: a truck's has fallen to 9 % at 40 m)."""

WAKE_SIDE_M = 8.0
"""Further beside a vehicle its wake is not felt: four half-value widths of a car's at 20 m."""

SLIDE_OFF_MPS = 2.0
"""Speed against its carrier with which a load slides off the bed [A]."""

TAILGATE_CLEARANCE_M = 0.1
"""Gap between the tailgate and a load at its release [A]."""

FASTEST_MPS = 60.0
"""Largest speed of any vehicle: the limit of an instance, above highway-env's 40 m/s."""


@inlined
def move_debris(world: World) -> None:
    """Move every real body by one tick, in place."""
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        if world.debris_i[debris.IS_REAL, j] == 0 or world.debris_i[debris.IS_PATCH, j] == 1:
            continue
        if world.debris_i[debris.CARRIER, j] >= 0:
            _ride(world, j)
        elif not _rests(world, j):
            _advance(world, j)


@compiled
def _ride(world: World, j: int) -> None:
    """Keep a load at the rear end of its carrier's bed, or let it slide over the edge, where it is released."""
    d, v = world.debris_f, world.vehicle_f
    k = world.debris_i[debris.CARRIER, j]
    yaw = d[debris.YAW, j] - v[vehicle.HEADING, k]
    along = d[debris.LENGTH, j] * abs(math.cos(yaw)) + d[debris.WIDTH, j] * abs(math.sin(yaw))
    on_bed = 0.5 * (v[vehicle.LENGTH, k] - along)
    # clear of the tailgate, or it would count as touching its own carrier
    off_bed = 0.5 * (v[vehicle.LENGTH, k] + along) + TAILGATE_CLEARANCE_M
    left = (world.debris_i[debris.RELEASE_TICK, j] - world.episode_i[episode.TICK]) * TICK_S
    back = off_bed - SLIDE_OFF_MPS * max(left, 0.0)
    speed = v[vehicle.SPEED, k] - (SLIDE_OFF_MPS if back > on_bed else 0.0)
    d[debris.X, j] = v[vehicle.X, k] - max(back, on_bed)
    d[debris.VX, j] = speed * math.cos(v[vehicle.HEADING, k])
    d[debris.VY, j] = speed * math.sin(v[vehicle.HEADING, k])
    d[debris.Y, j] += d[debris.VY, j] * TICK_S
    if left <= 0.0:
        world.debris_i[debris.CARRIER, j] = -1
        tip_off(world, j)


@compiled
def _rests(world: World, j: int) -> bool:
    """Whether the object lies still and no possible air flow can move it; this common case needs no aerodynamics."""
    d, f = world.debris_f, world.episode_f
    if d[debris.VX, j] != 0.0 or d[debris.VY, j] != 0.0 or d[debris.Z, j] > 0.0:
        return False
    if d[debris.VZ, j] != 0.0 or is_turning(world, j):
        return False
    wind = math.sqrt(f[episode.WIND_X] * f[episode.WIND_X] + f[episode.WIND_Y] * f[episode.WIND_Y])
    strongest = wind + 2.0 * f[episode.GUST]
    if d[debris.AIR_THRESHOLD, j] > strongest + WAKE_LIMIT * FASTEST_MPS:
        return True
    fastest = 0.0
    for k in range(world.episode_i[episode.NUM_VEHICLES]):
        if abs(world.vehicle_f[vehicle.X, k] - d[debris.X, j]) < WAKE_REACH_M + 10.0:
            fastest = max(fastest, world.vehicle_f[vehicle.SPEED, k])
    return d[debris.AIR_THRESHOLD, j] > strongest + WAKE_LIMIT * fastest


@compiled
def _advance(world: World, j: int) -> None:
    """Integrate one tick of a moving object."""
    d = world.debris_f
    air_x, air_y = air_at(world, d[debris.X, j], d[debris.Y, j])
    if d[debris.Z, j] > 2.0:
        air_x, air_y = world.episode_f[episode.WIND_X], world.episode_f[episode.WIND_Y]
    motion = advance_object(
        d[debris.VX, j],
        d[debris.VY, j],
        d[debris.Z, j],
        d[debris.VZ, j],
        air_x,
        air_y,
        d[debris.MASS, j],
        d[debris.FRICTION, j],
        d[debris.DRAG_AREA, j],
        d[debris.LIFT_AREA, j],
        d[debris.RESTITUTION, j],
        TICK_S,
    )
    d[debris.X, j] += motion.dx
    d[debris.Y, j] += motion.dy
    d[debris.VX, j], d[debris.VY, j] = motion.vx, motion.vy
    d[debris.Z, j], d[debris.VZ, j] = motion.z, motion.vz
    turn_object(world, j, motion)


@inlined
def air_at(world: World, x: float, y: float) -> tuple[float, float]:
    """Air velocity near the ground at a point, m/s: wind, gusts, and the strongest vehicle wake."""
    gust_x, gust_y = _gust(world)
    strongest = 0.0
    v = world.vehicle_f
    for k in range(world.episode_i[episode.NUM_VEHICLES]):
        behind = v[vehicle.X, k] - 0.5 * v[vehicle.LENGTH, k] - x
        side = y - v[vehicle.Y, k]
        if behind > WAKE_REACH_M or abs(side) > WAKE_SIDE_M or v[vehicle.SPEED, k] <= 0.0:
            continue
        is_truck = world.vehicle_i[vehicle.IS_TRUCK, k]
        speed = v[vehicle.SPEED, k]
        if behind >= 0.0:
            strongest = max(strongest, wake_air_speed(speed, is_truck, behind, side))
        else:
            under = under_vehicle_air_speed(speed, is_truck, v[vehicle.LENGTH, k], behind, side)
            strongest = max(strongest, under)
    f = world.episode_f
    return f[episode.WIND_X] + gust_x + strongest, f[episode.WIND_Y] + gust_y


@compiled
def _gust(world: World) -> tuple[float, float]:
    """Deviation from the mean wind now, m/s: the same for every policy."""
    amplitude = world.episode_f[episode.GUST]
    if amplitude == 0.0:
        return 0.0, 0.0
    tick = world.episode_i[episode.TICK]
    knot = tick // GUST_KNOT_TICKS
    share = (tick % GUST_KNOT_TICKS) / GUST_KNOT_TICKS
    seed = world.episode_i[episode.NOISE_SEED]
    here = uniforms(seed, knot, GUST_ENTITY, GUST_CHANNEL)
    there = uniforms(seed, knot + 1, GUST_ENTITY, GUST_CHANNEL)
    x = (1.0 - share) * here[0] + share * there[0]
    y = (1.0 - share) * here[1] + share * there[1]
    return amplitude * (2.0 * x - 1.0), amplitude * (2.0 * y - 1.0)
