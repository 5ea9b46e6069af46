"""Information in nats: how much more probable the true category of an object's contents has become."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Belief(NamedTuple):
    """Weights of candidates after some evidence."""

    weight: Array  # (S,) adding up to 1
    size: float  # effective number of candidates


def update(weight: Array, log_likelihood: Array) -> Belief:
    """Weights after evidence with this log-likelihood, both ``(S,)``.

    Examples
    --------
    >>> update(np.array([0.5, 0.5]), np.array([0.0, -700.0])).size
    1.0
    """
    log_weight = np.log(np.maximum(weight, 1e-300)) + log_likelihood
    found = np.exp(log_weight - log_weight.max())
    found /= found.sum()
    return Belief(found, float(1.0 / (found**2).sum()))


def probability(belief: Belief, category: NDArray[np.int64], true: int, prior: float) -> float:
    """Probability of the true category.

    The effective candidates count as that many observations, and the probability before the motion as one more: few
    candidates that fit are no certainty.

    Parameters
    ----------
    belief
        After the evidence.
    category
        ``(S,)`` of every candidate.
    true
        The true one.
    prior
        Its probability before any motion was seen.
    """
    share = float(belief.weight[category == true].sum())
    return (belief.size * share + prior) / (belief.size + 1.0)


def gain_nats(before: float, after: float) -> float:
    """Information gained about a category whose probability has changed.

    Examples
    --------
    >>> round(gain_nats(0.5, 1.0), 3)
    0.693
    """
    return math.log(max(after, 1e-9) / max(before, 1e-9))
