"""Interquartile mean: the mean without the cheapest and the costliest quarter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import trim_mean

from experiments.stats.interval import Interval
from experiments.stats.resampling import Bootstrap


def interquartile_mean(values: NDArray[np.float64], bootstrap: Bootstrap) -> Interval:
    """Interquartile mean over policy seeds, resampled within every stratum (Agarwal et al. 2021).

    Parameters
    ----------
    values
        ``(seeds, strata)``: one number per policy seed and stratum; ``(seeds,)`` counts as one stratum.
    bootstrap
        Draws seeds; they have no families.

    Returns
    -------
    Interval
        Over all entries together. Seeds are the unit: one seed gives an interval of no width.
    """
    table = values if values.ndim == 2 else values[:, None]
    seeds, strata = table.shape
    count = bootstrap.num_resamples
    rows = bootstrap.rng.integers(seeds, size=(count, seeds, strata))
    resampled = table[rows, np.arange(strata)].reshape(count, -1)
    return bootstrap.interval(
        float(trim_mean(table.ravel(), 0.25)), trim_mean(resampled, 0.25, axis=1)
    )
