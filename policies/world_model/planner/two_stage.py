"""The two-stage planner: imagine all plans with one member, then the best of several families with all members."""

from __future__ import annotations

import time
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S
from envs.specification.world import Batch, empty_batch
from policies.planning.library import manoeuvre_labels
from policies.planning.plans import Plans
from policies.planning.risk import RiskWeights
from policies.planning.search import ROUNDING_USD, pick_finalists
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.imagination.imagine import imagine
from policies.world_model.imagination.scoring import reduce_costs, score_atoms
from policies.world_model.model.parameters import Learned
from policies.world_model.model.state import State, empty_state

Array = NDArray[np.float64]

HARD_BRAKING_MPS2: Final = -3.0
"""Braking harder than this counts as hard."""

CHUNK: Final = 2
"""Finalists between two looks at the clock, if there is a deadline."""

NOT_IMAGINED_USD: Final = 1e9
"""Added to what is shown of plans that were no finalists: they come last."""


class Candidates(NamedTuple):
    """``C`` plans of ``T`` decisions for each of ``K`` worlds, and their start states."""

    states: State  # fields (K, ...)
    roots: Batch  # (K,) cost ledgers
    belief: Array  # (K, 4, NUM_CLASSES), zero for objects that do not matter
    actions: Array  # (K, C, T, 2) in [-1, 1]
    steps: NDArray[np.int64]  # (K,) decisions that are left, at most T
    nothing: Array  # (K,) probability that nothing is there at all
    is_quiet: NDArray[np.bool_]  # (K,) no vehicle forces a decision
    last: NDArray[np.int64]  # (K,) plan under way, -1 = none


class Weights(NamedTuple):
    """Weights of the choice; see ``policies.world_model.WorldModel``."""

    num_finalists: int
    num_families: int
    risk: RiskWeights
    loyalty_usd: float
    needless_usd: float


class Choice(NamedTuple):
    """Imagined plans and the best one of each world."""

    plans: Plans
    best: NDArray[np.int64]  # (K,) plan
    is_late: bool  # the clock ran out before all finalists were imagined
    imagined_s: Array  # (K,) seconds of future, all plans and members together


class TwoStagePlanner:
    """Imagines all candidates with one member, then finalists with all members, and chooses the cheapest.

    Parameters
    ----------
    learned
        The world model.
    params
        ``CostParameters.to_array()``.
    weights
        How plans are chosen.
    """

    def __init__(self, learned: Learned, params: Array, weights: Weights) -> None:
        self._learned, self._params, self._weights = learned, params, weights
        self._members = np.arange(learned.transition.car.b1.shape[0])
        self._labels = manoeuvre_labels()
        self._scratch = (empty_state(), empty_state(), empty_batch(1))

    def choose(self, candidates: Candidates, until_s: float) -> Choice:
        """Imagine the candidates and choose; the earlier plan in ties.

        Parameters
        ----------
        candidates
            Plans and where they begin.
        until_s
            Reading of ``time.perf_counter`` after which the best of what is finished is taken; ``inf`` = take the time
            it takes, so that the choice does not depend on the machine.
        """
        plans = _empty_plans(candidates, len(self._members))
        all_plans = np.ones(plans.score.shape, np.bool_)
        original = find_originals(candidates.actions, candidates.steps)
        cost = self._imagine(candidates, all_plans, original, self._members[:1], plans)
        main, cases, weights = reduce_costs(cost, candidates.belief)
        for kept, found in zip(
            plans, score_atoms(cases, weights, self._weights.risk), strict=False
        ):
            kept[:] = found
        plans.weights[:] = np.tile(weights / len(self._members), (1, len(self._members)))
        order = self._finalists(candidates, plans.score)
        done = np.zeros(plans.score.shape, np.bool_)
        chunk = order.shape[1] if np.isinf(until_s) else CHUNK
        is_late = False
        for begin in range(0, order.shape[1], chunk):
            is_late = time.perf_counter() > until_s
            if is_late:
                break
            wanted = np.zeros(done.shape, np.bool_)
            np.put_along_axis(wanted, order[:, begin : begin + chunk], True, axis=1)
            self._imagine_again(candidates, wanted, original, main, plans)
            done |= wanted
        # with no time at all, what was imagined once has to do
        choice = done if done.any() else all_plans
        futures = _once(all_plans, original).sum(axis=1)
        futures += _once(done, original).sum(axis=1) * len(self._members)
        imagined_s = futures * candidates.steps * DECISION_S
        return Choice(*self._choose(candidates, plans, choice), is_late, imagined_s)

    def _finalists(self, candidates: Candidates, score: Array) -> NDArray[np.int64]:
        """Plans of stage 2, the most promising first: ``(K, F)``."""
        w = self._weights
        ranked = self._loyal(candidates, score)
        return np.stack(
            [pick_finalists(row, self._labels, w.num_finalists, w.num_families) for row in ranked]
        )

    def _loyal(self, candidates: Candidates, score: Array) -> Array:
        """Scores with a credit for the plan under way."""
        favoured = score.copy()
        rows = np.flatnonzero(candidates.last >= 0)
        favoured[rows, candidates.last[rows]] -= self._weights.loyalty_usd
        return favoured

    def _imagine_again(
        self,
        candidates: Candidates,
        wanted: NDArray[np.bool_],
        original: NDArray[np.int64],
        main: NDArray[np.int64],
        plans: Plans,
    ) -> None:
        """Imagine some plans with all members; the results replace the first ones, in place."""
        cost = self._imagine(candidates, wanted, original, self._members, plans)
        _, cases, weights = reduce_costs(cost, candidates.belief, main)
        found = score_atoms(cases, weights, self._weights.risk)
        for kept, new in zip((plans.score, plans.mean, plans.worst), found, strict=True):
            kept[wanted] = new[wanted]
        plans.outcomes[wanted] = cases.reshape(plans.outcomes.shape)[wanted]

    def _choose(
        self, candidates: Candidates, plans: Plans, choice: NDArray[np.bool_]
    ) -> tuple[Plans, NDArray[np.int64]]:
        """The cheapest of some plans, including the price of needless hard braking."""
        is_hard = (plans.first[..., 0] < HARD_BRAKING_MPS2) & candidates.is_quiet[:, None]
        score = plans.score + self._weights.needless_usd * is_hard * candidates.nothing[:, None]
        favoured = self._loyal(candidates, np.where(choice, score, np.inf))
        best: NDArray[np.int64] = np.round(favoured / ROUNDING_USD).argmin(axis=1)
        shown = np.where(choice, score, score + NOT_IMAGINED_USD)
        return plans._replace(score=shown), best

    def _imagine(
        self,
        candidates: Candidates,
        wanted: NDArray[np.bool_],
        original: NDArray[np.int64],
        members: NDArray[np.int64],
        plans: Plans,
    ) -> Array:
        """Costs ``(K, C, M, 4, NUM_CLASSES + 1)`` of the selected plans; duplicates are imagined once."""
        objects = candidates.belief.shape[1]
        cost = np.zeros((*wanted.shape, len(members), objects, NUM_CLASSES + 1))
        imagine(
            self._learned,
            candidates.states,
            candidates.roots,
            candidates.belief,
            candidates.actions,
            _once(wanted, original),
            candidates.steps,
            members,
            len(members) == 1,
            self._params,
            self._scratch,
            cost,
            plans.first,
            plans.path,
            plans.met,
        )
        world, plan = np.nonzero(wanted & (original != np.arange(wanted.shape[1])))
        source = original[world, plan]
        for found in (cost, plans.first, plans.path, plans.met):
            found[world, plan] = found[world, source]
        return cost


def find_originals(actions: Array, steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index ``(K, C)`` of the first plan with the same actions, because a fifth of the library are duplicates.

    Parameters
    ----------
    actions
        ``(K, C, T, 2)``.
    steps
        ``(K,)`` decisions that count.
    """
    found = np.zeros(actions.shape[:2], np.int64)
    for k, (plans, left) in enumerate(zip(actions, steps, strict=True)):
        rows = plans[:, :left].reshape(len(plans), -1)
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        found[k] = first[inverse]
    return found


def _once(wanted: NDArray[np.bool_], original: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Plans to imagine so that the costs of all selected ones are known."""
    found = np.zeros(wanted.shape, np.bool_)
    np.logical_or.at(found, (np.arange(len(wanted))[:, None], original), wanted)
    return found


def _empty_plans(candidates: Candidates, num_members: int) -> Plans:
    """Empty arrays for the imagined plans."""
    count, num_plans, horizon, _ = candidates.actions.shape
    cases = num_members * NUM_CLASSES
    return Plans(
        np.zeros((count, num_plans)),
        np.zeros((count, num_plans)),
        np.zeros((count, num_plans)),
        np.zeros((count, num_plans, 2)),
        np.zeros((count, num_plans, horizon, 2)),
        np.zeros((count, num_plans)),
        np.full((count, num_plans, cases), np.nan),
        np.zeros((count, cases)),
    )
