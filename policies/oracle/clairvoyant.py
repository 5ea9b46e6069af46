"""The clairvoyant: a planner that knows the true world and its future; a practical upper bound for all policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import decode_target
from envs.errors import UserError
from envs.specification import DECISIONS_PER_EPISODE, episode, vehicle
from policies.base import (
    BRAKE,
    KEEP,
    STEER_LEFT,
    STEER_RIGHT,
    STRADDLE,
    Explanation,
    Observation,
    Policy,
)
from policies.oracle.copies import Bound, roll_closed_loop
from policies.oracle.episode_plans import Array, first_plans, vary

STARTS_S: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 5.5, 7.0)
"""When a manoeuvre of the library may begin: objects come within reach during the first seconds of an episode."""

IMPROVEMENT_USD: Final = 1e-6
"""A plan replaces another only if it is cheaper by more than rounding."""


class Clairvoyant(Bound):
    """Plans the whole episode at its start in the true world with the true noise, and executes the plan.

    The best of what a portfolio of other policies would do and of the plans of ``first_plans`` is improved by random
    local search. The twin's ``branch`` gives every cost exactly as executed, so it never costs more than any policy of
    its portfolio, in any instance.

    Parameters
    ----------
    portfolio
        Policies whose decisions it may copy.
    num_rounds
        Rounds of local search.
    num_varied
        Plans tried in each round.
    negligible_usd
        Plans this cheap are not improved.

    Raises
    ------
    UserError
        If a number is out of range.
    """

    def __init__(
        self,
        portfolio: Sequence[Policy] = (),
        num_rounds: int = 12,
        num_varied: int = 24,
        negligible_usd: float = 1.0,
    ) -> None:
        if num_rounds < 0 or num_varied < 1:
            raise UserError(
                f"num_rounds, num_varied: got {num_rounds}, {num_varied}, expected >= 0 and >= 1"
            )
        self._portfolio = tuple(portfolio)
        self._num_rounds, self._num_varied = num_rounds, num_varied
        self._negligible = float(negligible_usd)
        self._plans: Array = np.zeros((0, DECISIONS_PER_EPISODE, 2))
        self._predicted: Array = np.zeros(0)
        self._clock = np.zeros(0, np.int64)

    @property
    def predicted_usd(self) -> Array:
        """Cost that was predicted at the start of every world's episode, ``(B,)`` US$."""
        return self._predicted.copy()

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Plan the episodes that begin."""
        if len(self._clock) != len(mask):
            self._plans = np.zeros((len(mask), DECISIONS_PER_EPISODE, 2))
            self._predicted = np.zeros(len(mask))
            self._clock = np.zeros(len(mask), np.int64)
        chosen = np.flatnonzero(mask)
        self._clock[chosen] = 0
        actions, costs = roll_closed_loop(self._bound(), chosen, self._portfolio, seeds[chosen])
        for k, b in enumerate(chosen.tolist()):
            rng = np.random.default_rng(int(seeds[b]))
            self._plans[b], self._predicted[b] = self._plan(b, actions[k], costs[k], rng)

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The next action of every plan; the observation is not used."""
        del observation
        rows = np.arange(len(self._clock))
        action = self._plans[rows, np.minimum(self._clock, DECISIONS_PER_EPISODE - 1)]
        self._clock += 1
        return action

    def explain(self) -> Explanation:
        """The label of the present part of the plan."""
        f = self._bound().batch["vehicle_f"]
        e = self._bound().batch["episode_f"]
        rows = np.arange(len(self._clock))
        now = self._plans[rows, np.minimum(self._clock - 1, DECISIONS_PER_EPISODE - 1)]
        half = 0.5 * f[:, vehicle.WIDTH, 0]
        low, high = e[:, episode.LEFT_EDGE] + half, e[:, episode.RIGHT_EDGE] - half
        aside = decode_target(now[:, 1], low, high) - f[:, vehicle.Y, 0]
        labels = np.full(len(rows), KEEP)
        labels[np.abs(aside) > 0.1] = STRADDLE
        labels[aside < -0.5] = STEER_LEFT
        labels[aside > 0.5] = STEER_RIGHT
        labels[now[:, 0] < 0.0] = BRAKE
        return Explanation(labels, np.zeros(len(rows), np.int64), ("plan of the whole episode",))

    def _plan(
        self, b: int, actions: Array, costs: Array, rng: np.random.Generator
    ) -> tuple[Array, float]:
        """The best plan found for world ``b``, and its cost."""
        world: np.void = self._bound().batch.view(np.ndarray)[b]
        best, cost = np.zeros((DECISIONS_PER_EPISODE, 2)), np.inf
        if len(costs):
            cheapest = int(costs.argmin())
            best, cost = _fill(actions[cheapest]), float(costs[cheapest])
        if cost > self._negligible:
            tried = first_plans(world, STARTS_S, DECISIONS_PER_EPISODE)
            best, cost = self._better(b, tried, best, cost)
        for k in range(self._num_rounds):
            if cost <= self._negligible:
                break
            scale = 1.0 - 0.8 * k / self._num_rounds
            tried = vary(best, self._num_varied, DECISIONS_PER_EPISODE // 2, scale, rng)
            best, cost = self._better(b, tried, best, cost)
        return best, cost

    def _better(self, b: int, tried: Array, best: Array, cost: float) -> tuple[Array, float]:
        """The cheapest of some plans and the present one."""
        totals = self._bound().branch(tried[None], worlds=[b]).cost_usd.sum(axis=(2, 3))[0]
        k = int(totals.argmin())
        return (tried[k], float(totals[k])) if totals[k] < cost - IMPROVEMENT_USD else (best, cost)


def _fill(actions: Array) -> Array:
    """Actions for the whole length of an episode; the last one is repeated."""
    missing = DECISIONS_PER_EPISODE - len(actions)
    return np.concatenate([actions, np.repeat(actions[-1:], missing, axis=0)])
