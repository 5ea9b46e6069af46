"""McNemar's exact test whether two policies have an event equally often."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest


class McNemar(NamedTuple):
    """Pairs in which only one of the two had the event, and the p-value of their split."""

    only_a: int
    only_b: int
    p_value: float


def mcnemar(event_a: NDArray[np.bool_], event_b: NDArray[np.bool_]) -> McNemar:
    """Two-sided exact test that both have the event equally often (McNemar 1947; binomial with one half).

    Parameters
    ----------
    event_a, event_b
        ``(n,)`` whether it happened, pair by pair.

    Returns
    -------
    McNemar
        ``p_value`` is 1 if no pair disagrees.
    """
    only_a = int(np.count_nonzero(event_a & ~event_b))
    only_b = int(np.count_nonzero(event_b & ~event_a))
    total = only_a + only_b
    p_value = float(binomtest(only_a, total, 0.5).pvalue) if total else 1.0
    return McNemar(only_a, only_b, p_value)
