"""Probability of improvement: how often one policy is cheaper than another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from experiments.stats.interval import Interval
from experiments.stats.resampling import Bootstrap


def paired_improvement(
    cost_a: NDArray[np.float64],
    cost_b: NDArray[np.float64],
    cluster: Sequence[str],
    bootstrap: Bootstrap,
) -> Interval:
    """Share of the same ``(n,)`` instances in which A is cheaper than B, ties counted half; 0.5 = neither."""
    return bootstrap.mean(0.5 * (1.0 - np.sign(cost_a - cost_b)), cluster)


def unpaired_improvement(
    a: NDArray[np.float64], b: NDArray[np.float64], bootstrap: Bootstrap
) -> Interval:
    """Chance that a random entry of ``a`` is smaller than one of ``b``, ties half: Mann and Whitney's U over n m.

    Parameters
    ----------
    a, b
        ``(n,)`` and ``(m,)``, mean costs of the policy seeds of two methods, for example.
    bootstrap
        Draws from both; they have no families.

    Returns
    -------
    Interval
        0.5 = neither. Of no width where every entry of one is below all of the other.
    """
    u = float(mannwhitneyu(b, a).statistic)
    wins = 0.5 * (1.0 - np.sign(a[:, None] - b[None, :]))
    rng, count = bootstrap.rng, bootstrap.num_resamples
    rows = rng.integers(len(a), size=(count, len(a), 1))
    columns = rng.integers(len(b), size=(count, 1, len(b)))
    resampled = wins[rows, columns].mean(axis=(1, 2))
    return bootstrap.interval(u / (len(a) * len(b)), resampled)
