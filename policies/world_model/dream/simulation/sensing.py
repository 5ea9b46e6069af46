"""Observation of a dream's state: learned visibility, deviations and looks, with lasting errors.

Errors have the deviations that the networks predict at the dream's state; those that a row states are predicted at the
measured place, so that they do not tell the state.
"""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled, inlined
from envs.physics.noise import normal_quantile, uniforms
from envs.sensing.tracker import (
    OBJECT_BEHIND_M,
    OBJECT_FORGET_DECISIONS,
    VEHICLE_FORGET_DECISIONS,
    VEHICLE_FORGET_M,
)
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, episode, track
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array, World
from policies.networks.compiled import forward, logistic
from policies.world_model.dream.simulation.arrays import LOOK_CHANGE, MEASURE, OBJECTS, SEE, Work
from policies.world_model.model import emission_features as em
from policies.world_model.model import state as s
from policies.world_model.model.parameters import EmissionNets
from policies.world_model.model.state import State

LARGEST_LOOK_ERROR: Final = 3.0
"""Standard normal draws of the look are kept within this."""

LOOK_SPREAD: Final = 1.28
"""Standard deviation of the logarithm of a Dirichlet weight with concentration 1: pi/sqrt(6)."""

LARGEST_JOLT_M: Final = 0.3


@inlined
def sense(
    nets: EmissionNets, world: World, state: State, look: Array, step: int, work: Work
) -> None:
    """Update all tracks of a dream for one decision, in place.

    Parameters
    ----------
    nets
        The emission nets.
    world
        Tracks change; the observation of the decision before is read.
    state
        Where everything is; what is lost for good is no longer live, what is seen has new deviations.
    look
        ``(4,)`` int64: what every object looks like.
    step
        Decisions since the dream began.
    work
        Scratch; ``kinds`` holds the classes of the contents.
    """
    for i in range(VEHICLE_SLOTS):
        if state.cars[i, s.C_LIVE] > 0.0:
            _sense_car(nets, world, state, i, step, work)
    for j in range(DEBRIS_SLOTS):
        if state.things[j, s.D_LIVE] > 0.0:
            _sense_thing(nets, world, state, j, look[j], step, work)


@inlined
def _sense_car(
    nets: EmissionNets, world: World, state: State, i: int, step: int, work: Work
) -> None:
    """Observe one vehicle."""
    t, f, car, out = world.track_i, world.track_f, state.cars[i], work.car_seen
    t[track.AGE, i] += 1
    far = abs(car[s.C_X] - state.ego[s.X]) > VEHICLE_FORGET_M
    if far or t[track.UNSEEN, i] >= VEHICLE_FORGET_DECISIONS:
        t[track.TARGET, i] = -1
        car[s.C_LIVE] = 0.0
        return
    em.car_sights(state, i, world.vehicles[i], work.kinds, work.car_sights)
    forward(nets.car, 0, work.car_sights, work.sight_hidden, out)
    seed = world.episode_i[episode.NOISE_SEED]
    draws = uniforms(seed, step, i, SEE)
    if draws[0] >= logistic(out[em.VISIBLE]):
        t[track.VISIBLE, i] = 0
        t[track.UNSEEN, i] += 1
        return
    _measure(world, i, i, step, nets.persistence[0], out, (
        car[s.C_X], car[s.C_Y], car[s.C_VX], car[s.C_VY]
    ))  # fmt: skip
    f[track.HEADING, i] = car[s.C_HEADING]
    f[track.BRAKE, i] = 1.0 if out[em.LAMP] > 0.0 else 0.0
    f[track.JOLT, i] = 0.0
    if draws[1] < logistic(out[em.JOLTS]):
        f[track.JOLT, i] = min(math.exp(out[em.LOG_JOLT]), LARGEST_JOLT_M)
    car[s.C_LAMP], car[s.C_JOLT] = f[track.BRAKE, i], f[track.JOLT, i]
    x, y = car[s.C_X], car[s.C_Y]
    car[s.C_X], car[s.C_Y] = f[track.X, i], f[track.Y, i]
    em.car_sights(state, i, world.vehicles[i], work.kinds, work.car_sights)
    car[s.C_X], car[s.C_Y] = x, y
    forward(nets.car, 0, work.car_sights, work.sight_hidden, out)
    _state_deviations(world, i, out)


@inlined
def _sense_thing(
    nets: EmissionNets, world: World, state: State, j: int, look: int, step: int, work: Work
) -> None:
    """Observe one object."""
    slot = VEHICLE_SLOTS + j
    t, f, thing, out = world.track_i, world.track_f, state.things[j], work.thing_seen
    t[track.AGE, slot] += 1
    em.thing_sights(state, j, world.debris[j], work.kinds[j], work.thing_sights)
    forward(nets.thing, 0, work.thing_sights, work.sight_hidden, out)
    seed = world.episode_i[episode.NOISE_SEED]
    if uniforms(seed, step, OBJECTS + j, SEE)[0] < logistic(out[em.VISIBLE]):
        _measure(world, slot, OBJECTS + j, step, nets.persistence[1], out, (
            thing[s.D_X], thing[s.D_Y], thing[s.D_VX], thing[s.D_VY]
        ))  # fmt: skip
        f[track.HEADING, slot] = thing[s.D_YAW]
        f[track.Z, slot], f[track.VZ, slot] = thing[s.D_Z], thing[s.D_VZ]
        _show_look(world, slot, OBJECTS + j, step, nets.persistence[1], look, out)
        x, y = thing[s.D_X], thing[s.D_Y]
        thing[s.D_X], thing[s.D_Y] = f[track.X, slot], f[track.Y, slot]
        em.thing_sights(state, j, world.debris[j], work.kinds[j], work.thing_sights)
        thing[s.D_X], thing[s.D_Y] = x, y
        forward(nets.thing, 0, work.thing_sights, work.sight_hidden, out)
        _state_deviations(world, slot, out)
        thing[s.D_SD_X], thing[s.D_SD_Y] = f[track.SD_X, slot], f[track.SD_Y, slot]
        thing[s.D_SD_SIZE], thing[s.D_VISIBLE] = f[track.SD_SIZE, slot], 1.0
    else:
        t[track.VISIBLE, slot] = 0
        t[track.UNSEEN, slot] += 1
        thing[s.D_VISIBLE] = 0.0
    behind = state.ego[s.X] - f[track.X, slot] > OBJECT_BEHIND_M
    if behind or t[track.UNSEEN, slot] >= OBJECT_FORGET_DECISIONS:
        t[track.TARGET, slot] = -1
        thing[s.D_LIVE] = 0.0


@inlined
def _measure(
    world: World, slot: int, entity: int, step: int, share: float, out: Array,
    true: tuple[float, float, float, float],
) -> None:  # fmt: skip
    """Write position and velocity to the track of a visible body, in place."""
    f = world.track_f
    world.track_i[track.VISIBLE, slot] = 1
    world.track_i[track.UNSEEN, slot] = 0
    sd_x, sd_y = math.exp(out[em.LOG_SD_X]), math.exp(out[em.LOG_SD_Y])
    sd_v = math.exp(out[em.LOG_SD_V])
    draws = uniforms(world.episode_i[episode.NOISE_SEED], step, entity, MEASURE)
    rest, e = math.sqrt(1.0 - share * share), track.ERRORS
    f[track.X, slot] = true[0] + sd_x * (share * f[e, slot] + rest * normal_quantile(draws[0]))
    f[track.Y, slot] = true[1] + sd_y * (share * f[e + 1, slot] + rest * normal_quantile(draws[1]))
    f[track.VX, slot] = true[2] + sd_v * (share * f[e + 2, slot] + rest * normal_quantile(draws[2]))
    f[track.VY, slot] = true[3] + sd_v * (share * f[e + 3, slot] + rest * normal_quantile(draws[3]))


@inlined
def _state_deviations(world: World, slot: int, out: Array) -> None:
    """Write the standard deviations that the networks predict to a track, in place."""
    f = world.track_f
    f[track.SD_X, slot], f[track.SD_Y, slot] = (
        math.exp(out[em.LOG_SD_X]),
        math.exp(out[em.LOG_SD_Y]),
    )
    f[track.SD_V, slot] = math.exp(out[em.LOG_SD_V])
    f[track.SD_SIZE, slot] = math.exp(out[em.LOG_SD_SIZE])


@inlined
def _show_look(
    world: World, slot: int, entity: int, step: int, share: float, look: int, out: Array
) -> None:
    """Write the look posterior to a track: the true look's share as learned, the others in changing proportions."""
    f = world.track_f
    draw = uniforms(world.episode_i[episode.NOISE_SEED], step, entity, SEE)[1]
    rest = math.sqrt(1.0 - share * share)
    z = share * f[track.ERRORS + 7, slot] + rest * normal_quantile(draw)
    z = min(max(z, -LARGEST_LOOK_ERROR), LARGEST_LOOK_ERROR)
    mine = logistic(out[em.LOOK] + math.exp(min(out[em.LOG_SD_LOOK], 3.0)) * z)
    total = 0.0
    for c in range(NUM_LOOKS):
        # if the true look's share alone moved, the others' proportions would tell which it is
        block = uniforms(world.episode_i[episode.NOISE_SEED], step, entity, LOOK_CHANGE + c // 4)
        change = math.exp(LOOK_SPREAD * rest * normal_quantile(block[c % 4]))
        f[track.LOOK + c, slot] = f[track.LOOK_DRAWS + c, slot] * change if c != look else 0.0
        total += f[track.LOOK + c, slot]
    for c in range(NUM_LOOKS):
        f[track.LOOK + c, slot] *= (1.0 - mine) / max(total, 1e-12)
    f[track.LOOK + look, slot] = mine


@compiled
def begin_track(
    world: World, slot: int, entity: int, share: float, errors: tuple[float, ...]
) -> None:
    """Split the initial errors of a track into a lasting part and this decision's part, in place.

    Parameters
    ----------
    world
        The record.
    slot, entity
        Of the track, and of its noise.
    share
        How much lasts, 0 to 1.
    errors
        Standard normal errors of x, y, vx and vy that the first measurement had.
    """
    seed = world.episode_i[episode.NOISE_SEED]
    draws = uniforms(seed, 0, entity, MEASURE)
    rest = math.sqrt(1.0 - share * share)
    for k in range(4):
        fixed = share * errors[k] + rest * normal_quantile(draws[k])
        world.track_f[track.ERRORS + k, slot] = fixed


@compiled
def begin_look(
    nets: EmissionNets, world: World, state: State, j: int, look: int, work: Work
) -> None:
    """Split the initial look posterior of a track into a lasting error and shares of the other looks, in place."""
    slot, f, out = VEHICLE_SLOTS + j, world.track_f, work.thing_seen
    em.thing_sights(state, j, world.debris[j], work.kinds[j], work.thing_sights)
    forward(nets.thing, 0, work.thing_sights, work.sight_hidden, out)
    mine = min(max(f[track.LOOK + look, slot], 1e-3), 1.0 - 1e-3)
    z = (math.log(mine / (1.0 - mine)) - out[em.LOOK]) * math.exp(-min(out[em.LOG_SD_LOOK], 3.0))
    z = min(max(z, -LARGEST_LOOK_ERROR), LARGEST_LOOK_ERROR)
    seed, share = world.episode_i[episode.NOISE_SEED], nets.persistence[1]
    draw = normal_quantile(uniforms(seed, 0, OBJECTS + j, SEE)[1])
    f[track.ERRORS + 7, slot] = share * z + math.sqrt(1.0 - share * share) * draw
    total = 0.0
    for c in range(NUM_LOOKS):
        total += f[track.LOOK + c, slot] if c != look else 0.0
    for c in range(NUM_LOOKS):
        rest = f[track.LOOK + c, slot] / total if total > 0.0 else 1.0 / (NUM_LOOKS - 1)
        f[track.LOOK_DRAWS + c, slot] = rest if c != look else 0.0
