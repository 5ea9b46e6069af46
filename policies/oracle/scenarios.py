"""Scenarios: copies of a running world with other possible contents and other noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import episode
from envs.specification.world import Batch
from policies.oracle.belief import ObjectBelief
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS

Array = NDArray[np.float64]

STRATA: Final = {
    1: (1.0,),
    2: (0.7, 0.3),
    4: (0.45, 0.3, 0.17, 0.08),
    6: (0.3, 0.25, 0.2, 0.13, 0.08, 0.04),
    8: (0.25, 0.2, 0.17, 0.13, 0.1, 0.08, 0.05, 0.02),
}
"""Weights of the scenarios, from the mildest contents to the worst: the tail gets scenarios of its own, because a 5 %
hazard is absent from 20 draws with probability 0.36 (policies/world_model/SOURCES.md 4.4)."""


def fill_scenarios(
    scenarios: Batch, beliefs: Sequence[ObjectBelief], primary: int, rng: np.random.Generator
) -> Array:
    """Turn copies of one world into scenarios, in place; returns the weights ``(A,)`` of the scenarios.

    Parameters
    ----------
    scenarios
        ``(A,)`` copies; ``A`` is a key of ``STRATA``. Everything hidden is overwritten.
    beliefs
        One per object.
    primary
        The object whose contents order the scenarios; -1 if there is none.
    rng
        Consumed, always alike.
    """
    weights = np.array(STRATA[len(scenarios)])
    before = np.cumsum(weights) - weights
    scenarios["episode_i"][:, episode.NOISE_SEED] = rng.integers(2**62, size=len(scenarios))
    for j, belief in enumerate(beliefs):
        inside, order = rng.random(len(scenarios)), rng.permutation(len(scenarios))
        shares = before + weights * inside if j == primary else (order + inside) / len(scenarios)
        chosen = belief.at(shares)
        scenarios["debris_f"][:, HIDDEN_ROWS, j] = belief.specimens.hidden[chosen]
        scenarios["debris_i"][:, HIDDEN_FLAGS, j] = belief.specimens.flags[chosen]
    return weights


def pick_two(weights: Array) -> tuple[NDArray[np.int64], Array]:
    """Two scenarios that represent all in the first stage, and their weights: one mild, one severe."""
    cumulated = np.cumsum(weights)
    half = len(weights) // 2
    mild = cumulated[half - 1] if half else 0.5
    return np.array([max(half // 2, 0), half + (len(weights) - half) // 2]), np.array(
        [mild, 1.0 - mild]
    )
