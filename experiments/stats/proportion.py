"""A rate with Wilson's interval."""

from __future__ import annotations

import math

from scipy.stats import norm

from experiments.stats.interval import Interval


def wilson(count: float, total: int, *, level: float) -> Interval:
    r"""Share ``count / total`` with Wilson's score interval, also for 0 of n and n of n.

    .. math:: \frac{\hat p + z^2 / 2n \pm z \sqrt{\hat p (1 - \hat p) / n + z^2 / 4n^2}}{1 + z^2 / n}

    Parameters
    ----------
    count, total
        Successes and trials. A count may have a fraction: the mean over policy seeds of the same instances, which are
        then as many trials as there are instances (as if all seeds did the same: cautious).
    level
        Of the interval.

    Returns
    -------
    Interval
        All ``nan`` without trials.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.

    Examples
    --------
    >>> low, high = wilson(0, 200, level=0.95)[1:]
    >>> low, round(high, 4)
    (0.0, 0.0188)
    """
    if total == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    p, z2 = count / total, float(norm.ppf(0.5 + 0.5 * level)) ** 2
    centre = p + z2 / (2 * total)
    half = math.sqrt(z2 * (p * (1.0 - p) / total + z2 / (4 * total**2)))
    scale = 1.0 + z2 / total
    return Interval(
        p, max(min((centre - half) / scale, p), 0.0), min(max((centre + half) / scale, p), 1.0)
    )
