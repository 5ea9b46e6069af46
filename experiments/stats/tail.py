"""The costly tail: mean of the costliest five per cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval
from experiments.stats.resampling import Bootstrap

CAP_USD: Final = 50_000.0
"""Largest cost of an episode in a capped mean; otherwise one fatal crash would outweigh all others."""

BLOCK: Final = 64
"""Number of resamples that are processed at once: few enough to stay in the cache."""


def cvar(
    cost: NDArray[np.float64], share: float, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Conditional value at risk: mean of the costliest ``share`` of the weight.

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
    """``cvar`` for costs in descending order."""
    wanted = share * weights.sum(axis=1, keepdims=True)
    before = np.cumsum(weights, axis=1)
    before -= weights
    used = np.clip(wanted - before, 0.0, weights)
    found: NDArray[np.float64] = used @ cost / wanted[:, 0]
    return found


def cvar95(cost: NDArray[np.float64], cluster: Sequence[str], bootstrap: Bootstrap) -> Interval:
    """Mean of the costliest 5 % of ``(n,)`` episodes clustered in families, US$.

    With few episodes the upper end is an underestimate: what was not seen is not resampled.
    """
    weights = bootstrap.weights(cluster)
    return bootstrap.interval(float(cvar(cost, 0.05)[0]), cvar(cost, 0.05, weights))
