"""Verdict on two policies in one line: which one costs less, by how much, and whether the difference is significant."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from scipy.stats import norm

from experiments.stats.paired import PairedDifference

POWER: Final = 0.8
"""Probability of detecting the difference with the number of pairs in a verdict."""

MOST_PAIRS: Final = 1_000_000
"""Larger numbers of pairs are reported as more than this."""


class Verdict(NamedTuple):
    """Result of a comparison; ``better`` is ``"A"``, ``"B"`` or ``"tied"``."""

    better: str
    # for significance; infinite if more pairs of these families cannot, None if significant or no difference was seen
    pairs_needed: float | None
    text: str
    sentence: str  # the text without the number of pairs that would be needed


def decide(name_a: str, name_b: str, difference: PairedDifference, *, level: float) -> Verdict:
    """Which of two policies costs less; tied if the interval contains 0.

    Parameters
    ----------
    name_a, name_b
        Names of the policies; swapping them swaps the verdict.
    difference
        Cost of A minus cost of B.
    level
        Level of its interval.
    """
    mean, low, high = difference.mean
    amount = (
        f"{_dollars(abs(mean))} US$ {'less' if mean < 0.0 else 'more'} per episode than {name_b}"
    )
    interval = f"{100.0 * level:g} % CI {_dollars(low, '+')} to {_dollars(high, '+')}"
    shown = f"{name_a} costs {amount} ({interval}, {difference.num_pairs:,} paired episodes)"
    if high < 0.0:
        return Verdict("A", None, shown, shown)
    if low > 0.0:
        return Verdict("B", None, shown, shown)
    needed = pairs_needed(difference, level=level)
    sentence = f"No significant difference: {shown}"
    return Verdict("tied", needed, f"{sentence}{_advice(needed)}", sentence)


def pairs_needed(difference: PairedDifference, *, level: float) -> float | None:
    r"""Number of pairs of the same families that would show a difference of the observed size with power 80 %.

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
    """Number of pairs that would make a difference of this size significant, as text; empty if none would."""
    if needed is None or math.isinf(needed):
        return ""
    if needed >= MOST_PAIRS:
        return f"; it would take more than {MOST_PAIRS:,} pairs to make it significant"
    return f"; it would take about {_two_digits(needed):,} pairs to make it significant"


def _two_digits(value: float) -> int:
    """Round to two significant digits, because an estimate from one sample is no more precise."""
    return int(float(f"{value:.1e}"))


def _dollars(value: float, sign: str = "") -> str:
    """Format US$ with thousands separators; cents only below 10."""
    return f"{value:{sign},.2f}" if abs(value) < 10.0 else f"{value:{sign},.0f}"
