"""Interquartile mean: the mean without the cheapest and the dearest quarter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import trim_mean

from experiments.stats.interval import Interval, percentile_interval


def interquartile_mean(
    values: NDArray[np.float64], *, level: float, num_resamples: int, rng: np.random.Generator
) -> Interval:
    """Interquartile mean over policy seeds, resampled within every stratum (Agarwal et al. 2021).

    Parameters
    ----------
    values
        ``(seeds, strata)``: one number per policy seed and stratum; ``(seeds,)`` counts as one stratum.
    level
        Of the interval.
    num_resamples
        Of the bootstrap.
    rng
        Consumed.

    Returns
    -------
    Interval
        Over all entries together. Seeds are the unit: one seed gives an interval of no width.
    """
    table = values if values.ndim == 2 else values[:, None]
    seeds, strata = table.shape
    rows = rng.integers(seeds, size=(num_resamples, seeds, strata))
    resampled = table[rows, np.arange(strata)].reshape(num_resamples, -1)
    return percentile_interval(
        float(trim_mean(table.ravel(), 0.25)), trim_mean(resampled, 0.25, axis=1), level
    )
