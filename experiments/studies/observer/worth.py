"""Worth of evidence in US$: the plan chosen with it against the plan chosen without it, in the true world."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import LANE_WIDTH_M, debris, episode, vehicle
from envs.specification.world import Batch
from experiments.studies.observer.candidates import Candidates, resample
from experiments.studies.observer.drive import make_worlds, put_contents
from policies.planning import library

Array = NDArray[np.float64]

HORIZON: Final = 40
"""Decisions that are rolled: 8 s, enough to pass an object that is met within 5 s and to settle [A]."""

NUM_WORLDS: Final = 32
"""Candidate contents for which the plans are rolled [A]."""

NUM_NOISES: Final = 48
"""Noises for which the plans are rolled with the true contents: half choose, half judge [A]."""

_FOR_ONE: Final = library.MANOEUVRES[library.MANOEUVRES[:, 1] == 0.0]
"""Manoeuvres that are about the nearest object, not about a second one."""


class Worth(NamedTuple):
    """Costs of the plan that is best by some belief, US$."""

    without_usd: float  # by the belief before the evidence
    with_usd: float  # by the belief after it
    perfect_usd: float  # by the true contents


class Costs(NamedTuple):
    """Costs of ``C`` plans."""

    candidates: Array  # (W, C) with candidate contents
    proposal: Array  # (W,) how often these were drawn, relative to their weights
    chosen: NDArray[np.intp]  # (W,) which candidates these are
    true: Array  # (NUM_NOISES, C) with the true contents


def roll_plans(
    instance: ScenarioInstance,
    state: Batch,
    j: int,
    contents: Candidates,
    weights: tuple[Array, Array],
    cost: CostParameters | None,
    rng: np.random.Generator,
) -> Costs:
    """Roll the planners' library from one state, with candidate contents and with the true ones.

    Parameters
    ----------
    instance
        Of which the state is.
    state
        ``(1,)`` world.
    j
        The object.
    contents
        ``S`` candidates.
    weights
        ``(S,)`` each, before and after the evidence: candidates are drawn from their mean.
    cost
        Cost parameters.
    rng
        Consumed.
    """
    mixed = 0.5 * (weights[0] + weights[1])
    chosen = resample(mixed, NUM_WORLDS, rng)
    worlds = np.repeat(state, NUM_WORLDS)
    put_contents(worlds, j, contents.take(chosen, mixed[chosen]))
    actions = _lay_out(state, j)
    believed = _roll(instance, worlds, actions, cost, rng)
    true = _roll(instance, np.repeat(state, NUM_NOISES), actions, cost, rng)
    return Costs(believed, mixed[chosen], chosen, true)


def judge(costs: Costs, before: Array, after: Array) -> Worth:
    """Judge the plans that are best before and after the evidence, by weights of the candidates, ``(S,)``."""
    half = NUM_NOISES // 2
    choose, true = costs.true[:half].mean(axis=0), costs.true[half:].mean(axis=0)

    def best(weight: Array) -> int:
        share = weight[costs.chosen] / costs.proposal
        return int((share @ costs.candidates).argmin())

    return Worth(
        float(true[best(before)]), float(true[best(after)]), float(true[int(choose.argmin())])
    )


def _roll(
    instance: ScenarioInstance,
    worlds: Batch,
    actions: Array,
    cost: CostParameters | None,
    rng: np.random.Generator,
) -> Array:
    """Costs of plans ``(C, T, 2)`` in every world with new noise, ``(W, C)``."""
    env = make_worlds(instance, len(worlds), cost)
    env.reset(options={"instance": instance})
    env.batch[:] = worlds
    env.batch["episode_i"][:, episode.NOISE_SEED] = rng.integers(2**62, size=len(worlds))
    plans = np.broadcast_to(actions, (len(worlds), *actions.shape))
    total: Array = env.branch(plans).cost_usd.sum(axis=(2, 3))
    return total


def _lay_out(state: Batch, j: int) -> Array:
    """Actions of the planners' library for object ``j`` of a state, ``(C, HORIZON, 2)``."""
    world = state.view(np.ndarray)[0]
    f, v, e = world["debris_f"][:, j], world["vehicle_f"][:, 0], world["episode_f"]
    cos, sin = abs(np.cos(f[debris.YAW])), abs(np.sin(f[debris.YAW]))
    ahead = f[debris.X] - v[vehicle.X]
    closing = max(v[vehicle.SPEED] - f[debris.VX], 0.05 * v[vehicle.SPEED], 1.0)
    objects = np.zeros((2, 4))
    objects[0] = (
        # an object that moves ahead is met later, as if it lay further away
        ahead * max(v[vehicle.SPEED] / closing, 1.0),
        f[debris.Y],
        0.5 * (f[debris.LENGTH] * sin + f[debris.WIDTH] * cos),
        0.5 * (f[debris.LENGTH] * cos + f[debris.WIDTH] * sin),
    )
    objects[1, 0] = np.inf
    half = 0.5 * v[vehicle.WIDTH]
    centre = round(v[vehicle.Y] / LANE_WIDTH_M) * LANE_WIDTH_M
    lateral = np.array(
        [v[vehicle.Y], 0.0, e[episode.LEFT_EDGE] + half, e[episode.RIGHT_EDGE] - half, centre]
    )
    actions = np.zeros((len(_FOR_ONE), HORIZON, 2))
    library.write_actions(
        _FOR_ONE, v[vehicle.SPEED], e[episode.SET_SPEED], lateral, objects, True, actions
    )
    return actions
