"""Bootstrap weights for pairs that come in clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def cluster_weights(
    cluster: Sequence[str], num_resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """How often each pair occurs in each resample of a two-stage cluster bootstrap.

    Whole clusters are drawn with replacement, then pairs within every cluster that was drawn (Davison and Hinkley 1997,
    section 3.8). So an interval covers both: that other families might have been chosen, and other seeds.

    Parameters
    ----------
    cluster
        ``(n,)`` name of the cluster of every pair.
    num_resamples
        ``R``.
    rng
        Consumed.

    Returns
    -------
    ndarray
        ``(R, n)`` counts as floats. With one cluster this is the ordinary bootstrap.

    Notes
    -----
    Few clusters make a cluster bootstrap too narrow; ``tests/statistical/test_paired_statistics.py`` measures by how
    much.
    """
    names, index = np.unique(np.asarray(cluster), return_inverse=True)
    draws = rng.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=num_resamples)
    weights = np.zeros((num_resamples, len(index)))
    for k in range(len(names)):
        members = np.flatnonzero(index == k)
        share = np.full(len(members), 1.0 / len(members))
        weights[:, members] = rng.multinomial(draws[:, k] * len(members), share)
    return weights


def weighted_means(
    weights: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of every column of values in every resample.

    Parameters
    ----------
    weights
        ``(R, n)``.
    values
        ``(n,)`` or ``(n, k)``.

    Returns
    -------
    ndarray
        ``(R,)`` or ``(R, k)``.
    """
    total = weights.sum(axis=1)
    sums: NDArray[np.float64] = weights @ values
    means: NDArray[np.float64] = sums / (total if values.ndim == 1 else total[:, None])
    return means
