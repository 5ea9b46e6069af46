"""Mean and tail (CVaR) of imagined costs; the mean decides, because records compare means, and the tail is shown."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WORST_SHARE: Final = 0.2
"""Share of the outcomes whose mean is shown as the worst [A]."""


def weighted_mean(cost: Array, weights: Array) -> Array:
    """Expected cost ``(...)``, US$: ``cost`` is ``(..., A)``, ``weights`` ``(..., A)`` or ``(A,)``, adding up to 1."""
    mean: Array = (cost * weights).sum(axis=-1)
    return mean


def cvar(cost: Array, weights: Array, alpha: float) -> Array:
    """Mean of the worst ``alpha`` of the outcomes, US$; the last atom counts in part. Shapes as for ``weighted_mean``.

    Examples
    --------
    >>> float(cvar(np.array([0.0, 10.0, 100.0]), np.array([0.5, 0.4, 0.1]), 0.2))
    55.0
    """
    order = np.argsort(-cost, axis=-1, kind="stable")
    worst = np.take_along_axis(cost, order, axis=-1)
    share = np.take_along_axis(np.broadcast_to(weights, cost.shape), order, axis=-1)
    left = alpha - (np.cumsum(share, axis=-1) - share)
    # written with the smallest cost as zero, so that rounding of the weights does not matter
    counted = np.clip(np.minimum(share, left), 0.0, None)
    low = worst[..., -1]
    mean: Array = low + (counted * (worst - low[..., None])).sum(axis=-1) / alpha
    return mean
