"""One line: who is better, by how much, how sure."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from scipy.stats import norm

from experiments.stats.paired import PairedDifference

POWER: Final = 0.8
"""Chance of settling the question with the number of pairs that is named."""

MOST_PAIRS: Final = 1_000_000
"""Larger numbers of pairs are not worth telling apart."""


class Verdict(NamedTuple):
    """``better`` is ``"A"``, ``"B"`` or ``"tied"``."""

    better: str
    pairs_needed: (
        int | None
    )  # to settle a tie; None if it is settled, or no difference was seen at all
    text: str


def decide(name_a: str, name_b: str, difference: PairedDifference, *, level: float) -> Verdict:
    """Who is cheaper.

    Parameters
    ----------
    name_a, name_b
        Names of the policies.
    difference
        A minus B.
    level
        Of its interval.

    Returns
    -------
    Verdict
        Tied if the interval contains 0.
    """
    mean, low, high = difference.mean
    shown = f"{_dollars(mean)} US$ per episode [{_dollars(low)}, {_dollars(high)}], {difference.num_pairs:,} pairs"
    if high < 0.0:
        return Verdict("A", None, f"{name_a} is better than {name_b}: {shown}")
    if low > 0.0:
        return Verdict("B", None, f"{name_a} is worse than {name_b}: {shown}")
    needed = pairs_needed(mean, difference.sd, level=level)
    more = "" if needed is None else f"; about {needed:,} pairs would settle it"
    if needed is not None and needed >= MOST_PAIRS:
        more = f"; more than {MOST_PAIRS:,} pairs would be needed to settle it"
    return Verdict("tied", needed, f"{name_a} and {name_b} are tied: {shown}{more}")


def pairs_needed(mean: float, sd: float, *, level: float) -> int | None:
    """Pairs with which a difference as large as the one seen would be found with a power of 80 %.

    Parameters
    ----------
    mean, sd
        Of the differences seen.
    level
        Of the interval.

    Returns
    -------
    int or None
        At most ``MOST_PAIRS``; ``None`` if no difference was seen.

    Examples
    --------
    >>> pairs_needed(10.0, 100.0, level=0.95)
    785
    """
    if mean == 0.0:
        return None
    quantiles = float(norm.ppf(0.5 + 0.5 * level) + norm.ppf(POWER))
    return min(math.ceil((quantiles * sd / mean) ** 2), MOST_PAIRS)


def _dollars(value: float) -> str:
    """Signed, with thousands separators; cents only below 10."""
    return f"{value:+,.2f}" if abs(value) < 10.0 else f"{value:+,.0f}"
