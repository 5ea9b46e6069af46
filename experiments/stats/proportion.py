"""A rate with Wilson's interval."""

from __future__ import annotations

from scipy.stats import binomtest

from experiments.stats.interval import Interval


def wilson(count: int, total: int, *, level: float) -> Interval:
    """Share ``count / total`` with Wilson's score interval (Wilson 1927), also for 0 of n and n of n.

    Parameters
    ----------
    count, total
        Successes and trials.
    level
        Of the interval.

    Returns
    -------
    Interval
        All ``nan`` without trials.

    Examples
    --------
    >>> low, high = wilson(0, 200, level=0.95)[1:]
    >>> low, round(high, 4)
    (0.0, 0.0188)
    """
    if total == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    found = binomtest(count, total).proportion_ci(level, method="wilson")
    return Interval(count / total, float(found.low), float(found.high))
