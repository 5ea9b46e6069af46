"""Difference in cost between two policies on the same instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval
from experiments.stats.resampling import Bootstrap, weighted_means


class PairedDifference(NamedTuple):
    """Mean of A minus B; negative = A is cheaper."""

    mean: Interval
    sd: float  # of the differences
    num_pairs: int
    num_clusters: int
    p_value: float  # two-sided, that the mean is 0; from the same resamples as the interval
    standard_error: float  # of the mean, by the bootstrap
    seeds_error: float  # the part of it that more pairs of the same families would shrink


def paired_difference(
    cost_a: NDArray[np.float64],
    cost_b: NDArray[np.float64],
    cluster: Sequence[str],
    bootstrap: Bootstrap,
) -> PairedDifference:
    """Mean difference with a paired bootstrap clustered by family.

    Parameters
    ----------
    cost_a, cost_b
        ``(n,)`` costs of the same instances, US$.
    cluster
        ``(n,)`` scenario family of every pair.
    bootstrap
        Makes the interval; its coverage is measured in ``cluster_weights``.

    Returns
    -------
    PairedDifference
        Exactly 0 with an interval of no width and ``p_value`` 1 if the two are equal.

    Raises
    ------
    ValueError
        If the lengths differ or there is no pair.
    """
    if not len(cost_a) == len(cost_b) == len(cluster) or not len(cost_a):
        msg = f"got {len(cost_a)}, {len(cost_b)} costs and {len(cluster)} clusters; expected equal lengths >= 1"
        raise ValueError(msg)
    difference = np.asarray(cost_a, np.float64) - np.asarray(cost_b, np.float64)
    resampled = weighted_means(bootstrap.weights(cluster), difference)
    return PairedDifference(
        bootstrap.interval(float(difference.mean()), resampled),
        float(difference.std(ddof=1)) if len(difference) > 1 else 0.0,
        len(difference),
        len(set(cluster)),
        _p_value(resampled),
        float(resampled.std()),
        _seeds_error(difference, cluster),
    )


def _p_value(resampled: NDArray[np.float64]) -> float:
    """Smallest 1 - level whose percentile interval excludes 0; never 0, because the resamples are finitely many."""
    fewer = min(np.count_nonzero(resampled <= 0.0), np.count_nonzero(resampled >= 0.0))
    return float(min(1.0, 2.0 * (fewer + 1) / (len(resampled) + 1)))


def _seeds_error(difference: NDArray[np.float64], cluster: Sequence[str]) -> float:
    """Standard error of the mean for a fixed set of families: sqrt(sum n_k s_k^2) / n."""
    _, index, sizes = np.unique(np.asarray(cluster), return_inverse=True, return_counts=True)
    means = np.bincount(index, difference) / sizes
    squares = np.bincount(index, (difference - means[index]) ** 2)
    # a family of one pair shows no spread
    total = float((sizes * squares / np.maximum(sizes - 1, 1)).sum())
    return float(np.sqrt(total)) / len(difference)
