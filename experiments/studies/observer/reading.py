"""The value of perfect reading: the oracle that knows contents by look only, against the same with true contents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import episode
from experiments.rollout.loop import Rollout
from policies.base import Policy
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS, Specimens
from policies.oracle.oracle_belief import OracleBelief

DRIVERS: Final = ("look only", "contents known")
"""Names of the two oracles."""


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
    """Cost of every instance with both oracles, ``(2, N)`` US$.

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
    return found
