"""The bad end: mean of the dearest five per cent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.resampling import Families, cluster_weights


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
    w = np.ones((1, len(cost))) if weights is None else weights[:, order]
    w = w / w.sum(axis=1, keepdims=True)
    before = np.cumsum(w, axis=1) - w
    used = np.clip(share - before, 0.0, w)
    tail: NDArray[np.float64] = used @ cost[order]
    return tail / share


def cvar95(
    cost: NDArray[np.float64],
    cluster: Sequence[str],
    *,
    level: float,
    num_resamples: int,
    rng: np.random.Generator,
    families: Families = "sampled",
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

    Returns
    -------
    Interval
        With few episodes its upper end is an underestimate: what was not seen is not resampled.
    """
    weights = cluster_weights(cluster, num_resamples, rng, families=families)
    return percentile_interval(float(cvar(cost, 0.05)[0]), cvar(cost, 0.05, weights), level)
