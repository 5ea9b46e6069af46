"""Charges to the ego besides contacts: steering, spills, manoeuvres, time, standing, collisions, leaving the road."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.collision import rear_collision_cost, side_swipe_cost
from envs.cost.loss_of_control import crash_cost
from envs.cost.rear_end import standing_cost
from envs.cost.swerve import swerve_loss_of_control
from envs.physics.compilation import compiled, inlined
from envs.physics.contact.outcome import RUN_OVER
from envs.physics.friction import mean_friction, required_friction, spill_loss_of_control
from envs.physics.tyre import control_lost_after_puncture, patch_puncture_probability
from envs.specification import (
    DECISION_S,
    LANE_WIDTH_M,
    component,
    contact,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import World
from envs.world.encounter import LOST_PROBABILITY

CALM_MPS2 = 0.5
"""Lateral acceleration below which no swerve is under way [A]."""

CALM_TICKS = 15
"""A swerve ends after a second of calm [A]."""

AXLE_M, TRACK_M = 1.35, 0.775
"""Wheels ahead of and beside the ego's centre (envs/physics/SOURCES.md 3.1)."""

SHIFT_M, CENTRED_M = 0.30, 0.15
"""Distance from the lane centre at which an in-lane shift counts, and back at which it is over [A]."""

ARRIVED_M = 1.0
"""A lane change is charged when the ego is this close to the new lane's centre, or further [A]."""

HELD_UP_M = 100.0
"""Vehicles behind the ego within this distance share its delay [A]."""

BESIDE_SHARE = 0.8
"""Vehicles that overlap along the road by more than a fifth collide side by side [A]."""

STANDING_MPS = 1.0
"""Slower than this the ego stands [A]."""


@inlined
def charge_swerve(world: World, p: np.record) -> None:
    """Charge the swerve under way as its hardest steering increases, in place (envs/physics/SOURCES.md 6.1)."""
    f, i = world.episode_f, world.episode_i
    lateral = abs(f[episode.LATERAL_ACCELERATION])
    if lateral < CALM_MPS2:
        i[episode.SWERVE_QUIET] += 1
        if i[episode.SWERVE_QUIET] >= CALM_TICKS:
            f[episode.SWERVE_PEAK] = 0.0
        return
    i[episode.SWERVE_QUIET] = 0
    if lateral <= f[episode.SWERVE_PEAK]:
        return
    grip = f[episode.GRIP]
    now = swerve_loss_of_control(lateral, grip, p)
    growth = max(now - swerve_loss_of_control(f[episode.SWERVE_PEAK], grip, p), 0.0)
    f[episode.SWERVE_PEAK] = lateral
    world.cost[component.SWERVE] += growth * crash_cost(world.vehicle_f[vehicle.SPEED, 0], p)
    if now >= LOST_PROBABILITY:
        i[episode.LOST_CONTROL] = 1


@inlined
def wheels_on(world: World, j: int) -> float:
    """Share of the ego's four wheels that stand on patch ``j``."""
    v, d = world.vehicle_f, world.debris_f
    cos, sin = v[vehicle.COS, 0], v[vehicle.SIN, 0]
    inside = 0
    for corner in range(4):
        along = AXLE_M if corner < 2 else -AXLE_M
        across = TRACK_M if corner % 2 == 0 else -TRACK_M
        x = v[vehicle.X, 0] + cos * along - sin * across
        y = v[vehicle.Y, 0] + sin * along + cos * across
        if (
            abs(x - d[debris.X, j]) <= 0.5 * d[debris.LENGTH, j]
            and abs(y - d[debris.Y, j]) <= 0.5 * d[debris.WIDTH, j]
        ):
            inside += 1
    return inside / 4.0


@inlined
def drive_on_patches(world: World, p: np.record) -> None:
    """Friction, punctures and loss of control on spills, in place (envs/physics/SOURCES.md 2.3, 2.5)."""
    f, v = world.episode_f, world.vehicle_f
    f[episode.GRIP] = f[episode.FRICTION]
    share = 0.0
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        if world.debris_i[debris.IS_PATCH, j] == 0:
            continue
        on = wheels_on(world, j)
        if on == 0.0:
            world.debris_i[debris.TOUCHING, j] = 0
            continue
        share = max(share, on)
        slippery = min(world.debris_f[debris.TYRE_FRICTION, j], f[episode.FRICTION])
        f[episode.GRIP] = min(f[episode.GRIP], mean_friction(f[episode.FRICTION], slippery, on))
        if world.debris_i[debris.TOUCHING, j] == 0:
            world.debris_i[debris.TOUCHING, j] = 1
            _enter_patch(world, j, p)
    if share == 0.0:
        f[episode.SPILL_PAID] = 0.0
        return
    needed = required_friction(v[vehicle.ACCELERATION, 0], f[episode.LATERAL_ACCELERATION])
    now = spill_loss_of_control(needed, f[episode.GRIP])
    growth = max(now - f[episode.SPILL_PAID], 0.0)
    f[episode.SPILL_PAID] += growth
    world.cost[component.LOSS_OF_CONTROL] += growth * crash_cost(v[vehicle.SPEED, 0], p)
    if now > LOST_PROBABILITY:
        world.episode_i[episode.LOST_CONTROL] = 1


@compiled
def _enter_patch(world: World, j: int, p: np.record) -> None:
    """Charge the sharp pieces of a patch once, when the first wheel enters it, and list the contact."""
    speed = world.vehicle_f[vehicle.SPEED, 0]
    chance = patch_puncture_probability(
        world.debris_f[debris.PIECES, j], world.debris_f[debris.SHARPNESS, j]
    )
    lost = control_lost_after_puncture(chance, speed, p.puncture_loss_of_control)
    tyre, control = p.tyre_damage_usd * chance, lost * crash_cost(speed, p)
    world.cost[component.TYRE] += tyre
    world.cost[component.LOSS_OF_CONTROL] += control
    count = world.episode_i[episode.NUM_CONTACTS]
    if count >= contact.MAX_CONTACTS:
        return
    world.episode_i[episode.NUM_CONTACTS] = count + 1
    row = world.contacts[count]
    row[:] = 0.0
    row[contact.TICK] = world.episode_i[episode.TICK]
    row[contact.OBJECT] = j
    row[contact.MODE] = RUN_OVER
    row[contact.PUNCTURE] = chance
    row[contact.LOSS_OF_CONTROL] = lost
    row[contact.CLOSING_SPEED] = speed
    row[contact.OFFSET] = world.debris_f[debris.Y, j] - world.vehicle_f[vehicle.Y, 0]
    row[contact.COST] = tyre + control


@inlined
def charge_manoeuvre(world: World, p: np.record) -> None:
    """Charge lane changes, in-lane shifts and lost speed of one decision, in place."""
    f, i, v = world.episode_f, world.episode_i, world.vehicle_f
    lane = world.vehicle_i[vehicle.LANE, 0]
    offset = abs(v[vehicle.Y, 0] - lane * LANE_WIDTH_M)
    if lane != i[episode.CHARGED_LANE]:
        if offset <= ARRIVED_M:
            # it began as a shift, which has been charged; settling in the new lane is not another one
            paid = p.shift_usd if f[episode.MANOEUVRE_PEAK] > 0.0 else 0.0
            world.cost[component.MANOEUVRE] += max(p.lane_change_usd - paid, 0.0)
            i[episode.CHARGED_LANE] = lane
            f[episode.MANOEUVRE_PEAK] = offset
    elif f[episode.MANOEUVRE_PEAK] > 0.0:
        if offset < CENTRED_M:
            f[episode.MANOEUVRE_PEAK] = 0.0
    elif offset > SHIFT_M:
        world.cost[component.MANOEUVRE] += p.shift_usd
        f[episode.MANOEUVRE_PEAK] = offset
    slowed = max(f[episode.SPEED_AT_DECISION] - v[vehicle.SPEED, 0], 0.0)
    world.cost[component.MANOEUVRE] += p.slowing_usd_per_mps * slowed


@inlined
def charge_time(world: World, p: np.record) -> None:
    """Charge the delay of the ego and of followers, and standing in a live lane, in one decision, in place."""
    f, v = world.episode_f, world.vehicle_f
    speed = v[vehicle.SPEED, 0]
    late = max(1.0 - speed / f[episode.SET_SPEED], 0.0) * DECISION_S
    held_up = 1
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        behind = v[vehicle.X, 0] - v[vehicle.X, k]
        same_lane = world.vehicle_i[vehicle.LANE, k] == world.vehicle_i[vehicle.LANE, 0]
        if same_lane and 0.0 < behind < HELD_UP_M:
            held_up += 1
    world.cost[component.TIME] += p.delay_usd_per_s * late * held_up
    is_live = world.vehicle_i[vehicle.LANE, 0] < world.episode_i[episode.NUM_LANES]
    if speed < STANDING_MPS and is_live:
        rate = standing_cost(f[episode.SET_SPEED], f[episode.FLOW], p)
        world.cost[component.STANDING] += rate * DECISION_S


@inlined
def check_collision(world: World, p: np.record) -> None:
    """Charge a real collision of the ego with another vehicle and end the episode, in place."""
    if world.vehicle_i[vehicle.CRASHED, 0] == 0 or world.episode_i[episode.COLLIDED] == 1:
        return
    world.episode_i[episode.COLLIDED] = 1
    v = world.vehicle_f
    other, nearest = -1, math.inf
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        if world.vehicle_i[vehicle.CRASHED, k] == 1:
            gap = max(
                abs(v[vehicle.X, k] - v[vehicle.X, 0])
                - 0.5 * (v[vehicle.LENGTH, k] + v[vehicle.LENGTH, 0]),
                abs(v[vehicle.Y, k] - v[vehicle.Y, 0])
                - 0.5 * (v[vehicle.WIDTH, k] + v[vehicle.WIDTH, 0]),
            )
            if gap < nearest:
                other, nearest = k, gap
    if other < 0:
        return
    side_by_side = abs(v[vehicle.X, other] - v[vehicle.X, 0]) < BESIDE_SHARE * 0.5 * (
        v[vehicle.LENGTH, other] + v[vehicle.LENGTH, 0]
    )
    is_behind = v[vehicle.X, other] < v[vehicle.X, 0]
    cost = _collision_cost(world, other, side_by_side, is_behind, p)
    if is_behind and not side_by_side and world.episode_i[episode.BRAKE_FOLLOWER] == other:
        # this follower's risk has been charged in expectation: never both (envs/physics/SOURCES.md 2.9)
        cost = max(cost - world.episode_f[episode.BRAKE_PAID], 0.0)
    world.cost[component.COLLISION] += cost


@compiled
def _collision_cost(
    world: World, other: int, side_by_side: bool, is_behind: bool, p: np.record
) -> float:
    """Cost of the ego and another vehicle running into each other, US$."""
    v = world.vehicle_f
    own, others = v[vehicle.MASS, 0], v[vehicle.MASS, other]
    if side_by_side:
        across = v[vehicle.SPEED, 0] * v[vehicle.SIN, 0]
        across -= v[vehicle.SPEED, other] * v[vehicle.SIN, other]
        return side_swipe_cost(abs(across), own, others, p)
    along = (
        v[vehicle.SPEED, 0] * v[vehicle.COS, 0] - v[vehicle.SPEED, other] * v[vehicle.COS, other]
    )
    if is_behind:
        return rear_collision_cost(max(-along, 0.0), others, own, p)
    return rear_collision_cost(max(along, 0.0), own, others, p)


@inlined
def check_road_edge(world: World, p: np.record) -> None:
    """Charge leaving the road (the ego's centre beyond its edge) and end the episode, in place."""
    f, y = world.episode_f, world.vehicle_f[vehicle.Y, 0]
    outside = y < f[episode.LEFT_EDGE] or y > f[episode.RIGHT_EDGE]
    if outside and world.episode_i[episode.OFF_ROAD] == 0:
        world.episode_i[episode.OFF_ROAD] = 1
        cost = crash_cost(world.vehicle_f[vehicle.SPEED, 0], p)
        world.cost[component.LOSS_OF_CONTROL] += cost
