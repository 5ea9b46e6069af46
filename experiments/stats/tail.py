"""The bad end: mean of the dearest five per cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.resampling import Draw, Families, cluster_weights

CAP_USD: Final = 50_000.0
"""Cost that an episode counts at most in a capped mean: one fatal crash would otherwise outweigh all others."""

BLOCK: Final = 64
"""Resamples that are looked at together: few enough to stay in the cache."""


def cvar(
    cost: NDArray[np.float64], share: float, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Conditional value at risk: mean of the dearest ``share`` of the weight.

    Parameters
    ----------
    cost
        ``(n,)``.
    share
        0.05 for CVaR95.
    weights
        ``(R, n)``; equal weights, once, if not given.

    Returns
    -------
    ndarray
        ``(R,)``; the last observation counts in part, so that exactly ``share`` is averaged.
    """
    order = np.argsort(-cost, kind="stable")
    if weights is None:
        weights = np.ones((1, len(cost)))
    blocks = [
        _tail(cost[order], share, weights[k : k + BLOCK][:, order])
        for k in range(0, len(weights), BLOCK)
    ]
    return np.concatenate(blocks)


def _tail(
    cost: NDArray[np.float64], share: float, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``cvar`` of costs that fall."""
    wanted = share * weights.sum(axis=1, keepdims=True)
    before = np.cumsum(weights, axis=1)
    before -= weights
    used = np.clip(wanted - before, 0.0, weights)
    found: NDArray[np.float64] = used @ cost / wanted[:, 0]
    return found


def cvar95(
    cost: NDArray[np.float64],
    cluster: Sequence[str],
    *,
    level: float,
    num_resamples: int,
    rng: np.random.Generator,
    families: Families = "sampled",
    draw: Draw = cluster_weights,
) -> Interval:
    """Mean of the dearest 5 % of episodes, US$, with a bootstrap interval clustered by family.

    Parameters
    ----------
    cost
        ``(n,)``.
    cluster
        ``(n,)`` scenario families.
    level
        Of the interval.
    num_resamples
        Of the bootstrap.
    rng
        Consumed.
    families
        What the interval is about, see ``cluster_weights``.
    draw
        Draws the weights; ``Drawn`` keeps them for whoever asks again.

    Returns
    -------
    Interval
        With few episodes its upper end is an underestimate: what was not seen is not resampled.
    """
    weights = draw(cluster, num_resamples, rng, families=families)
    return percentile_interval(float(cvar(cost, 0.05)[0]), cvar(cost, 0.05, weights), level)
