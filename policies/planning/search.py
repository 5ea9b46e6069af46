"""The search of every planner: roll all plans, roll the best of several families more thoroughly, choose the cheapest.

The model is a function that is handed in: the simulator itself, straight lines and formulas, or a learned ensemble.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S
from policies.planning.plans import Plans
from policies.planning.risk import WORST_SHARE, cvar, weighted_mean

Array = NDArray[np.float64]
Roots = TypeVar("Roots")
Roots_contra = TypeVar("Roots_contra", contravariant=True)

ROUNDING_USD: Final = 1e-3
"""Scores that differ by less are equal; the earlier plan wins, on every machine."""

CHUNK: Final = 2
"""Finalists between two looks at the clock, if there is a deadline."""

NOT_ROLLED_USD: Final = 1e9
"""Added to what is shown of plans that were no finalists: they come last."""


class Library(NamedTuple):
    """``C`` plans of ``T`` decisions for each of ``K`` worlds."""

    actions: Array  # (K, C, T, 2) in [-1, 1]
    labels: NDArray[np.int64]  # (K, C) into policies.base.LABELS: the family
    steps: NDArray[np.int64]  # (K,) decisions that count, at most T
    last: NDArray[np.int64]  # (K,) plan under way; -1 = none


class Rolled(NamedTuple):
    """What a model says about plans; values of plans that were not wanted do not count."""

    cost: Array  # (K, C, A) US$ of every case until the end of the plan, what comes later included
    weights: Array  # (K, A) of the cases, adding up to 1
    surcharge: Array  # (K, C) US$ added to the final score, no part of the cost
    first: Array  # (K, C, 2) acceleration (m/s2) and lateral target (m) of the first decision
    path: Array  # (K, C, T, 2)
    met: Array  # (K, C) probability of touching something
    num_futures: int  # rolled per plan


class Roll(Protocol[Roots_contra]):
    """A model of the world."""

    def __call__(
        self, roots: Roots_contra, library: Library, wanted: NDArray[np.bool_], *, is_final: bool
    ) -> Rolled:
        """Roll the plans ``wanted`` ``(K, C)`` from ``roots``, roughly or finally.

        What it says about one world must not depend on the others.
        """
        ...


class SearchWeights(NamedTuple):
    """How plans are chosen."""

    num_finalists: int = (
        0  # plans that are rolled again, finally; 0 = all are rolled finally at once
    )
    num_families: int = (
        3  # families of which at least one plan is among them, as far as that many exist
    )
    loyalty_usd: float = 0.0  # credit for the plan under way: choices do not flicker


class Choice(NamedTuple):
    """The rolled plans of ``K`` worlds, and the best one of each."""

    best: NDArray[np.int64]  # (K,) plan
    plans: Plans
    is_late: bool  # the clock ran out before all finalists were rolled
    imagined_s: Array  # (K,) seconds of future, all plans and members together


def search(
    roll: Roll[Roots],
    roots: Roots,
    library: Library,
    weights: SearchWeights,
    until_s: float = np.inf,
) -> Choice:
    """Find the plan with the smallest score in each of ``K`` worlds; the earlier plan in ties.

    Parameters
    ----------
    roll
        The model.
    roots
        Start states of the plans, in a form that only the model reads.
    library
        The plans. Equal ones are rolled once.
    weights
        How plans are chosen.
    until_s
        Reading of ``time.perf_counter`` after which the best of what is finished is taken; ``inf`` = take the time it
        takes, so that the choice does not depend on the machine.

    Raises
    ------
    ValueError
        If the model returns a cost that is not a number, or costs of another shape.
    """
    original = find_originals(library.actions, library.steps)
    everything = np.ones(library.labels.shape, np.bool_)
    is_single = weights.num_finalists == 0
    rolled = _roll(roll, roots, library, everything, original, is_final=is_single)
    plans = _judge(rolled, has_cases=is_single)
    futures = _once(everything, original).sum(axis=1) * rolled.num_futures
    surcharge, done, is_late = rolled.surcharge, everything, False
    if not is_single:
        order = _finalists(library, plans.score, weights)
        done = np.zeros(everything.shape, np.bool_)
        chunk = order.shape[1] if np.isinf(until_s) else CHUNK
        for begin in range(0, order.shape[1], chunk):
            is_late = time.perf_counter() > until_s
            if is_late:
                break
            wanted = np.zeros(done.shape, np.bool_)
            np.put_along_axis(wanted, order[:, begin : begin + chunk], True, axis=1)
            again = _roll(roll, roots, library, wanted, original, is_final=True)
            plans = _replace(plans, _judge(again, has_cases=True), wanted)
            futures += _once(wanted, original).sum(axis=1) * again.num_futures
            done |= wanted
        # with no time at all, what was rolled once has to do
        done = done if done.any() else everything
    imagined_s = futures * library.steps * DECISION_S
    score = np.where(done, plans.score + surcharge, np.inf)
    best = np.round(_favour(library, score, weights.loyalty_usd) / ROUNDING_USD).argmin(axis=1)
    shown = np.where(done, score, plans.score + surcharge + NOT_ROLLED_USD)
    return Choice(best, plans._replace(score=shown), is_late, imagined_s)


def pick_finalists(
    cost: Array, labels: NDArray[np.int64], count: int, num_families: int
) -> NDArray[np.int64]:
    """The ``count`` cheapest candidates, including the best of at least ``num_families`` families.

    Parameters
    ----------
    cost
        ``(C,)`` US$.
    labels
        ``(C,)`` families; those with the cheapest candidates keep their best one.
    count
        At most ``C``.
    num_families
        Families that keep their best candidate.
    """
    order = np.argsort(np.round(cost / ROUNDING_USD), kind="stable")
    _, first_of = np.unique(labels[order], return_index=True)
    champions = np.sort(first_of)[:num_families][:count]
    is_taken = np.zeros(len(order), np.bool_)
    is_taken[champions] = True
    others = np.flatnonzero(~is_taken)[: count - len(champions)]
    is_taken[others] = True
    return order[is_taken]


def find_originals(actions: Array, steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index ``(K, C)`` of the first plan with the same actions, because a part of every library are duplicates.

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


def _roll(
    roll: Roll[Roots],
    roots: Roots,
    library: Library,
    wanted: NDArray[np.bool_],
    original: NDArray[np.int64],
    *,
    is_final: bool,
) -> Rolled:
    """Roll the selected plans, duplicates once, and check the costs."""
    rolled = roll(roots, library, _once(wanted, original), is_final=is_final)
    if rolled.cost.shape != (*wanted.shape, rolled.weights.shape[1]):
        msg = f"the model returned costs of shape {rolled.cost.shape}"
        raise ValueError(msg)
    world, plan = np.nonzero(wanted & (original != np.arange(wanted.shape[1])))
    source = original[world, plan]
    for found in (rolled.cost, rolled.surcharge, rolled.first, rolled.path, rolled.met):
        found[world, plan] = found[world, source]
    if not np.isfinite(rolled.cost[wanted]).all():
        msg = "the model returned costs that are not finite"
        raise ValueError(msg)
    return rolled


def _judge(rolled: Rolled, *, has_cases: bool) -> Plans:
    """Scores of rolled plans, which are mean costs; the costs of the cases are kept where they are final."""
    weights = rolled.weights[:, None, :]
    mean, worst = weighted_mean(rolled.cost, weights), cvar(rolled.cost, weights, WORST_SHARE)
    plans = Plans(mean.copy(), mean, worst, rolled.first, rolled.path, rolled.met)
    return plans._replace(outcomes=rolled.cost, weights=rolled.weights) if has_cases else plans


def _replace(plans: Plans, found: Plans, wanted: NDArray[np.bool_]) -> Plans:
    """Plans with the values of those that were rolled finally."""
    outcomes = plans.outcomes
    if not len(outcomes):
        outcomes = np.full(found.outcomes.shape, np.nan)
    outcomes[wanted] = found.outcomes[wanted]
    for kept, new in zip(plans[:6], found[:6], strict=True):
        kept[wanted] = new[wanted]
    return plans._replace(outcomes=outcomes, weights=found.weights)


def _finalists(library: Library, score: Array, weights: SearchWeights) -> NDArray[np.int64]:
    """Plans of the second stage, ``(K, F)``."""
    count = min(weights.num_finalists, score.shape[1])
    ranked = _favour(library, score, weights.loyalty_usd)
    return np.stack(
        [
            pick_finalists(row, labels, count, weights.num_families)
            for row, labels in zip(ranked, library.labels, strict=True)
        ]
    )


def _favour(library: Library, score: Array, loyalty_usd: float) -> Array:
    """Scores with a credit for the plan under way."""
    favoured = score.copy()
    rows = np.flatnonzero(library.last >= 0)
    favoured[rows, library.last[rows]] -= loyalty_usd
    return favoured


def _once(wanted: NDArray[np.bool_], original: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Plans to roll so that the costs of all selected ones are known."""
    found = np.zeros(wanted.shape, np.bool_)
    np.logical_or.at(found, (np.arange(len(wanted))[:, None], original), wanted)
    return found
