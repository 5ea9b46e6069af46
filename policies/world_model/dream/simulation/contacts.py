"""Samples contacts, spills and collisions of the ego in a decision of a dream, and charges their known cost."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.cost.collision import rear_collision_cost, side_swipe_cost
from envs.cost.loss_of_control import crash_cost
from envs.physics.compilation import compiled, inlined
from envs.physics.noise import normal_quantile, uniforms
from envs.specification import (
    DEBRIS_SLOTS,
    EGO_LENGTH_M,
    TICKS_PER_DECISION,
    VEHICLE_SLOTS,
    component,
    contact,
    episode,
    vehicle,
)
from envs.specification.world import Array, World
from policies.networks.compiled import forward, logistic
from policies.world_model.dream.simulation.arrays import MEET, OBJECTS, OUTCOME, Work
from policies.world_model.estimation.content_classes import NUM_PATCHES
from policies.world_model.imagination.cost_ledger import BESIDE_SHARE
from policies.world_model.imagination.imagine import LEAST_SLIP
from policies.world_model.model import contact_outcome as oc
from policies.world_model.model import event_features as ft
from policies.world_model.model import state as s
from policies.world_model.model.parameters import EventNets
from policies.world_model.model.state import State

LOST_PROBABILITY: Final = 0.5
"""Control counts as lost when one event makes it more likely than not, as in the environment."""

EXIT_SHARES: Final = (0.0, 0.08, 0.23, 0.91)
"""Forward speed of an object after a contact as a share of the ego's, by mode of ``contact_outcome.MODES``: means over
the bodies of 60 shards of the log, because the severity head does not predict it."""

COMPONENTS: Final = (
    component.HARM,
    component.JOLT,
    component.LOSS_OF_CONTROL,
    component.UNDERBODY,
    component.FRONT,
    component.TYRE,
    component.WHEEL,
    component.FOLLOWERS,
)
"""Cost component of every outcome of ``contact_outcome``."""

COLUMNS: Final = (
    contact.DELTA_V,
    contact.VERTICAL_ACCELERATION,
    contact.YAW_RATE,
    contact.UNDERBODY_FORCE,
    -1,
    contact.PUNCTURE,
    contact.RIM_DAMAGE,
    -1,
)
"""Where every outcome stands in the contact table; what is in US$ already stands nowhere."""


@inlined
def sample_contacts(
    events: EventNets, e: int, world: World, state: State, touched: Array, forced: Array, step: int,
    calm: float, p: np.record, work: Work,
) -> None:  # fmt: skip
    """Sample contacts with objects: change speeds and charge ``work.extra``, in place.

    Parameters
    ----------
    events
        The event heads.
    e
        Member.
    world
        Record of the world: command, contact table, noise seed.
    state
        At the beginning of the decision; ``work.after`` is its end.
    touched
        ``(4,)`` int64: 1 for objects that have been met before.
    forced
        ``(4,)`` int64: 1 where the contents are those in the middle of their class.
    step
        Decisions since the dream began.
    calm
        Factor of all chance, 0 to 1: 0 = what is likelier than not happens, and does what it does in the mean.
    p
        Record of ``CostParameters.to_array``.
    work
        Scratch.
    """
    after, command = work.after, world.episode_f[episode.COMMAND]
    seed = world.episode_i[episode.NOISE_SEED]
    for j in range(DEBRIS_SLOTS):
        kind = work.kinds[j]
        if kind == 0 or state.things[j, s.D_LIVE] == 0.0 or not ft.is_near_contact(state, after, j):
            continue
        if kind <= NUM_PATCHES:
            ft.slip_features(state, after, j, kind, ft.EXACT, command, work.slip_x)
            forward(events.slip, e, work.slip_x, work.event_hidden, work.one)
            chance = logistic(work.one[0])
            if chance > LEAST_SLIP:
                paid = chance * crash_cost(state.ego[s.SPEED], p)
                work.extra[component.LOSS_OF_CONTROL] += paid
        if touched[j] == 1:
            continue
        ft.contact_features(state, after, j, ft.EXACT, work.contact_x)
        forward(events.contact, e, work.contact_x, work.event_hidden, work.one)
        calibration = events.contact_calibration[1]
        chance = logistic(work.one[0] / calibration[0] + calibration[1])
        draws = uniforms(seed, step, OBJECTS + j, MEET)
        if _drawn(draws[0], calm) < chance:
            touched[j] = 1
            _touch(
                events, e, world, state, j, forced[j], _drawn(draws[1], calm), step, calm, p, work
            )


@compiled
def _touch(
    events: EventNets, e: int, world: World, state: State, j: int, is_forced: int, draw: float,
    step: int, calm: float, p: np.record, work: Work,
) -> None:  # fmt: skip
    """Sample mode and outcome of a contact, charge and list it, in place."""
    after, kind = work.after, work.kinds[j]
    speed, out = state.ego[s.SPEED], work.severity_out
    command = world.episode_f[episode.COMMAND]
    is_own = is_forced == 1
    ft.severity_features(
        state, after, j, kind, events.contents[kind], is_own, ft.EXACT, command, work.severity_x
    )
    forward(events.severity, e, work.severity_x, work.severity_hidden, out)
    mode = _sample_mode(out, draw)
    row = _next_row(world)
    if row >= 0:
        _describe(world.contacts[row], world, state, j, mode)
    if mode == 0:
        return
    seed, crash = world.episode_i[episode.NOISE_SEED], crash_cost(speed, p)
    base = oc.NUM_MODES + (mode - 1) * 2 * oc.NUM_OUTCOMES
    cost, lost = 0.0, 0.0
    for k in range(oc.NUM_OUTCOMES):
        z = normal_quantile(uniforms(seed, step, OBJECTS + j, OUTCOME + k // 4)[k % 4])
        spread = math.exp(0.5 * min(max(out[base + oc.NUM_OUTCOMES + k], -9.0), 3.0))
        scaled = (out[base + k] + calm * spread * z) * events.severity_scale[k]
        value = oc.decode(k, scaled + events.severity_shift[k])
        usd = oc.outcome_cost(k, value, speed, crash, p)
        cost += usd
        own = p.tyre_damage_usd * value if k == oc.PUNCTURE else usd
        work.extra[COMPONENTS[k]] += own
        # what a puncture may lead to is no tyre
        work.extra[component.LOSS_OF_CONTROL] += usd - own
        if k == oc.YAW_RATE:
            lost += usd / crash
        lost += (usd - own) / crash
        if row >= 0 and COLUMNS[k] >= 0:
            world.contacts[row, COLUMNS[k]] = value
        if k == oc.DELTA_V:
            after.ego[s.SPEED] = max(after.ego[s.SPEED] - value, 0.0)
    if lost >= LOST_PROBABILITY:
        world.episode_i[episode.LOST_CONTROL] = 1
    if row >= 0:
        world.contacts[row, contact.COST] = cost
        world.contacts[row, contact.LOSS_OF_CONTROL] = min(lost, 1.0)
    if kind > NUM_PATCHES:
        leaves = EXIT_SHARES[mode] * speed
        after.things[j, s.D_VX] = max(leaves, after.things[j, s.D_VX])


@inlined
def _drawn(draw: float, calm: float) -> float:
    """A uniform random number, shrunk towards the middle."""
    return 0.5 + calm * (draw - 0.5)


@compiled
def _sample_mode(out: Array, draw: float) -> int:
    """Sample an index into ``contact_outcome.MODES`` from the logits."""
    largest, total = -1e30, 0.0
    for m in range(oc.NUM_MODES):
        largest = max(largest, out[m])
    for m in range(oc.NUM_MODES):
        total += math.exp(out[m] - largest)
    reached = 0.0
    for m in range(oc.NUM_MODES):
        reached += math.exp(out[m] - largest) / total
        if draw < reached:
            return m
    return oc.NUM_MODES - 1


@compiled
def _next_row(world: World) -> int:
    """Row of the contact table for the next contact; -1 if it is full."""
    count: int = world.episode_i[episode.NUM_CONTACTS]
    if count >= contact.MAX_CONTACTS:
        return -1
    world.episode_i[episode.NUM_CONTACTS] = count + 1
    return count


@compiled
def _describe(row: Array, world: World, state: State, j: int, mode: int) -> None:
    """Fill the fields of a contact that do not depend on its outcome, in place."""
    thing, ego = state.things[j], state.ego
    row[:] = 0.0
    # the last tick of the decision: the model does not predict when in it
    row[contact.TICK] = world.episode_i[episode.TICK] + TICKS_PER_DECISION - 1
    row[contact.OBJECT] = j
    row[contact.MODE] = oc.MODES[mode]
    row[contact.CLOSING_SPEED] = max(ego[s.SPEED] - thing[s.D_VX], 0.0)
    row[contact.OFFSET] = thing[s.D_Y] - ego[s.Y]
    row[contact.EXIT_SPEED] = EXIT_SHARES[mode] * ego[s.SPEED]


@inlined
def sample_collisions(
    events: EventNets, e: int, world: World, state: State, step: int, calm: float, p: np.record,
    work: Work,
) -> float:  # fmt: skip
    """Sample collisions with vehicles, in place; returns the probability that the decision ended in one."""
    after = work.after
    seed, safe = world.episode_i[episode.NOISE_SEED], 1.0
    for i in range(VEHICLE_SLOTS):
        if state.cars[i, s.C_LIVE] == 0.0 or not ft.is_near_collision(state, after, i):
            continue
        ft.collision_features(state, after, i, ft.EXACT, work.collision_x)
        forward(events.collision, e, work.collision_x, work.event_hidden, work.one)
        calibration = events.collision_calibration[1]
        chance = logistic(work.one[0] / calibration[0] + calibration[1])
        safe *= 1.0 - chance
        draw = _drawn(uniforms(seed, step, i, MEET)[0], calm)
        if draw < chance and world.episode_i[episode.COLLIDED] == 0:
            world.episode_i[episode.COLLIDED] = 1
            work.extra[component.COLLISION] += _collision(world, state, i, p)
    return 1.0 - safe


@compiled
def _collision(world: World, state: State, i: int, p: np.record) -> float:
    """Cost of a collision with the vehicle in slot ``i``, US$, minus the expected cost that was already charged."""
    car, ego = state.cars[i], state.ego
    own, other = world.vehicle_f[vehicle.MASS, 0], world.vehicle_f[vehicle.MASS, i + 1]
    dx, closing = car[s.C_X] - ego[s.X], ego[s.SPEED] - car[s.C_VX]
    if abs(dx) < BESIDE_SHARE * 0.5 * (car[s.C_LENGTH] + EGO_LENGTH_M):
        across = ego[s.SPEED] * math.sin(ego[s.HEADING]) - car[s.C_VY]
        return side_swipe_cost(abs(across), own, other, p)
    if dx > 0.0:
        return rear_collision_cost(max(closing, 0.0), own, other, p)
    cost = rear_collision_cost(max(-closing, 0.0), other, own, p)
    if world.episode_i[episode.BRAKE_FOLLOWER] == i + 1:
        cost = max(cost - world.episode_f[episode.BRAKE_PAID], 0.0)
    return cost
