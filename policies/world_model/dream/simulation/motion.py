"""Motion in a dream: the transition of ``policies.world_model.model.dynamics`` with sampled noise.

With temperature 0 the same numbers come out, which a test holds.
"""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled, inlined
from envs.physics.noise import normal_quantile, uniforms
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.networks.compiled import forward
from policies.world_model.dream.simulation.arrays import DOUBTS, MOVE, OBJECTS, WHOLE, Work
from policies.world_model.model import dynamics as tr
from policies.world_model.model import motion_features as mf
from policies.world_model.model import state as s
from policies.world_model.model.parameters import Transition
from policies.world_model.model.state import State

LOWEST, HIGHEST = -9.0, 3.0
"""Bounds of log variances: those of ``policies.world_model.training.fits.fit_loop``, which needs torch."""

GRIP_MPS2: Final = 7.8
"""Largest acceleration of tyres on a dry road [A: friction of 0.8]."""

GUST_MPS: Final = 0.8
"""Speed that noise may give an object in a decision [A: below the 1 m/s beyond which the audit wants a cause]."""


@inlined
def _spread(log_variance: float) -> float:
    """Standard deviation of the noise in units of the target's scale."""
    return math.exp(0.5 * min(max(log_variance, LOWEST), HIGHEST))


@compiled
def _keep_grip(mean: Array, scale: Array, said: Array) -> None:
    """Limit noise to the grip of tyres, in place; only the mean may exceed it, as in a crash."""
    along = tr.V_ACCELERATION
    middle, limit = mean[along], GRIP_MPS2 / scale[along]
    said[along] = min(max(said[along], min(middle, -limit)), max(middle, limit))


@compiled
def _limit_gust(thing: Array, mean: Array, scale: Array, said: Array) -> None:
    """Limit noise in place, so that an object on the road gains no more speed from it than from a gust."""
    vx = thing[s.D_VX] + mean[tr.O_VX] * scale[tr.O_VX]
    vy = thing[s.D_VY] + mean[tr.O_VY] * scale[tr.O_VY]
    limit = max(math.hypot(thing[s.D_VX], thing[s.D_VY]) + GUST_MPS, math.hypot(vx, vy))
    x = (said[tr.O_VX] - mean[tr.O_VX]) * scale[tr.O_VX]
    y = (said[tr.O_VY] - mean[tr.O_VY]) * scale[tr.O_VY]
    if math.hypot(vx + x, vy + y) <= limit:
        return
    # the share of the noise that reaches the limit: |v + share * noise| = limit
    a, b = x * x + y * y, vx * x + vy * y
    c = vx * vx + vy * vy - limit * limit
    share = (math.sqrt(max(b * b - a * c, 0.0)) - b) / max(a, 1e-12)
    said[tr.O_VX] = mean[tr.O_VX] + share * (said[tr.O_VX] - mean[tr.O_VX])
    said[tr.O_VY] = mean[tr.O_VY] + share * (said[tr.O_VY] - mean[tr.O_VY])


@inlined
def dream_cars(
    model: Transition, e: int, state: State, seed: int, step: int, temperature: float, work: Work
) -> float:
    """Advance all vehicles by one decision; returns the sum of predicted variances, in units of the targets' scales.

    ``seed`` and ``step`` are those of the noise, ``temperature`` is its factor; ``after.cars``, ``car_x`` and
    ``car_out`` of ``work`` are overwritten.
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
        total += math.exp(min(max(out[3], LOWEST), HIGHEST))
        said = work.other_car
        for k in range(tr.NUM_CAR_OUT):
            said[k] = out[k]
        # across the road drivers keep to their lane or change it: a normal error between the two drifts into others
        along = tr.V_ACCELERATION
        noise = _spread(out[tr.NUM_CAR_OUT + along]) * normal_quantile(draws[0])
        said[along] += temperature * noise
        _keep_grip(out, scale, said)
        tr.place_car(car, said, 0, scale, then)
        # what a driver means to do goes on, noise does not: copied from decision to decision it would run away
        meant = out[along] * scale[along]
        then[s.C_ACCELERATION], then[s.C_HARSHEST] = meant, max(car[s.C_HARSHEST], -meant)
    return total


@inlined
def dream_things(
    model: Transition, e: int, state: State, seed: int, step: int, temperature: float, work: Work
) -> float:
    """Advance all objects by one decision; arguments and result as for ``dream_cars``."""
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
        total += math.exp(min(max(out[n], LOWEST), HIGHEST))
        said = work.other_thing
        for k in range(n):
            said[k] = out[k] + temperature * _spread(out[n + k]) * normal_quantile(draws[k])
        _limit_gust(thing, out, scale, said)
        tr.place_thing(thing, said, 0, scale, then)
    return total


@inlined
def disagreement(
    model: Transition, e: int, state: State, seed: int, step: int, work: Work
) -> float:
    """Distance between the predictions of member ``e`` and of another member, drawn at random.

    Mean squared difference of the predicted means over vehicles, moving objects and outputs, in units of the targets'
    scales; 0 for a single member.

    ``work`` is that of ``dream_cars`` and ``dream_things`` in this decision.
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
