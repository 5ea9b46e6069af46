"""Converts imagined costs by object and class to weighted cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from policies.world_model.estimation.content_classes import NUM_CLASSES

Array = NDArray[np.float64]


def reduce_costs(
    cost: Array, belief: Array, main: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], Array, Array]:
    """Costs by class of the object that matters most, plus the means of the others.

    Parameters
    ----------
    cost
        ``(K, C, M, 4, NUM_CLASSES + 1)`` of ``imagine``.
    belief
        ``(K, 4, NUM_CLASSES)``.
    main
        ``(K,)`` that object; found if not given.

    Returns
    -------
    main, cost, weights
        ``(K,)``; ``(K, C, M, NUM_CLASSES)`` US$; ``(K, NUM_CLASSES)`` adding up to 1.
    """
    base = cost[..., 0, NUM_CLASSES]
    by_class = cost[..., :NUM_CLASSES]
    mean = np.einsum("kcmja,kja->kcmj", by_class, belief)
    if main is None:
        main = mean.sum(axis=(1, 2)).argmax(axis=1)
    rows = np.arange(len(cost))
    own = mean[rows, :, :, main]
    rest = base + mean.sum(axis=-1) - own
    weights = belief[rows, main]
    total = weights.sum(axis=1, keepdims=True)
    nothing = np.zeros(NUM_CLASSES)
    nothing[0] = 1.0
    weights = np.where(total > 0.0, weights / np.maximum(total, 1e-12), nothing)
    return main, rest[..., None] + by_class[rows, :, :, main], weights


def to_cases(cost: Array, weights: Array) -> tuple[Array, Array]:
    """Cases of every plan and their weights.

    Parameters
    ----------
    cost
        ``(K, C, M, A)`` US$: plans, members, classes.
    weights
        ``(K, A)`` adding up to 1.

    Returns
    -------
    cost, weights
        ``(K, C, M * A)`` US$; ``(K, M * A)`` adding up to 1.
    """
    count, plans, members, atoms = cost.shape
    shares = np.tile(weights / members, (1, members))
    return cost.reshape(count, plans, members * atoms), shares


def disagreement(members: Array) -> Array:
    """Epistemic uncertainty about contents: mutual information of class and member, ``(B, 4)`` nats, >= 0.

    Parameters
    ----------
    members
        ``(B, E, 4, NUM_CLASSES)`` probabilities of every head; zero for free slots.
    """
    mean = members.mean(axis=1)
    found: Array = np.maximum(_entropy(mean) - _entropy(members).mean(axis=1), 0.0)
    return found


def _entropy(p: Array) -> Array:
    entropy: Array = -(p * np.log(np.maximum(p, 1e-300))).sum(axis=-1)
    return entropy
