"""Difference in cost between two policies on the same instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.resampling import cluster_weights, weighted_means


class PairedDifference(NamedTuple):
    """Mean of A minus B; negative = A is cheaper."""

    mean: Interval
    sd: float  # of the differences
    num_pairs: int
    num_clusters: int


def paired_difference(
    cost_a: NDArray[np.float64],
    cost_b: NDArray[np.float64],
    cluster: Sequence[str],
    *,
    level: float,
    num_resamples: int,
    rng: np.random.Generator,
) -> PairedDifference:
    """Mean difference with a paired bootstrap clustered by family.

    Parameters
    ----------
    cost_a, cost_b
        ``(n,)`` costs of the same instances, US$.
    cluster
        ``(n,)`` scenario family of every pair.
    level
        Of the interval.
    num_resamples
        Of the bootstrap.
    rng
        Consumed.

    Returns
    -------
    PairedDifference
        Exactly 0 with a zero interval if the two are equal.

    Raises
    ------
    ValueError
        If the lengths differ or there is no pair.
    """
    if not len(cost_a) == len(cost_b) == len(cluster) or not len(cost_a):
        msg = f"got {len(cost_a)}, {len(cost_b)} costs and {len(cluster)} clusters; expected equal lengths >= 1"
        raise ValueError(msg)
    difference = np.asarray(cost_a, np.float64) - np.asarray(cost_b, np.float64)
    resampled = weighted_means(cluster_weights(cluster, num_resamples, rng), difference)
    return PairedDifference(
        percentile_interval(float(difference.mean()), resampled, level),
        float(difference.std(ddof=1)) if len(difference) > 1 else 0.0,
        len(difference),
        len(set(cluster)),
    )
