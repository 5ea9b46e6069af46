"""Probability of improvement: how often A is cheaper than B."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.resampling import Draw, Families, cluster_weights, weighted_means


def paired_improvement(
    cost_a: NDArray[np.float64],
    cost_b: NDArray[np.float64],
    cluster: Sequence[str],
    *,
    level: float,
    num_resamples: int,
    rng: np.random.Generator,
    families: Families = "sampled",
    draw: Draw = cluster_weights,
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
    families
        What the interval is about, see ``cluster_weights``.
    draw
        Draws the weights; ``Drawn`` keeps them for whoever asks again.

    Returns
    -------
    Interval
        0.5 = neither.
    """
    wins = 0.5 * (1.0 - np.sign(cost_a - cost_b))
    resampled = weighted_means(draw(cluster, num_resamples, rng, families=families), wins)
    return percentile_interval(float(wins.mean()), resampled, level)


def unpaired_improvement(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    *,
    level: float,
    num_resamples: int,
    rng: np.random.Generator,
) -> Interval:
    """Chance that a random entry of ``a`` is smaller than one of ``b``, ties half: Mann and Whitney's U over n m.

    Parameters
    ----------
    a, b
        ``(n,)`` and ``(m,)``, mean costs of the policy seeds of two methods, for example.
    level
        Of the interval.
    num_resamples
        Of the bootstrap, which draws from both.
    rng
        Consumed.

    Returns
    -------
    Interval
        0.5 = neither. Of no width where every entry of one is below all of the other.
    """
    u = float(mannwhitneyu(b, a).statistic)
    wins = 0.5 * (1.0 - np.sign(a[:, None] - b[None, :]))
    rows = rng.integers(len(a), size=(num_resamples, len(a), 1))
    columns = rng.integers(len(b), size=(num_resamples, 1, len(b)))
    resampled = wins[rows, columns].mean(axis=(1, 2))
    return percentile_interval(u / (len(a) * len(b)), resampled, level)
