"""Tracks: which vehicle or object has which slot, since when, and when a track ends."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled, inlined
from envs.physics.noise import uniforms
from envs.sensing import measure
from envs.sensing.sight import is_object_in_sight, recognition_range, sees_vehicle
from envs.specification import (
    DEBRIS_SLOTS,
    DECISION_S,
    VEHICLE_SLOTS,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import Array, World

VEHICLE_FORGET_DECISIONS = 30
"""A vehicle unseen for 6 s loses its track [A]."""

VEHICLE_FORGET_M = 220.0
"""A vehicle further away than this loses its track [A]."""

VEHICLE_NOTICE_M = 100.0
"""Other vehicles get a free slot when nearer than this [A]."""

OBJECT_BEHIND_M = 40.0
"""An object this far behind the ego loses its track [A]."""

OBJECT_FORGET_DECISIONS = 50
"""An object unseen for 10 s loses its track [A]."""

BRAKE_LAMP_MPS2 = -0.7
"""A vehicle that decelerates harder shows its brake lamp [A: beyond what lifting the foot does]."""

DETECTION_CEILING = 0.97
"""Best detection probability per decision [A]."""

DETECTION_SPREAD = 0.06
"""Width of the detection curve as a share of the recognition range [A]."""

DETECTION_HOLD = 0.35
"""A tracked object is detected again out to this share beyond its recognition range [A]."""

GHOST_DETECTION, GHOST_NEAR_M = 0.3, 35.0
"""A detector ghost is reported in this share of decisions, and not from nearer than this [A]."""


@compiled
def update_tracks(world: World) -> None:
    """Advance all tracks by one decision, in place: ageing, measuring, end, start."""
    _age_vehicle_tracks(world)
    _give_slots(world)
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        _update_object(world, j)


@compiled
def _age_vehicle_tracks(world: World) -> None:
    """Age vehicle tracks, measure the visible ones, end those of lost vehicles."""
    t = world.track_i
    for slot in range(VEHICLE_SLOTS):
        k = t[track.TARGET, slot]
        if k < 0:
            continue
        t[track.AGE, slot] += 1
        if _is_far(world, slot) or t[track.UNSEEN, slot] >= VEHICLE_FORGET_DECISIONS:
            t[track.TARGET, slot] = -1
        elif sees_vehicle(world, k, slot):
            _measure_vehicle(world, slot, k)
        else:
            t[track.VISIBLE, slot] = 0
            t[track.UNSEEN, slot] += 1


@inlined
def _is_far(world: World, slot: int) -> bool:
    """Whether the vehicle is further away than what is kept, by its last measurement and its measured speed."""
    f, since = world.track_f, world.track_i[track.UNSEEN, slot] * DECISION_S
    ahead = f[track.X, slot] + f[track.VX, slot] * since - world.vehicle_f[vehicle.X, 0]
    return bool(abs(ahead) > VEHICLE_FORGET_M)


@compiled
def _measure_vehicle(world: World, slot: int, k: int) -> None:
    """Write the measurement of vehicle ``k`` into its track."""
    v, f = world.vehicle_f, world.track_f
    world.track_i[track.VISIBLE, slot] = 1
    world.track_i[track.UNSEEN, slot] = 0
    speed = v[vehicle.SPEED, k]
    heading = v[vehicle.HEADING, k]
    sighting = measure.measure_motion(
        world,
        slot,
        k,
        v[vehicle.X, k],
        v[vehicle.Y, k],
        speed * math.cos(heading),
        speed * math.sin(heading),
    )
    size = (v[vehicle.LENGTH, k], v[vehicle.WIDTH, k], v[vehicle.HEIGHT, k])
    measure.measure_box(world, slot, sighting, size, heading)
    f[track.BRAKE, slot] = 1.0 if v[vehicle.ACCELERATION, k] < BRAKE_LAMP_MPS2 else 0.0
    measure.measure_jolt(world, slot, k, sighting)


@compiled
def _roles(world: World) -> tuple[int, int, int, int, int, int]:
    """Indices of lead and follower in own, left and right lane, which always keep a slot; -1 where there is none."""
    v, n = world.vehicle_f, world.episode_i[episode.NUM_VEHICLES]
    lane = world.vehicle_i[vehicle.LANE, 0]
    x = v[vehicle.X, 0]
    lead, rear, lead_l, rear_l, lead_r, rear_r = -1, -1, -1, -1, -1, -1
    for k in range(1, n):
        side = world.vehicle_i[vehicle.LANE, k] - lane
        ahead = v[vehicle.X, k] >= x
        if side == 0:
            lead = _nearer(v, k, lead) if ahead else lead
            rear = rear if ahead else _nearer(v, k, rear)
        elif side == -1:
            lead_l = _nearer(v, k, lead_l) if ahead else lead_l
            rear_l = rear_l if ahead else _nearer(v, k, rear_l)
        elif side == 1:
            lead_r = _nearer(v, k, lead_r) if ahead else lead_r
            rear_r = rear_r if ahead else _nearer(v, k, rear_r)
    return lead, rear, lead_l, rear_l, lead_r, rear_r


@compiled
def _nearer(v: Array, k: int, other: int) -> int:
    """The vehicle of the two that is nearer to the ego along the road; ``other`` may be -1."""
    if other < 0:
        return k
    x = v[vehicle.X, 0]
    return k if abs(v[vehicle.X, k] - x) < abs(v[vehicle.X, other] - x) else other


@compiled
def _slot_of(world: World, k: int) -> int:
    """Vehicle slot that tracks ``k``, or -1."""
    for slot in range(VEHICLE_SLOTS):
        if world.track_i[track.TARGET, slot] == k:
            return slot
    return -1


@compiled
def _give_slots(world: World) -> None:
    """Give slots to the six roles first, in place of others if need be, then free slots to the nearest of the rest."""
    roles = _roles(world)
    for k in roles:
        if k >= 0 and _slot_of(world, k) < 0 and sees_vehicle(world, k, -1):
            slot = _free_slot(world)
            if slot < 0:
                slot = _least_wanted(world, roles)
            _start_vehicle_track(world, slot, k)
    slot = _free_slot(world)
    if slot < 0:
        return
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        if (
            _slot_of(world, k) < 0
            and measure.is_within(world, k, -1, VEHICLE_NOTICE_M)
            and sees_vehicle(world, k, -1)
        ):
            _start_vehicle_track(world, slot, k)
            slot = _free_slot(world)
            if slot < 0:
                return


@compiled
def _free_slot(world: World) -> int:
    """First free vehicle slot, or -1."""
    for slot in range(VEHICLE_SLOTS):
        if world.track_i[track.TARGET, slot] < 0:
            return slot
    return -1


@compiled
def _least_wanted(world: World, roles: tuple[int, int, int, int, int, int]) -> int:
    """Slot of the track without a role that is furthest from the ego."""
    worst, distance = 0, -1.0
    for slot in range(VEHICLE_SLOTS):
        k = world.track_i[track.TARGET, slot]
        has_role = False
        for role in roles:
            has_role = has_role or role == k
        gap = abs(world.vehicle_f[vehicle.X, k] - world.vehicle_f[vehicle.X, 0])
        if not has_role and gap > distance:
            worst, distance = slot, gap
    return worst


@compiled
def _start_track(world: World, slot: int, target: int) -> None:
    """Give a slot to a new target with a new identity."""
    world.track_i[track.TARGET, slot] = target
    world.track_i[track.IDENTITY, slot] = world.episode_i[episode.NEXT_TRACK]
    world.track_i[track.AGE, slot] = 0
    world.episode_i[episode.NEXT_TRACK] += 1


@compiled
def _start_vehicle_track(world: World, slot: int, k: int) -> None:
    """Begin to track vehicle ``k`` and measure it."""
    _start_track(world, slot, k)
    measure.draw_track_errors(world, slot, k)
    _measure_vehicle(world, slot, k)


@compiled
def _is_detected(world: World, j: int, is_tracked: bool) -> bool:
    """Whether the detector reports object ``j`` in this decision."""
    if world.debris_i[debris.CARRIER, j] >= 0:
        return False
    dx = world.debris_f[debris.X, j] - world.vehicle_f[vehicle.X, 0]
    dy = world.debris_f[debris.Y, j] - world.vehicle_f[vehicle.Y, 0]
    distance = math.sqrt(dx * dx + dy * dy)
    reach = recognition_range(world, j)
    decision = world.episode_i[episode.DECISION] + 1
    seed = world.episode_i[episode.NOISE_SEED]
    draw = uniforms(seed, decision, measure.OBJECT_ENTITY + j, measure.CHANNEL_DETECT)[0]
    if world.debris_i[debris.FLICKERS, j] == 1:
        chance = GHOST_DETECTION if GHOST_NEAR_M < distance < reach else 0.0
    else:
        reach *= 1.0 + DETECTION_HOLD if is_tracked else 1.0
        chance = DETECTION_CEILING / (
            1.0 + math.exp(min((distance - reach) / (DETECTION_SPREAD * reach), 50.0))
        )
    return draw < chance and is_object_in_sight(world, j)


@compiled
def object_slot(world: World, j: int) -> int:
    """Slot of the track of object ``j``, or -1; of the first free debris slot if ``j`` is -1.

    Slots are given by detection: an order by the objects of the instance would tell how many are still unseen.
    """
    for slot in range(VEHICLE_SLOTS, VEHICLE_SLOTS + DEBRIS_SLOTS):
        if world.track_i[track.TARGET, slot] == j:
            return slot
    return -1


@compiled
def _update_object(world: World, j: int) -> None:
    """Age, measure, start or end the track of object ``j``; a new track gets the first free slot."""
    slot, t = object_slot(world, j), world.track_i
    is_tracked = slot >= 0
    if is_tracked:
        t[track.AGE, slot] += 1
    if _is_detected(world, j, is_tracked):
        if not is_tracked:
            slot = object_slot(world, -1)
            _start_track(world, slot, j)
            measure.draw_track_errors(world, slot, measure.OBJECT_ENTITY + j)
            measure.draw_track_class(world, slot, j)
        _measure_object(world, slot, j)
    elif is_tracked:
        t[track.VISIBLE, slot] = 0
        t[track.UNSEEN, slot] += 1
    else:
        return
    behind = world.vehicle_f[vehicle.X, 0] - world.track_f[track.X, slot]
    if behind > OBJECT_BEHIND_M or t[track.UNSEEN, slot] >= OBJECT_FORGET_DECISIONS:
        t[track.TARGET, slot] = -1


@compiled
def _measure_object(world: World, slot: int, j: int) -> None:
    """Write the measurement of object ``j`` into its track."""
    d = world.debris_f
    world.track_i[track.VISIBLE, slot] = 1
    world.track_i[track.UNSEEN, slot] = 0
    entity = measure.OBJECT_ENTITY + j
    sighting = measure.measure_motion(
        world, slot, entity, d[debris.X, j], d[debris.Y, j], d[debris.VX, j], d[debris.VY, j]
    )
    size = (d[debris.LENGTH, j], d[debris.WIDTH, j], d[debris.HEIGHT, j])
    measure.measure_box(world, slot, sighting, size, d[debris.YAW, j])
    measure.measure_height(world, slot, j, sighting)
    measure.look_posterior(world, slot, j, sighting.distance)
