"""A number with its interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Interval(NamedTuple):
    """An estimate and the interval around it; ``nan`` where either is not defined."""

    value: float
    low: float
    high: float


def percentile_interval(value: float, resampled: NDArray[np.float64], level: float) -> Interval:
    """The estimate with the percentiles of its bootstrap distribution.

    Parameters
    ----------
    value
        The estimate.
    resampled
        ``(R,)`` the same statistic on resamples; values that are not finite are left out.
    level
        Of the interval, for example 0.95.

    Returns
    -------
    Interval
        Stretched to contain the estimate, which a skewed distribution may leave outside.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        msg = f"level: got {level}, expected a number between 0 and 1"
        raise ValueError(msg)
    finite = resampled[np.isfinite(resampled)]
    if not finite.size or not np.isfinite(value):
        return Interval(value, float("nan"), float("nan"))
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(finite, [tail, 1.0 - tail])
    return Interval(value, min(float(low), value), max(float(high), value))
