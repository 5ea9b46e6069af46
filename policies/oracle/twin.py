"""The simulator as the search of ``policies.planning.search`` calls it: copies of a world with possible contents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.cost.parameters import CostParameters
from envs.specification import vehicle
from envs.specification.world import Batch
from policies.oracle.scenarios import pick_two
from policies.planning.extend import sketch_paths
from policies.planning.search import Library, Rolled

Array = NDArray[np.float64]


class Scenarios(NamedTuple):
    """Start states of plans in one world."""

    worlds: Batch  # (A,) copies, from the mildest contents to the worst
    weights: Array  # (A,)
    lateral: Array  # as for library.write_actions


class TwinRoll:
    """Rolls plans for one world in the twin: first in two scenarios, finally in all.

    Parameters
    ----------
    num_scenarios
        Number of scenarios ``A``.
    cost
        Cost setting.
    """

    def __init__(self, num_scenarios: int, cost: CostParameters) -> None:
        self._twin = DebrisVectorEnv(num_scenarios, cost=cost)
        # an environment that has not begun rolls nothing; its worlds are overwritten before every use
        self._twin.reset(seed=0)

    def __call__(
        self, roots: Scenarios, library: Library, wanted: NDArray[np.bool_], *, is_final: bool
    ) -> Rolled:
        """Costs of plans, exact for each scenario; paths are sketched, and only finally."""
        rows, weights = np.arange(len(roots.weights)), roots.weights
        if not is_final:
            rows, weights = pick_two(weights)
        chosen = np.flatnonzero(wanted[0])
        plans = library.actions[0, chosen]
        self._twin.batch[:] = roots.worlds
        futures = self._twin.branch(np.repeat(plans[None], len(rows), axis=0), worlds=rows.tolist())
        cost = np.zeros((*wanted.shape, len(rows)))
        cost[0, chosen] = futures.cost_usd.sum(axis=(2, 3)).T
        path = np.zeros(library.actions.shape)
        if is_final:
            v = roots.worlds["vehicle_f"][0]
            speed, y = float(v[vehicle.SPEED, 0]), float(v[vehicle.Y, 0])
            path[0, chosen] = sketch_paths(plans, speed, y, roots.lateral)
        nothing = np.zeros(wanted.shape)
        return Rolled(
            cost,
            weights[None],
            nothing,
            np.zeros((*wanted.shape, 2)),
            path,
            nothing.copy(),
            len(rows),
        )
