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
    # to settle a tie; infinite if more pairs of these families cannot, None if settled or no difference was seen
    pairs_needed: float | None
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
        Tied if the interval contains 0. Swapping A and B swaps the verdict.
    """
    mean, low, high = difference.mean
    shown = f"{_dollars(mean)} US$ per episode [{_dollars(low)}, {_dollars(high)}], {difference.num_pairs:,} pairs"
    if high < 0.0:
        return Verdict("A", None, f"{name_a} is better than {name_b}: {shown}")
    if low > 0.0:
        return Verdict("B", None, f"{name_a} is worse than {name_b}: {shown}")
    needed = pairs_needed(difference, level=level)
    return Verdict("tied", needed, f"{name_a} and {name_b} are tied: {shown}{_advice(needed)}")


def pairs_needed(difference: PairedDifference, *, level: float) -> float | None:
    r"""Pairs of the same families with which a difference as large as the one seen would be found, power 80 %.

    .. math:: n' = n \, \frac{c\,v}{(\bar d / (z_{level} + z_{power}))^2 - (s^2 - c\,v)}, \qquad c = 2 - 1/K

    Parameters
    ----------
    difference
        With mean :math:`\bar d`, standard error :math:`s`, the variance :math:`v` that shrinks with the number of pairs
        :math:`n`, and the number of families :math:`K`.
    level
        Of the interval.

    Returns
    -------
    float or None
        A whole number above :math:`n`, at most ``MOST_PAIRS``; infinite if what the families differ by is already too
        much; ``None`` if no difference was seen.

    Notes
    -----
    The two-stage bootstrap counts the spread within families :math:`c` times: once when it draws families (which differ
    by chance too) and once within them. Exact for families of equal size; the advice is a rough number anyway, for the
    mean and the spread are those of one sample.
    """
    mean = difference.mean.value
    if mean == 0.0:
        return None
    quantiles = float(norm.ppf(0.5 + 0.5 * level) + norm.ppf(POWER))
    factor = 2.0 - 1.0 / difference.num_clusters
    shrinks = min(factor * difference.seeds_error**2, difference.standard_error**2)
    room = (mean / quantiles) ** 2 - (difference.standard_error**2 - shrinks)
    if room <= 0.0:
        return math.inf
    needed = math.ceil(difference.num_pairs * shrinks / room)
    return float(min(max(needed, difference.num_pairs + 1), MOST_PAIRS))


def _advice(needed: float | None) -> str:
    """What would settle a tie."""
    if needed is None:
        return ""
    if math.isinf(needed):
        return "; more pairs of these families would not settle it"
    if needed >= MOST_PAIRS:
        return f"; more than {MOST_PAIRS:,} pairs would be needed to settle it"
    return f"; about {_two_digits(needed):,} pairs would settle it"


def _two_digits(value: float) -> int:
    """Rounded to two digits that count: an estimate from one sample has no more."""
    return int(float(f"{value:.1e}"))


def _dollars(value: float) -> str:
    """Signed, with thousands separators; cents only below 10."""
    return f"{value:+,.2f}" if abs(value) < 10.0 else f"{value:+,.0f}"
