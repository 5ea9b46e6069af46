"""Probability of improvement: how often A is cheaper than B."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.resampling import cluster_weights, weighted_means


def paired_improvement(
    cost_a: NDArray[np.float64],
    cost_b: NDArray[np.float64],
    cluster: Sequence[str],
    *,
    level: float,
    num_resamples: int,
    rng: np.random.Generator,
) -> Interval:
    """Share of instances in which A is cheaper than B, ties counted half.

    Parameters
    ----------
    cost_a, cost_b
        ``(n,)`` on the same instances.
    cluster
        ``(n,)`` scenario families.
    level
        Of the interval.
    num_resamples
        Of the bootstrap.
    rng
        Consumed.

    Returns
    -------
    Interval
        0.5 = neither.
    """
    wins = 0.5 * (1.0 - np.sign(cost_a - cost_b))
    resampled = weighted_means(cluster_weights(cluster, num_resamples, rng), wins)
    return percentile_interval(float(wins.mean()), resampled, level)


def unpaired_improvement(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Chance that a random entry of ``a`` is smaller than one of ``b``, ties half: Mann and Whitney's U over n m.

    Parameters
    ----------
    a, b
        Costs of training seeds, for example; lengths may differ.

    Returns
    -------
    float
        0.5 = neither.

    Examples
    --------
    >>> import numpy as np
    >>> unpaired_improvement(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    return float(mannwhitneyu(b, a).statistic) / (len(a) * len(b))
