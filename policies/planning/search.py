"""Two-stage search: all plans in a few scenarios, then the best of several families in all scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.planning.manoeuvres import CandidatePlans
from policies.planning.risk import DEFAULT_RISK, RiskWeights, risk_score, weighted_mean

Array = NDArray[np.float64]

ROUNDING_USD: Final = 1e-3
"""Scores that differ by less are equal; the earlier candidate wins, on every machine."""


class Atoms(NamedTuple):
    """Scenarios of ``K`` worlds: ``A`` pairs of (ensemble member, contents at the start)."""

    weights: Array  # (K, A) >= 0, adding up to 1 in every world
    members: NDArray[np.int64]  # (A,) 0 throughout with one model
    content: Any = None  # only the model interprets


Imagine = Callable[[Any, Array, Atoms], Array]
"""``(roots, actions (K, C, T, 2), atoms) -> cost (K, C, A)``: US$ until the end of the plan, tail included."""


class Choice(NamedTuple):
    """The choice in ``K`` worlds; ``F`` finalists, best first."""

    chosen: NDArray[np.int64]  # (K,) candidate; the first finalist
    finalists: NDArray[np.int64]  # (K, F) candidates
    score_usd: Array  # (K, F) inf where a world has fewer feasible candidates than F
    mean_usd: Array  # (K, F)
    worst_usd: Array  # (K, F)


def search(
    imagine: Imagine,
    roots: object,
    library: CandidatePlans,
    first: Atoms,
    second: Atoms,
    *,
    num_finalists: int = 14,
    num_families: int = 3,
    risk: RiskWeights = DEFAULT_RISK,
) -> Choice:
    """Find the plan with the smallest score in each of ``K`` worlds.

    Parameters
    ----------
    imagine
        The model. What it imagines for one world must not depend on the others.
    roots
        Start states of the plans, in a form that only the model interprets.
    library
        ``K x C`` plans; in every world at least one is feasible.
    first
        Few atoms, for stage 1.
    second
        Many atoms, for stage 2.
    num_finalists
        Plans of stage 2.
    num_families
        Families (labels) of which at least one plan reaches stage 2, as far as that many exist.
    risk
        Weights of mean, tail and doubt.

    Raises
    ------
    ValueError
        If a world has no feasible plan, or the model imagines a cost that is not a number.
    """
    if not library.feasible.any(axis=1).all():
        msg = "a world has no feasible plan"
        raise ValueError(msg)
    # what is feasible nowhere is not imagined
    used = np.flatnonzero(library.feasible.any(axis=0))
    cost = _imagined(imagine, roots, library.actions[:, used], first)
    expected = np.full(library.feasible.shape, np.inf)
    expected[:, used] = weighted_mean(cost, first.weights[:, None, :])
    expected[~library.feasible] = np.inf
    count = min(num_finalists, len(used))
    finalists = np.stack(
        [
            pick_finalists(expected[k], library.labels[k], count, num_families)
            for k in range(len(expected))
        ]
    )
    rows = np.arange(len(expected))[:, None]
    final = _imagined(imagine, roots, library.actions[rows, finalists], second)
    score, mean, worst = risk_score(final, second.weights[:, None, :], second.members, risk)
    score = np.where(np.isfinite(expected[rows, finalists]), score, np.inf)
    order = _best_first(score, finalists)
    finalists = np.take_along_axis(finalists, order, axis=1)
    ordered = [np.take_along_axis(values, order, axis=1) for values in (score, mean, worst)]
    return Choice(finalists[:, 0].copy(), finalists, *ordered)


def pick_finalists(
    cost: Array, labels: NDArray[np.int64], count: int, num_families: int
) -> NDArray[np.int64]:
    """The ``count`` cheapest candidates, including the best of at least ``num_families`` families.

    Parameters
    ----------
    cost
        ``(C,)`` US$; ``inf`` = not feasible.
    labels
        ``(C,)`` families; those with the cheapest candidates keep their best one.
    count
        At most ``C``.
    num_families
        Families that keep their best candidate.
    """
    order = np.argsort(_rounded(cost), kind="stable")
    ranked = labels[order]
    _, first_of = np.unique(ranked, return_index=True)
    champions = np.sort(first_of[np.isfinite(cost[order[first_of]])])[:num_families][:count]
    is_taken = np.zeros(len(order), np.bool_)
    is_taken[champions] = True
    others = np.flatnonzero(~is_taken)[: count - len(champions)]
    is_taken[others] = True
    return order[is_taken]


def _imagined(imagine: Imagine, roots: object, actions: Array, atoms: Atoms) -> Array:
    """Costs from the model, checked."""
    cost = imagine(roots, actions, atoms)
    if cost.shape != (*actions.shape[:2], len(atoms.members)) or not np.isfinite(cost).all():
        msg = f"the model returned costs of shape {cost.shape}, or costs that are not finite"
        raise ValueError(msg)
    return cost


def _rounded(cost: Array) -> Array:
    """Costs rounded to steps of ``ROUNDING_USD``."""
    return np.round(cost / ROUNDING_USD)


def _best_first(score: Array, finalists: NDArray[np.int64]) -> NDArray[np.intp]:
    """Order of the finalists of every world: by rounded score, then by candidate."""
    return np.stack([np.lexsort((finalists[k], _rounded(score[k]))) for k in range(len(score))])
