"""Scores plans by their imagined costs: mean, tail (CVaR) and disagreement between members."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.numbers_within import check_numbers

Array = NDArray[np.float64]


class RiskWeights(NamedTuple):
    """Weights of mean, tail and disagreement (policies/world_model/SOURCES.md 4.5); chosen on validation seeds only."""

    tail_share: float = 0.5  # of the score that is CVaR, the rest is the mean
    alpha: float = 0.2  # the worst share of outcomes
    doubt: float = 0.2  # lambda: times the standard deviation between members


DEFAULT_RISK: Final = RiskWeights()
"""The start values of policies/world_model/SOURCES.md 4.5."""


def check_risk(weights: RiskWeights) -> None:
    """Refuse weights out of range."""
    check_numbers(
        ("tail_share", weights.tail_share, 0.0, 1.0),
        ("alpha", weights.alpha, 0.01, 1.0),
        ("doubt", weights.doubt, 0.0, 100.0),
    )


def weighted_mean(cost: Array, weights: Array) -> Array:
    """Expected cost ``(...)``, US$: ``cost`` is ``(..., A)``, ``weights`` ``(..., A)`` or ``(A,)``, adding up to 1."""
    mean: Array = (cost * weights).sum(axis=-1)
    return mean


def cvar(cost: Array, weights: Array, alpha: float) -> Array:
    """Mean of the worst ``alpha`` of the outcomes, US$; the last atom counts in part. Shapes as for ``weighted_mean``.

    Examples
    --------
    >>> float(cvar(np.array([0.0, 10.0, 100.0]), np.array([0.5, 0.4, 0.1]), 0.2))
    55.0
    """
    order = np.argsort(-cost, axis=-1, kind="stable")
    worst = np.take_along_axis(cost, order, axis=-1)
    share = np.take_along_axis(np.broadcast_to(weights, cost.shape), order, axis=-1)
    left = alpha - (np.cumsum(share, axis=-1) - share)
    # written with the smallest cost as zero, so that rounding of the weights does not matter
    counted = np.clip(np.minimum(share, left), 0.0, None)
    low = worst[..., -1]
    mean: Array = low + (counted * (worst - low[..., None])).sum(axis=-1) / alpha
    return mean


def member_sd(cost: Array, weights: Array, members: NDArray[np.int64]) -> Array:
    """Standard deviation of the expected cost between ensemble members, US$; 0 with one member.

    ``members`` ``(A,)`` is the member that imagined each atom; other shapes as for ``weighted_mean``.
    """
    distinct = np.unique(members)
    if len(distinct) < 2:
        return np.zeros(cost.shape[:-1])
    is_of = members == distinct[:, None]
    weight = np.broadcast_to(weights, cost.shape)[..., None, :] * is_of
    total = weight.sum(axis=-1)
    expected = (weight * cost[..., None, :]).sum(axis=-1) / np.maximum(total, 1e-300)
    mean = (total * expected).sum(axis=-1, keepdims=True)
    sd: Array = np.sqrt((total * (expected - mean) ** 2).sum(axis=-1))
    return sd


def risk_score(
    cost: Array, weights: Array, members: NDArray[np.int64], risk: RiskWeights
) -> tuple[Array, Array, Array]:
    """Score (the smallest is chosen), mean and CVaR, US$; shapes as for ``member_sd``."""
    mean = weighted_mean(cost, weights)
    worst = cvar(cost, weights, risk.alpha)
    score = (1.0 - risk.tail_share) * mean + risk.tail_share * worst
    if risk.doubt:
        score = score + risk.doubt * member_sd(cost, weights, members)
    return score, mean, worst
