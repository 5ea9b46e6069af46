"""Contacts of vehicles with objects: when they happen, their effect on both, and their cost."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.contact_cost import ContactCost, contact_cost, contact_total
from envs.cost.windscreen import windscreen_cost
from envs.physics.compilation import compiled, inlined
from envs.physics.contact.fate import LATERAL_CONE, SIDE, STAYS, UNDER, Fate, object_fate
from envs.physics.contact.geometry import CAR, TRUCK
from envs.physics.contact.hold import common_speed, shift_outside
from envs.physics.contact.outcome import MISS, ContactOutcome, contact_outcome
from envs.physics.noise import uniforms
from envs.specification import (
    TICK_S,
    TICKS_PER_DECISION,
    component,
    contact,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import World
from envs.world.braking import bumper_gap, find_follower, open_braking
from envs.world.tumbling import strike

SEPARATION_M = 0.5
"""A pair that has touched counts again once it is this far apart (envs/physics/SOURCES.md 2.10)."""

APART_M = 10.0
"""A pair this far apart is over: its next touch is another encounter (envs/physics/SOURCES.md 2.10) [A]."""

HIGHEST_M = 1.2
"""An object whose lowest point is higher than this flies over the bonnet [A]."""

HOLD_M = 0.1
"""Longest shift out of a vehicle within a tick, beyond the way of the faster of both [A]."""

NEAR_M = 25.0
"""Distance beyond which nothing touches: more than half a truck plus half the longest object."""

BODY_FREQUENCY_RADPS = 2.0 * math.pi * 1.75
"""Heave frequency of a car body (envs/physics/SOURCES.md 1.2): turns peak acceleration into a visible amplitude."""

JOLT_DECAY = 0.729
"""Share of the visible jolt that is left after a decision [A: a damped body, time constant 0.6 s]."""

LOST_PROBABILITY = 0.5
"""Control counts as lost, and the episode ends, when one event makes it more likely than not. The cost is charged in
expectation before that and is not charged again."""

FATE_ENTITY, FATE_CHANNEL = 300, 20


@inlined
def meet_objects(world: World, p: np.record) -> None:
    """Apply the new contacts of all vehicles with real bodies on the road, in place."""
    v = world.vehicle_f
    n = world.episode_i[episode.NUM_VEHICLES]
    if world.episode_i[episode.TICK] % TICKS_PER_DECISION == 0:
        # once per decision, so that the largest jolt of a decision is left to be seen at its end
        for k in range(n):
            v[vehicle.JOLT, k] *= JOLT_DECAY
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        body = world.debris_i[debris.IS_REAL, j] == 1 and world.debris_i[debris.IS_PATCH, j] == 0
        if not body or world.debris_i[debris.CARRIER, j] >= 0:
            continue
        for k in range(n):
            if abs(v[vehicle.X, k] - world.debris_f[debris.X, j]) < NEAR_M:
                _update_pair(world, k, j, p)


@compiled
def _update_pair(world: World, k: int, j: int, p: np.record) -> None:
    """Separate, begin or ignore the contact of vehicle ``k`` with object ``j``."""
    v, d = world.vehicle_f, world.debris_f
    dx, dy = d[debris.X, j] - v[vehicle.X, k], d[debris.Y, j] - v[vehicle.Y, k]
    cos, sin = v[vehicle.COS, k], v[vehicle.SIN, k]
    along, across = cos * dx + sin * dy, cos * dy - sin * dx
    yaw = d[debris.YAW, j] - v[vehicle.HEADING, k]
    half_along, half_across = _half_extents(d[debris.LENGTH, j], d[debris.WIDTH, j], yaw)
    reach = 0.5 * v[vehicle.LENGTH, k] + half_along
    side = 0.5 * v[vehicle.WIDTH, k] + half_across
    gap = max(abs(along) - reach, abs(across) - side)
    closing = v[vehicle.SPEED, k] - (cos * d[debris.VX, j] + sin * d[debris.VY, j])
    bit = np.int64(1) << np.int64(k)
    touching = world.debris_i[debris.TOUCHING, j]
    if gap > APART_M and world.debris_i[debris.FATES, j] != 0:
        _keep_fate(world, k, j, STAYS)
    if touching & bit:
        if gap > SEPARATION_M:
            world.debris_i[debris.TOUCHING, j] = touching & ~bit
    elif gap <= 0.0 and closing > 0.0 and d[debris.Z, j] <= HIGHEST_M:
        world.debris_i[debris.TOUCHING, j] = touching | bit
        _apply_contact(world, k, j, closing, across, yaw, p)
    if gap < 0.0 and d[debris.Z, j] <= HIGHEST_M:
        _hold(world, k, j, along, across, reach, side, closing)


@compiled
def _hold(
    world: World,
    k: int,
    j: int,
    along: float,
    across: float,
    reach: float,
    side: float,
    closing: float,
) -> None:
    """Keep object ``j``, which overlaps vehicle ``k``, outside it: carried by the end it meets, or along the flank."""
    v, d = world.vehicle_f, world.debris_f
    fate = (world.debris_i[debris.FATES, j] >> (2 * k)) & 3
    if fate == UNDER:
        # there is no room to turn under the floor
        d[debris.PITCH, j] = d[debris.ROLL, j] = 0.0
        d[debris.PITCH_RATE, j] = d[debris.ROLL_RATE, j] = 0.0
        return
    body = TRUCK if world.vehicle_i[vehicle.IS_TRUCK, k] else CAR
    is_low = d[debris.Z, j] + d[debris.HEIGHT, j] <= body.clearance
    # without a fate, what runs into the rear is held: it is faster, and no event
    passes = fate == STAYS and (along > 0.0 or closing >= 0.0)
    if is_low or passes or world.debris_i[debris.IS_ANCHORED, j] == 1:
        return
    cos, sin, speed = v[vehicle.COS, k], v[vehicle.SIN, k], v[vehicle.SPEED, k]
    forward = cos * d[debris.VX, j] + sin * d[debris.VY, j]
    lateral = cos * d[debris.VY, j] - sin * d[debris.VX, j]
    glance = LATERAL_CONE * closing * TICK_S if fate == SIDE else 0.0
    way = max(speed, forward) * TICK_S + HOLD_M
    shift = shift_outside(along, across, reach, side, way, glance)
    d[debris.X, j] += cos * shift.along - sin * shift.across
    d[debris.Y, j] += sin * shift.along + cos * shift.across
    if (speed - forward) * shift.along > 0.0:
        forward = common_speed(body.mass, speed, d[debris.MASS, j], forward)
        v[vehicle.SPEED, k] = forward
        # an object pressed against the end of a vehicle stops turning [A]
        for row in (debris.YAW_RATE, debris.PITCH_RATE, debris.ROLL_RATE):
            d[row, j] = 0.0
    elif lateral * shift.across < 0.0:
        # the tyres take what the flank stops
        lateral = 0.0
    d[debris.VX, j], d[debris.VY, j] = cos * forward - sin * lateral, sin * forward + cos * lateral


@compiled
def _half_extents(length: float, width: float, yaw: float) -> tuple[float, float]:
    """Half of the extents along and across the vehicle of an object turned by ``yaw``, m."""
    cos, sin = abs(math.cos(yaw)), abs(math.sin(yaw))
    return 0.5 * (length * cos + width * sin), 0.5 * (width * cos + length * sin)


@compiled
def _apply_contact(
    world: World, k: int, j: int, closing: float, across: float, yaw: float, p: np.record
) -> None:
    """Apply one contact: outcome, fate of the object, motion of both, cost."""
    d = world.debris_f
    anchored = world.debris_i[debris.IS_ANCHORED, j]
    is_truck = world.vehicle_i[vehicle.IS_TRUCK, k]
    # an object in the air meets the car higher up
    height = d[debris.HEIGHT, j] + d[debris.Z, j]
    # the contact model counts to the left, the road to the right
    outcome = contact_outcome(
        closing,
        d[debris.LENGTH, j],
        d[debris.WIDTH, j],
        height,
        d[debris.MASS, j],
        d[debris.CRUSH_PRESSURE, j],
        d[debris.STIFFNESS, j],
        -across,
        # a body turned by half a turn is the same body
        -(yaw - math.pi * math.floor(yaw / math.pi + 0.5)),
        anchored,
        d[debris.BREAKAWAY_ENERGY, j],
        is_truck,
    )
    if outcome.mode == MISS:
        return
    seed = world.episode_i[episode.NOISE_SEED]
    fate = object_fate(
        outcome,
        closing,
        height,
        d[debris.MASS, j],
        anchored,
        is_truck,
        (world.debris_i[debris.FATES, j] >> (2 * k)) & 3,
        uniforms(seed, k, FATE_ENTITY + j, FATE_CHANNEL),
    )
    _keep_fate(world, k, j, fate.fate)
    if k == 0:
        _charge_ego(world, j, outcome, fate, closing, across, p)
    elif world.debris_i[debris.STRUCK_BY_EGO, j] == 1 and is_truck == 0:
        # one generation only: the ego does not pay for what this car does to the next one
        cost = contact_cost(outcome, world.vehicle_f[vehicle.SPEED, k], d[debris.SHARPNESS, j], p)
        world.cost[component.FOLLOWERS] += contact_total(cost)
        world.debris_i[debris.STRUCK_BY_EGO, j] = 0
    _move_both(world, k, j, outcome, fate)


@compiled
def _keep_fate(world: World, k: int, j: int, fate: int) -> None:
    """Keep the fate of object ``j`` for the next touch of vehicle ``k`` in the same encounter; ``STAYS`` forgets it."""
    shift = np.int64(2 * k)
    others = world.debris_i[debris.FATES, j] & ~(np.int64(3) << shift)
    world.debris_i[debris.FATES, j] = others | (np.int64(fate) << shift)


@compiled
def _move_both(world: World, k: int, j: int, outcome: ContactOutcome, fate: Fate) -> None:
    """Change the vehicle's speed and visible jolt, and the object's velocity."""
    v, d = world.vehicle_f, world.debris_f
    jolt = outcome.vertical_acceleration / (BODY_FREQUENCY_RADPS * BODY_FREQUENCY_RADPS)
    v[vehicle.JOLT, k] = max(v[vehicle.JOLT, k], jolt)
    v[vehicle.SPEED, k] -= fate.delta_v_motion
    if fate.fate == STAYS:
        return
    cos, sin = v[vehicle.COS, k], v[vehicle.SIN, k]
    # the model's lateral axis points left
    forward, right = fate.forward_speed, -fate.lateral_speed
    change_x, change_y = cos * forward - sin * right, sin * forward + cos * right
    d[debris.VX, j] += change_x
    d[debris.VY, j] += change_y
    strike(world, k, j, change_x, change_y)
    if k == 0:
        world.debris_i[debris.STRUCK_BY_EGO, j] = 1


@compiled
def _charge_ego(
    world: World,
    j: int,
    outcome: ContactOutcome,
    fate: Fate,
    closing: float,
    across: float,
    p: np.record,
) -> None:
    """Charge the ego's own contact, list it, and end the episode if control is lost."""
    speed = world.vehicle_f[vehicle.SPEED, 0]
    cost = contact_cost(outcome, speed, world.debris_f[debris.SHARPNESS, j], p)
    c = world.cost
    c[component.HARM] += cost.harm
    c[component.JOLT] += cost.jolt
    c[component.FRONT] += cost.front
    c[component.UNDERBODY] += cost.underbody
    c[component.TYRE] += cost.tyre
    c[component.WHEEL] += cost.wheel
    c[component.LOSS_OF_CONTROL] += cost.loc_yaw + cost.loc_puncture
    follower = find_follower(world)
    if follower >= 0:
        c[component.WINDSCREEN] += windscreen_cost(
            fate.p_rises,
            world.debris_f[debris.MASS, j],
            world.vehicle_f[vehicle.SPEED, follower] - fate.forward_speed,
            bumper_gap(world, follower),
            p,
        )
    if fate.delta_v_motion >= p.charged_drop_mps and world.episode_i[episode.BRAKE_TICK] < 0:
        # a sudden loss of speed is hard braking to the driver behind (envs/physics/SOURCES.md 2.9)
        open_braking(world, speed)
    if cost.p_loss_of_control >= LOST_PROBABILITY:
        world.episode_i[episode.LOST_CONTROL] = 1
    _list_contact(world, j, outcome, fate, closing, across, cost)


@compiled
def _list_contact(
    world: World,
    j: int,
    outcome: ContactOutcome,
    fate: Fate,
    closing: float,
    across: float,
    cost: ContactCost,
) -> None:
    """Add a row to the contact table of this decision, if there is room."""
    count = world.episode_i[episode.NUM_CONTACTS]
    if count >= contact.MAX_CONTACTS:
        return
    world.episode_i[episode.NUM_CONTACTS] = count + 1
    row = world.contacts[count]
    row[contact.TICK] = world.episode_i[episode.TICK]
    row[contact.VEHICLE] = 0.0
    row[contact.OBJECT] = j
    row[contact.MODE] = outcome.mode
    row[contact.DELTA_V] = outcome.delta_v
    row[contact.VERTICAL_ACCELERATION] = outcome.vertical_acceleration
    row[contact.YAW_RATE] = -outcome.yaw_sign * outcome.yaw_rate
    row[contact.TYRE_INDENTATION] = outcome.tyre_indentation
    row[contact.UNDERBODY_FORCE] = outcome.underbody_force
    row[contact.RIM_FORCE] = outcome.rim_force
    row[contact.PUNCTURE] = cost.p_puncture
    row[contact.RIM_DAMAGE] = cost.p_wheel
    row[contact.LOSS_OF_CONTROL] = cost.p_loss_of_control
    row[contact.FATE] = fate.fate
    row[contact.EXIT_SPEED] = fate.forward_speed
    row[contact.EXIT_LATERAL] = -fate.lateral_speed
    row[contact.CLOSING_SPEED] = closing
    row[contact.OFFSET] = across
    row[contact.COST] = contact_total(cost)
