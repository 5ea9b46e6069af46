"""One decision of many dreams, and the beginning of a dream, in compiled code."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.action import decode_acceleration
from envs.observation import write_observation
from envs.physics.compilation import compiled, inlined
from envs.physics.noise import normal_quantile, uniforms
from envs.specification import (
    DEBRIS_SLOTS,
    DECISIONS_PER_EPISODE,
    VEHICLE_SLOTS,
    component,
    episode,
    track,
    vehicle,
)
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array, World
from envs.world.load import state_hash
from policies.world_model.dream.simulation import arrays as w
from policies.world_model.dream.simulation.arrays import Dreams, Model, Sources, Work
from policies.world_model.dream.simulation.borrow import borrow_all
from policies.world_model.dream.simulation.contacts import sample_collisions, sample_contacts
from policies.world_model.dream.simulation.motion import disagreement, dream_cars, dream_things
from policies.world_model.dream.simulation.sensing import begin_look, begin_track, sense
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.imagination.cost_ledger import charge_decision
from policies.world_model.model import state as s
from policies.world_model.model.dynamics import move_ego
from policies.world_model.model.state import State, copy_state, lateral_target

DOUBT_EVERY: Final = 5
"""Another member predicts in every 5th decision: all members in every decision would cost four times as much."""

LEAST_SD: Final = 0.05
"""No deviation counts as smaller: m or m/s."""

CAUSE_BEHIND_M, CAUSE_AHEAD_M = 5.0, 120.0
"""Something real between so far behind and so far ahead is a cause to brake, as in the environment."""


@compiled
def begin_dreams(
    model: Model, dreams: Dreams, sources: Sources, chosen: Array, pieces: Array, seeds: Array,
    members: Array, theta: Array, work: Work,
) -> None:  # fmt: skip
    """Begin some dreams, in place; their records already contain the end of a log piece.

    Parameters
    ----------
    model
        What was learned.
    dreams
        ``B`` worlds.
    sources
        Ends of ``S`` pieces.
    chosen, pieces, seeds
        ``(K,)`` int64: worlds, pieces, and keys of all their random numbers.
    members
        ``(K,)`` int64: the member of the ensemble, or -1 to draw it.
    theta
        ``(K, 4)`` int64: forced classes of the contents, or -1 to draw them from the belief.
    work
        Scratch.
    """
    for n in range(chosen.shape[0]):
        b, piece = chosen[n], pieces[n]
        world = dreams.records[b]
        state = State(dreams.ego[b], dreams.cars[b], dreams.things[b])
        copy_state(State(sources.ego[piece], sources.cars[piece], sources.things[piece]), state)
        world.episode_i[episode.NOISE_SEED] = seeds[n]
        world.episode_i[episode.DECISION] = DECISIONS_PER_EPISODE - dreams.horizon[b]
        state.ego[s.GRIP] = world.episode_f[episode.FRICTION]
        dreams.step[b] = 0
        for k in range(w.NUM_REPORTED):
            dreams.reported[b, k] = 0.0
        dreams.member[b] = members[n]
        if members[n] < 0:
            draw = uniforms(seeds[n], 0, w.WHOLE, w.BEGIN)[0]
            dreams.member[b] = int(draw * model.learned.transition.car.b1.shape[0])
        for j in range(DEBRIS_SLOTS):
            draws = uniforms(seeds[n], 0, w.OBJECTS + j, w.BEGIN)
            dreams.touched[b, j] = 0
            dreams.theta[b, j], dreams.forced[b, j] = theta[n, j], 1
            if theta[n, j] < 0:
                dreams.forced[b, j] = 0
                dreams.theta[b, j] = _draw(sources.belief[piece, j], NUM_CLASSES, draws[0])
            looks = world.track_f[track.LOOK : track.LOOK + NUM_LOOKS, VEHICLE_SLOTS + j]
            dreams.look[b, j] = _draw(looks, NUM_LOOKS, draws[1])
            work.kinds[j] = dreams.theta[b, j]
        _place(model, world, state, min(dreams.temperature[b], 1.0))
        for j in range(DEBRIS_SLOTS):
            if state.things[j, s.D_LIVE] > 0.0:
                begin_look(model.learned.emission, world, state, j, dreams.look[b, j], work)
        write_observation(world)


@compiled
def _draw(weights: Array, size: int, draw: float) -> int:
    """Draw an index by weights, which need not sum to 1; 0 if all are zero."""
    total = 0.0
    for k in range(size):
        total += weights[k]
    reached, last = 0.0, 0
    for k in range(size):
        if weights[k] > 0.0:
            last = k
            reached += weights[k]
            if draw * total < reached:
                return k
    return last


@inlined
def _standard(error: float, sd: float) -> float:
    """Draw an error in standard deviations, limited to three of them."""
    return min(max(error / max(sd, LEAST_SD), -3.0), 3.0)


@compiled
def _place(model: Model, world: World, state: State, doubt: float) -> None:
    """Draw true positions and speeds given the measured ones, in place; headings and resting objects are certain.

    ``doubt`` is the share of the stated deviations that is believed: 0 puts everything where it was measured.
    """
    seed, f = world.episode_i[episode.NOISE_SEED], world.track_f
    for i in range(VEHICLE_SLOTS):
        car = state.cars[i]
        if car[s.C_LIVE] == 0.0:
            continue
        draws = uniforms(seed, 0, i, w.ERRORS)
        along, across = doubt * normal_quantile(draws[0]), doubt * normal_quantile(draws[1])
        v = doubt * normal_quantile(draws[2])
        car[s.C_X] -= f[track.SD_X, i] * along
        car[s.C_Y] -= f[track.SD_Y, i] * across
        car[s.C_VX] -= f[track.SD_V, i] * v
        drift = car[s.C_VX] * math.tan(car[s.C_HEADING])
        aside = _standard(car[s.C_VY] - drift, f[track.SD_V, i])
        car[s.C_VY], car[s.C_AGE] = drift, 0.0
        errors = (along, across, v, aside)
        begin_track(world, i, i, model.learned.emission.persistence[0], errors)
        # the charges look at where vehicles are
        world.vehicle_f[vehicle.X, i + 1] = car[s.C_X]
        world.vehicle_f[vehicle.Y, i + 1] = car[s.C_Y]
    for j in range(DEBRIS_SLOTS):
        thing, slot = state.things[j], VEHICLE_SLOTS + j
        if thing[s.D_LIVE] == 0.0:
            continue
        draws = uniforms(seed, 0, w.OBJECTS + j, w.ERRORS)
        thing[s.D_X] -= thing[s.D_SD_X] * doubt * normal_quantile(draws[0])
        thing[s.D_Y] -= thing[s.D_SD_Y] * doubt * normal_quantile(draws[1])
        # it is known better than it was last measured
        x = f[track.X, slot] - world.vehicle_f[vehicle.X, 0] - thing[s.D_X]
        along = _standard(x, f[track.SD_X, slot])
        across = _standard(f[track.Y, slot] - thing[s.D_Y], f[track.SD_Y, slot])
        sd = f[track.SD_V, slot]
        vx, vy = doubt * normal_quantile(draws[2]), doubt * normal_quantile(draws[3])
        if thing[s.D_VX] == 0.0 and thing[s.D_VY] == 0.0:
            vx, vy = _standard(f[track.VX, slot], sd), _standard(f[track.VY, slot], sd)
        else:
            thing[s.D_VX] -= max(sd, LEAST_SD) * vx
            thing[s.D_VY] -= max(sd, LEAST_SD) * vy
        errors = (along, across, vx, vy)
        thing[s.D_AGE] = 0.0
        begin_track(world, slot, w.OBJECTS + j, model.learned.emission.persistence[1], errors)


@compiled
def step_dreams(
    model: Model, dreams: Dreams, actions: Array, params: Array, work: Work,
    total: Array, terminated: Array, truncated: Array, hashes: Array,
) -> int:  # fmt: skip
    """Advance every dream by one decision and observe, in place; returns the number of contacts in all worlds.

    Parameters
    ----------
    model, dreams, work
        As for ``begin_dreams``.
    actions
        ``(B, 2)`` float64 in [-1, 1].
    params
        ``CostParameters.to_array()``.
    total, terminated, truncated, hashes
        ``(B,)`` outputs: US$ of the decision, bool, bool, state hash as int64.
    """
    p = params[0]
    own, scratch = borrow_all(model), borrow_all(work)
    num_contacts = 0
    for b in range(actions.shape[0]):
        total[b] = _step(own, dreams, b, actions[b, 0], actions[b, 1], p, scratch)
        flags = dreams.records[b].episode_i
        over = flags[episode.COLLIDED] + flags[episode.LOST_CONTROL] + flags[episode.OFF_ROAD]
        usual = model.limit[min(dreams.step[b], model.limit.shape[0]) - 1]
        out_of_time = dreams.step[b] >= dreams.horizon[b]
        terminated[b] = over > 0
        truncated[b] = over == 0 and (out_of_time or dreams.reported[b, w.DOUBT] > usual)
        flags[episode.TRUNCATED] = 1 if truncated[b] else 0
        num_contacts += flags[episode.NUM_CONTACTS]
        hashes[b] = state_hash(dreams.records[b])
    return num_contacts


@inlined
def _step(
    model: Model, dreams: Dreams, b: int, first: float, second: float, p: np.record, work: Work
) -> float:
    """Advance one world by one decision; returns its cost, US$."""
    world, e = dreams.records[b], dreams.member[b]
    state = borrow_all(State(dreams.ego[b], dreams.cars[b], dreams.things[b]))
    after, moves = work.after, model.learned.transition
    for j in range(DEBRIS_SLOTS):
        work.kinds[j] = dreams.theta[b, j]
    dreams.step[b] += 1
    step = dreams.step[b]
    command, target = decode_acceleration(first), lateral_target(state.ego, second)
    world.episode_f[episode.COMMAND], world.episode_f[episode.TARGET_Y] = command, target
    world.episode_i[episode.NUM_CONTACTS] = 0
    work.extra[:] = 0.0
    seed, heat = world.episode_i[episode.NOISE_SEED], dreams.temperature[b]
    calm = min(heat, 1.0)
    move_ego(moves, e, state, command, target, after)
    spread = dream_cars(moves, e, state, seed, step, heat, work)
    spread += dream_things(moves, e, state, seed, step, heat, work)
    if step % DOUBT_EVERY == 0:
        found = disagreement(moves, e, state, seed, step, work)
        dreams.reported[b, w.EPISTEMIC] = found
        dreams.reported[b, w.DOUBT] += found
    dreams.reported[b, w.ALEATORIC] = spread
    events, touched, forced = model.learned.events, dreams.touched[b], dreams.forced[b]
    sample_contacts(events, e, world, state, touched, forced, step, calm, p, work)
    crashes = sample_collisions(events, e, world, state, step, calm, p, work)
    charge_decision(world, state, after, p)
    usd = _add_events(world, state, work)
    lost = world.episode_i[episode.LOST_CONTROL] + world.episode_i[episode.OFF_ROAD] > 0
    dreams.reported[b, w.P_TERMINATED] = 1.0 if lost else crashes
    copy_state(after, state)
    _show(world, state)
    sense(model.learned.emission, world, state, dreams.look[b], step, work)
    write_observation(world)
    return usd


@inlined
def _add_events(world: World, state: State, work: Work) -> float:
    """Charge contacts and collisions, and cancel nuisance where braking has a cause; returns the sum, US$."""
    cost, f, i = world.cost, world.episode_f, world.episode_i
    charged = 0.0
    for k in range(component.NUM_COMPONENTS):
        charged += cost[k]
    for j in range(DEBRIS_SLOTS):
        away = state.things[j, s.D_X] - state.ego[s.X]
        is_real = state.things[j, s.D_LIVE] > 0.0 and work.kinds[j] > 0
        if is_real and -CAUSE_BEHIND_M < away < CAUSE_AHEAD_M:
            cost[component.NUISANCE] = f[episode.NUISANCE_PAID] = 0.0
            i[episode.HAS_CAUSE] = 1
    usd = 0.0
    for k in range(component.NUM_COMPONENTS):
        cost[k] += work.extra[k]
        usd += cost[k]
    f[episode.TOTAL_COST] += usd - charged
    return usd


@inlined
def _show(world: World, state: State) -> None:
    """Copy the ego's observed state and the drawn state of vehicles to the record, in place."""
    v, f, ego = world.vehicle_f, world.episode_f, state.ego
    # a contact may have taken speed since the charges
    v[vehicle.SPEED, 0] = ego[s.SPEED]
    f[episode.YAW_RATE], f[episode.GRIP] = ego[s.YAW_RATE], ego[s.GRIP]
    for i in range(VEHICLE_SLOTS):
        car, k = state.cars[i], i + 1
        v[vehicle.HEADING, k] = car[s.C_HEADING]
        v[vehicle.ACCELERATION, k] = car[s.C_ACCELERATION]
