"""Contacts between the ego and one object: bodies, wheels on a patch, and costs after the end of a plan."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.cost.contact_cost import contact_cost, contact_total
from envs.cost.loss_of_control import crash_cost
from envs.cost.windscreen import windscreen_cost
from envs.physics.compilation import compiled
from envs.physics.contact.fate import RISES_THROWN, RISES_UNDER
from envs.physics.contact.outcome import FRONTAL, MISS, STRADDLE, contact_outcome
from envs.physics.friction import mean_friction, required_friction, spill_loss_of_control
from envs.physics.tyre import control_lost_after_puncture, patch_puncture_probability
from envs.specification import DECISION_S, EGO_LENGTH_M, EGO_WIDTH_M, GRAVITY_MPS2, episode, vehicle
from envs.specification.world import Array, World
from envs.world.braking import bumper_gap, find_follower, open_braking
from envs.world.charges import AXLE_M, TRACK_M
from envs.world.encounter import HIGHEST_M
from policies.catalogue_planner import debris_columns as debris
from policies.catalogue_planner import hypothesis_columns as hypothesis
from policies.following import half_extents
from policies.planning.evasion import CREEP_MPS, EVADE_M, evasion_cost

UNCERTAIN_SD: Final = 2.0
"""Contacts are looked for within this many standard deviations of the measured lateral position."""

UNDER_SHARE: Final = 0.2
"""Forward speed of what passed underneath, as a share of the contact speed [A: middle of envs/physics/SOURCES.md
2.2.7]."""


@compiled
def _meet(
    world: World,
    row: Array,
    atoms: Array,
    weights: Array,
    time: float,
    done: Array,
    cost: Array,
    settings: Array,
    p: np.record,
) -> None:
    """Charge the contact with one object, predicted on a straight line, in one tick."""
    v = world.vehicle_f
    dx = row[debris.X] + row[debris.VX] * time - v[vehicle.X, 0]
    if abs(dx) > 40.0:
        return
    dy = row[debris.Y] + row[debris.VY] * time - v[vehicle.Y, 0]
    z = max(row[debris.Z] + row[debris.VZ] * time - 0.5 * GRAVITY_MPS2 * time * time, 0.0)
    if row[debris.PATCH] > 0.0:
        _drive_on(world, row, atoms, dx, dy, done)
    cos, sin = v[vehicle.COS, 0], v[vehicle.SIN, 0]
    along, across = cos * dx + sin * dy, cos * dy - sin * dx
    yaw = row[debris.YAW] - v[vehicle.HEADING, 0]
    half_along, half_across = half_extents(row[debris.LENGTH], row[debris.WIDTH], yaw)
    reach = 0.5 * EGO_WIDTH_M + half_across + UNCERTAIN_SD * row[debris.SD_Y]
    is_far = abs(along) > 0.5 * EGO_LENGTH_M + half_along or abs(across) > reach
    if done[debris.MET] > 0.0 or is_far or z > HIGHEST_M or row[debris.BODY] == 0.0:
        return
    done[debris.MET] = 1.0
    closing = v[vehicle.SPEED, 0] - (cos * row[debris.VX] + sin * row[debris.VY])
    if closing <= 0.0:
        return
    follower = find_follower(world)
    gap, coming = -1.0, 0.0
    if follower >= 0:
        gap, coming = bumper_gap(world, follower), v[vehicle.SPEED, follower]
    lost = 0.0
    speed = v[vehicle.SPEED, 0]
    for a in range(atoms.shape[0]):
        if atoms[a, hypothesis.KIND] == hypothesis.BODY:
            paid, slowed = contact_with(
                atoms[a], speed, closing, across, yaw, z, gap, coming, settings[0], p
            )
            cost[a] += paid
            lost += weights[a] * slowed
    if lost >= p.charged_drop_mps and world.episode_i[episode.BRAKE_TICK] < 0:
        open_braking(world, speed)
    v[vehicle.SPEED, 0] = max(speed - lost, 0.0)


@compiled
def contact_with(
    atom: Array,
    speed: float,
    closing: float,
    across: float,
    yaw: float,
    z: float,
    gap: float,
    follower_speed: float,
    knock_on_share: float,
    p: np.record,
) -> tuple[float, float]:
    """Cost (US$) of one contact with an object that has an atom's properties, and the ego's loss of speed (m/s).

    Parameters
    ----------
    atom
        Row of ``hypothesis_columns``; a body.
    speed, closing
        Of the ego over the road and towards the object, m/s.
    across
        Measured offset of the object from the ego's axis, right positive, m.
    yaw
        Of the object against the ego, rad.
    z
        Height of its lowest point, m.
    gap, follower_speed
        Free space to the follower, m (negative: there is none), and its speed, m/s.
    knock_on_share
        Cost to the follower of an object left on the road, as a share of its cost to the ego.
    p
        Record of ``CostParameters.to_array``.
    """
    outcome = contact_outcome(
        closing,
        atom[hypothesis.LENGTH],
        atom[hypothesis.WIDTH],
        atom[hypothesis.HEIGHT] + z,
        atom[hypothesis.MASS],
        atom[hypothesis.CRUSH_PRESSURE],
        atom[hypothesis.STIFFNESS],
        # the contact model counts to the left, the road to the right
        -(across + atom[hypothesis.SHIFT_Y]),
        -(yaw - math.pi * math.floor(yaw / math.pi + 0.5)),
        0,
        0.0,
        0,
    )
    if outcome.mode == MISS or outcome.mode == STRADDLE:
        return 0.0, 0.0
    total = contact_total(contact_cost(outcome, speed, atom[hypothesis.SHARPNESS], p))
    if gap >= 0.0:
        total *= 1.0 + knock_on_share
        forward = outcome.exit_speed if outcome.mode == FRONTAL else UNDER_SHARE * closing
        rises = RISES_THROWN if outcome.mode == FRONTAL else RISES_UNDER
        total += windscreen_cost(rises, atom[hypothesis.MASS], follower_speed - forward, gap, p)
    return total, outcome.delta_v


@compiled
def _drive_on(world: World, row: Array, atoms: Array, dx: float, dy: float, done: Array) -> None:
    """Record how hard the ego steers and brakes on a patch, and how many of its wheels are on it."""
    v, inside = world.vehicle_f, 0
    cos, sin = v[vehicle.COS, 0], v[vehicle.SIN, 0]
    for corner in range(4):
        along = AXLE_M if corner < 2 else -AXLE_M
        across = TRACK_M if corner % 2 == 0 else -TRACK_M
        off_x, off_y = dx - (cos * along - sin * across), dy - (sin * along + cos * across)
        if abs(off_x) <= 0.5 * row[debris.LENGTH] and abs(off_y) <= 0.5 * row[debris.WIDTH]:
            inside += 1
    if inside == 0:
        return
    demand = required_friction(
        v[vehicle.ACCELERATION, 0], world.episode_f[episode.LATERAL_ACCELERATION]
    )
    done[debris.WHEELS] = max(done[debris.WHEELS], inside / 4.0)
    done[debris.DEMAND] = max(done[debris.DEMAND], demand)
    if row[debris.PATCH] > debris.LIKELY:
        # what is left to steer and brake with: the most slippery hypothesis decides nothing, the mean one drives
        total, count = 0.0, 0
        for a in range(atoms.shape[0]):
            if atoms[a, hypothesis.KIND] == hypothesis.PATCH:
                total += atoms[a, hypothesis.TYRE_FRICTION]
                count += 1
        road = world.episode_f[episode.FRICTION]
        slippery = min(total / max(count, 1), road)
        world.episode_f[episode.GRIP] = mean_friction(road, slippery, inside / 4.0)


@compiled
def _charge_patches(
    world: World, objects: Array, atoms: Array, done: Array, cost: Array, p: np.record
) -> None:
    """Charge patches once per plan: punctures, and the hardest manoeuvre on them."""
    speed = world.vehicle_f[vehicle.SPEED, 0]
    road = world.episode_f[episode.FRICTION]
    for j in range(objects.shape[0]):
        if done[j, debris.WHEELS] == 0.0:
            continue
        crash = crash_cost(speed, p)
        for a in range(atoms.shape[1]):
            if atoms[j, a, hypothesis.KIND] == hypothesis.PATCH:
                slippery = min(atoms[j, a, hypothesis.TYRE_FRICTION], road)
                grip = mean_friction(road, slippery, done[j, debris.WHEELS])
                flat = patch_puncture_probability(
                    atoms[j, a, hypothesis.PIECES], atoms[j, a, hypothesis.SHARPNESS]
                )
                lost = spill_loss_of_control(done[j, debris.DEMAND], grip)
                lost += control_lost_after_puncture(flat, speed, p.puncture_loss_of_control)
                cost[j, a] += lost * crash + p.tyre_damage_usd * flat


@compiled
def _look_beyond(
    world: World,
    objects: Array,
    atoms: Array,
    done: Array,
    steps: int,
    cost: Array,
    settings: Array,
    p: np.record,
) -> None:
    """Charge objects that are still ahead when the plan ends: hit or evade, whichever is cheaper."""
    v = world.vehicle_f
    time, speed = steps * DECISION_S, max(v[vehicle.SPEED, 0], CREEP_MPS)
    for j in range(objects.shape[0]):
        row = objects[j]
        dx = row[debris.X] + row[debris.VX] * time - v[vehicle.X, 0]
        closing = speed - row[debris.VX]
        if row[debris.BODY] == 0.0 or done[j, debris.MET] > 0.0 or dx <= 0.0 or closing <= 0.0:
            continue
        away = dx / closing
        dy = row[debris.Y] + row[debris.VY] * (time + away) - v[vehicle.Y, 0]
        _, half = half_extents(row[debris.LENGTH], row[debris.WIDTH], row[debris.YAW])
        needed = half + 0.5 * EGO_WIDTH_M + EVADE_M - abs(dy)
        if needed <= 0.0 or away > settings[1]:
            continue
        lateral = min(4.0 * needed / (away * away), 2.0 * GRAVITY_MPS2)
        evade = evasion_cost(lateral, world.episode_f[episode.GRIP], speed, p)
        for a in range(atoms.shape[1]):
            if atoms[j, a, hypothesis.KIND] == hypothesis.BODY:
                run, _ = contact_with(
                    atoms[j, a], speed, closing, dy, row[debris.YAW], 0.0, -1.0, 0.0, 0.0, p
                )
                cost[j, a] += min(run, evade)
