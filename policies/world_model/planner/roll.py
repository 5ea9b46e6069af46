"""The learned model as the search of ``policies.planning.search`` calls it: one member first, then all of them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification.world import Batch, empty_batch
from policies.planning.search import Library, Rolled
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.imagination.imagine import imagine
from policies.world_model.imagination.scoring import reduce_costs, to_cases
from policies.world_model.model.parameters import Learned
from policies.world_model.model.state import State, empty_state

Array = NDArray[np.float64]

HARD_BRAKING_MPS2: Final = -3.0
"""Braking that costs the whole price of needless braking."""

UNFELT_MPS2: Final = -1.0
"""Braking up to this costs nothing of it; in between and beyond, the price is linear [A]."""


class Roots(NamedTuple):
    """Start states of the plans in ``K`` worlds."""

    states: State  # fields (K, ...)
    ledgers: Batch  # (K,) cost ledgers
    belief: Array  # (K, 4, NUM_CLASSES), zero for objects that do not matter
    nothing: Array  # (K,) probability that nothing is there at all
    is_quiet: NDArray[np.bool_]  # (K,) no vehicle forces a decision


def felt_braking(acceleration: Array) -> Array:
    """Share of the price of needless braking that plans with these first accelerations (m/s2) cost; may exceed 1.

    Examples
    --------
    >>> felt_braking(np.array([1.0, -1.0, -2.0, -3.0, -6.0])).tolist()
    [0.0, 0.0, 0.5, 1.0, 2.5]
    """
    felt = (UNFELT_MPS2 - acceleration) / (UNFELT_MPS2 - HARD_BRAKING_MPS2)
    return np.maximum(felt, 0.0)


class Ensemble:
    """Rolls plans in the learned model.

    Parameters
    ----------
    learned
        The world model.
    params
        ``CostParameters.to_array()``.
    needless_usd
        Surcharge of braking at 3 m/s2 at once, times the probability that nothing is there; see ``felt_braking``.
    """

    def __init__(self, learned: Learned, params: Array, needless_usd: float) -> None:
        self._learned, self._params, self._needless = learned, params, needless_usd
        self._members = np.arange(learned.transition.car.b1.shape[0])
        self._scratch = (empty_state(), empty_state(), empty_batch(1))
        self._main = np.zeros(0, np.int64)

    def __call__(
        self, roots: Roots, library: Library, wanted: NDArray[np.bool_], *, is_final: bool
    ) -> Rolled:
        """Roll plans with the first member, or finally with all.

        The object whose contents are weighed case by case is found with the first member and kept.
        """
        members = self._members if is_final else self._members[:1]
        count, num_plans, horizon, _ = library.actions.shape
        objects = roots.belief.shape[1]
        cost = np.zeros((count, num_plans, len(members), objects, NUM_CLASSES + 1))
        first, path = np.zeros((count, num_plans, 2)), np.zeros((count, num_plans, horizon, 2))
        met = np.zeros((count, num_plans))
        imagine(
            self._learned,
            roots.states,
            roots.ledgers,
            roots.belief,
            library.actions,
            wanted,
            library.steps,
            members,
            len(members) == 1,
            self._params,
            self._scratch,
            cost,
            first,
            path,
            met,
        )
        main, by_class, shares = reduce_costs(cost, roots.belief, self._main if is_final else None)
        self._main = main
        share = np.where(roots.is_quiet, roots.nothing, 0.0)
        needless = self._needless * share[:, None] * felt_braking(first[..., 0])
        return Rolled(*to_cases(by_class, shares), needless, first, path, met, len(members))
