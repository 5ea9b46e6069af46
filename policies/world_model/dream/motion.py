"""How everybody moves in a dream: the transition of ``policies.world_model.transition`` with its own noise.

With temperature 0 the same numbers come out, which a test holds.
"""

from __future__ import annotations

import math

from envs.physics.compilation import inlined
from envs.physics.noise import normal_quantile, uniforms
from envs.specification import DEBRIS_SLOTS, DECISION_S, VEHICLE_SLOTS
from policies.world_model import motion_features as mf
from policies.world_model import state as s
from policies.world_model import transition as tr
from policies.world_model.dream.worlds import DOUBTS, MOVE, OBJECTS, WHOLE, Work
from policies.world_model.layers import forward
from policies.world_model.nets import Transition
from policies.world_model.state import State

LOWEST, HIGHEST = -9.0, 3.0
"""Bounds of log variances: those of ``policies.world_model.fitting``, which needs torch."""


@inlined
def _spread(log_variance: float) -> float:
    """Standard deviation in units of the target's scale."""
    return math.exp(0.5 * min(max(log_variance, LOWEST), HIGHEST))


@inlined
def dream_cars(
    model: Transition, e: int, state: State, seed: int, step: int, temperature: float, work: Work
) -> float:
    """All vehicles after one decision.

    Parameters
    ----------
    model
        The nets.
    e
        Member.
    state
        Now; read only.
    seed, step
        Of the noise.
    temperature
        Its factor.
    work
        ``after.cars``, ``car_x`` and ``car_out`` are overwritten.

    Returns
    -------
    float
        Sum of the predicted variances, in units of the targets' scales.
    """
    total = 0.0
    for i in range(VEHICLE_SLOTS):
        car, then = state.cars[i], work.after.cars[i]
        for k in range(s.NUM_CAR):
            then[k] = car[k]
        if car[s.C_LIVE] == 0.0:
            continue
        out, scale = work.car_out[i], model.car_scale
        mf.car_features(state, i, work.car_x[i])
        forward(model.car, e, work.car_x[i], work.car_hidden, out)
        draws = uniforms(seed, step, i, MOVE)
        noise = (
            _spread(out[3]) * normal_quantile(draws[0]),
            _spread(out[4]) * normal_quantile(draws[1]),
            _spread(out[5]) * normal_quantile(draws[2]),
        )
        total += math.exp(min(max(out[3], LOWEST), HIGHEST))
        a = (out[tr.V_ACCELERATION] + temperature * noise[0]) * scale[tr.V_ACCELERATION]
        lateral = (out[tr.V_LATERAL] + temperature * noise[1]) * scale[tr.V_LATERAL]
        turned = (out[tr.V_HEADING] + temperature * noise[2]) * scale[tr.V_HEADING]
        then[s.C_ACCELERATION] = a
        then[s.C_HARSHEST] = max(car[s.C_HARSHEST], -a)
        then[s.C_VX] = max(car[s.C_VX] + a * DECISION_S, min(car[s.C_VX], 0.0))
        then[s.C_VY] = car[s.C_VY] + lateral
        then[s.C_HEADING] = car[s.C_HEADING] + turned
        then[s.C_X] = car[s.C_X] + 0.5 * (car[s.C_VX] + then[s.C_VX]) * DECISION_S
        then[s.C_Y] = car[s.C_Y] + 0.5 * (car[s.C_VY] + then[s.C_VY]) * DECISION_S
        then[s.C_LAMP] = 1.0 if a < tr.LAMP_MPS2 else 0.0
        then[s.C_JOLT] = car[s.C_JOLT] * tr.JOLT_LEFT
    return total


@inlined
def dream_things(
    model: Transition, e: int, state: State, seed: int, step: int, temperature: float, work: Work
) -> float:
    """All objects after one decision; the same arguments as ``dream_cars``.

    Returns
    -------
    float
        Sum of the predicted variances of what moves, in units of the targets' scales.
    """
    total = 0.0
    for j in range(DEBRIS_SLOTS):
        thing, then = state.things[j], work.after.things[j]
        for k in range(s.NUM_THING):
            then[k] = thing[k]
        work.moves[j] = 0
        if thing[s.D_LIVE] == 0.0 or tr.lies_still(state, j):
            continue
        work.moves[j] = 1
        out, scale = work.thing_out[j], model.thing_scale
        mf.thing_features(state, j, work.kinds[j], work.thing_x[j])
        forward(model.thing, e, work.thing_x[j], work.thing_hidden, out)
        draws = uniforms(seed, step, OBJECTS + j, MOVE)
        n = tr.NUM_THING_OUT
        noise = (
            temperature * _spread(out[n]) * normal_quantile(draws[0]),
            temperature * _spread(out[n + 1]) * normal_quantile(draws[1]),
            temperature * _spread(out[n + 2]) * normal_quantile(draws[2]),
            temperature * _spread(out[n + 3]) * normal_quantile(draws[3]),
        )
        total += math.exp(min(max(out[n], LOWEST), HIGHEST))
        then[s.D_VX] = thing[s.D_VX] + (out[tr.O_VX] + noise[0]) * scale[tr.O_VX]
        then[s.D_VY] = thing[s.D_VY] + (out[tr.O_VY] + noise[1]) * scale[tr.O_VY]
        then[s.D_VZ] = thing[s.D_VZ] + (out[tr.O_VZ] + noise[2]) * scale[tr.O_VZ]
        then[s.D_X] = thing[s.D_X] + 0.5 * (thing[s.D_VX] + then[s.D_VX]) * DECISION_S
        then[s.D_Y] = thing[s.D_Y] + 0.5 * (thing[s.D_VY] + then[s.D_VY]) * DECISION_S
        risen = 0.5 * (thing[s.D_VZ] + then[s.D_VZ]) * DECISION_S
        risen += (out[tr.O_Z] + noise[3]) * scale[tr.O_Z]
        then[s.D_Z] = max(thing[s.D_Z] + risen, 0.0)
    return total


@inlined
def disagreement(
    model: Transition, e: int, state: State, seed: int, step: int, work: Work
) -> float:
    """How far another member, drawn at random, is from what ``e`` has just said.

    Parameters
    ----------
    model, e, state, seed, step
        As for ``dream_cars``.
    work
        Of ``dream_cars`` and ``dream_things`` in this decision.

    Returns
    -------
    float
        Mean squared difference of the predicted means over vehicles, moving objects and outputs, in units of the
        targets' scales; 0 for a single member.
    """
    members = model.car.b1.shape[0]
    if members == 1:
        return 0.0
    draw = uniforms(seed, step, WHOLE, DOUBTS)[0]
    other = (e + 1 + int(draw * (members - 1))) % members
    total, count = 0.0, 0
    for i in range(VEHICLE_SLOTS):
        if state.cars[i, s.C_LIVE] > 0.0:
            forward(model.car, other, work.car_x[i], work.car_hidden, work.other_car)
            for k in range(tr.NUM_CAR_OUT):
                total += (work.other_car[k] - work.car_out[i, k]) ** 2
                count += 1
    for j in range(DEBRIS_SLOTS):
        if work.moves[j] == 1:
            forward(model.thing, other, work.thing_x[j], work.thing_hidden, work.other_thing)
            for k in range(tr.NUM_THING_OUT):
                total += (work.other_thing[k] - work.thing_out[j, k]) ** 2
                count += 1
    return total / max(count, 1)
