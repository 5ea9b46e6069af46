"""The value of perfect reading: the oracle that knows contents by look only, against the same with true contents.

Its plans are actions laid out beforehand, which answer nothing that happens on the way. Before a strike, a plan for
contents known to be heavy brakes for the worst course of the strike, although it could wait and see, so that knowing
may cost more than not knowing. The third figure is that of a planner that uses the contents only where they are light
and is the first one elsewhere: a lower bound of what perfect reading is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import debris, episode
from experiments.rollout.loop import Rollout
from policies.base import Policy
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS, Specimens
from policies.oracle.oracle_belief import OracleBelief

DRIVERS: Final = ("look only", "contents known", "light contents known")
"""What the oracles know."""

LIGHT_KG: Final = 10.0
"""Contents below this mass are light: a dent at most (``candidates.MASS_BANDS_KG``) [A]."""


class KnownContents(OracleBelief):
    """``OracleBelief`` with the true contents: the same search, candidates and noise."""

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; every belief becomes certain."""
        super().reset(mask, seeds)
        batch = self._bound().batch
        for b in np.flatnonzero(mask).tolist():
            beliefs = self.beliefs_of(b)
            for j in range(int(batch["episode_i"][b, episode.NUM_DEBRIS])):
                severity = beliefs[j].expected_usd()
                f, i = batch["debris_f"][b, :, j], batch["debris_i"][b, :, j]
                beliefs[j] = self.make_belief(_true_specimen(f, i, severity))


def _true_specimen(f: NDArray[np.float64], i: NDArray[np.int64], severity: float) -> Specimens:
    """The only specimen: the true contents of a column of ``debris_f`` and ``debris_i``.

    ``severity``, by which objects that do not matter are left out, is that of the belief which it replaces.
    """
    return Specimens(
        np.zeros(1, np.int64),
        np.zeros(1),
        f[list(HIDDEN_ROWS)][None],
        i[list(HIDDEN_FLAGS)][None],
        np.array([severity]),
    )


def drive_both(
    instances: Sequence[ScenarioInstance],
    portfolio: Sequence[Policy],
    cost: CostParameters,
    report: Callable[[int], None] = lambda _done: None,
    **search: Any,
) -> NDArray[np.float64]:
    """Cost of every instance by what is known, ``(len(DRIVERS), N)`` US$.

    Parameters
    ----------
    instances
        To be driven.
    portfolio
        Policies whose decisions both oracles may copy.
    cost
        Cost parameters.
    report
        Called with the number of episodes that are done.
    **search
        Of ``OracleBelief``.
    """
    found = np.zeros((len(DRIVERS), len(instances)))
    done = 0
    for row, kind in enumerate((OracleBelief, KnownContents)):
        oracle = kind(portfolio, **search)
        for index, driven in Rollout(oracle, instances, num_worlds=16, cost=cost).episodes():
            found[row, index] = driven.total_usd.sum()
            done += 1
            report(done)
    masses = [instance.debris_f[debris.MASS].max(initial=0.0) for instance in instances]
    found[2] = np.where(np.array(masses) < LIGHT_KG, found[1], found[0])
    return found
