"""The value of perfect reading: the oracle that knows contents by look only, against the same with true contents.

Its plans are actions laid out beforehand, which answer nothing that happens on the way. Before a strike, a plan for
contents known to be heavy brakes for the worst course of the strike, although it could wait and see, so that knowing
may cost more than not knowing. The last figure is that of a planner that uses the contents only where they are light
and is the first one elsewhere: a lower bound of what perfect reading is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import MAX_DEBRIS, debris
from experiments.rollout.loop import Rollout
from experiments.studies.observer.cues import FIRST_OTHER, WINDOW
from policies.base import Observation, Policy
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS, Specimens
from policies.oracle.oracle_belief import OracleBelief

DRIVERS: Final = ("look only", "contents known", "contents read", "light contents known")
"""What is known: by look; all; all from a second after a strike on; all if it is light."""

NEVER: Final = -1
"""Decisions since no vehicle has touched an object."""

LIGHT_KG: Final = 10.0
"""Contents below this mass are light: a dent at most (``candidates.MASS_BANDS_KG``) [A]."""


class KnownContents(OracleBelief):
    """``OracleBelief`` with the true contents: the same search, candidates and noise."""

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; every belief becomes certain."""
        super().reset(mask, seeds)
        for b in np.flatnonzero(mask).tolist():
            for j in range(len(self.beliefs_of(b))):
                self._learn(b, j)

    def _learn(self, b: int, j: int) -> None:
        """Make the belief about object ``j`` of world ``b`` certain."""
        beliefs, batch = self.beliefs_of(b), self._bound().batch
        severity = beliefs[j].expected_usd()
        f, i = batch["debris_f"][b, :, j], batch["debris_i"][b, :, j]
        beliefs[j] = self.make_belief(_true_specimen(f, i, severity))


class ReadContents(KnownContents):
    """``OracleBelief`` that learns the true contents a second after another vehicle has first touched an object."""

    _since: NDArray[np.int64] = np.zeros((0, MAX_DEBRIS), np.int64)  # decisions since the touch

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds."""
        OracleBelief.reset(self, mask, seeds)
        if len(self._since) != len(mask):
            self._since = np.zeros((len(mask), MAX_DEBRIS), np.int64)
        self._since[mask] = NEVER

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Take note of what a strike has shown, then search."""
        touching = self._bound().batch["debris_i"][:, debris.TOUCHING]
        self._since[(self._since > NEVER) | (touching >> FIRST_OTHER > 0)] += 1
        for b, j in np.argwhere(self._since == WINDOW).tolist():
            self._learn(b, j)
        return super().act(observation)


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
        Policies whose decisions the oracles may copy.
    cost
        Cost parameters.
    report
        Called with the number of episodes that are done.
    **search
        Of ``OracleBelief``.
    """
    found = np.zeros((len(DRIVERS), len(instances)))
    done = 0
    for row, kind in enumerate((OracleBelief, KnownContents, ReadContents)):
        oracle = kind(portfolio, **search)
        for index, driven in Rollout(oracle, instances, num_worlds=16, cost=cost).episodes():
            found[row, index] = driven.total_usd.sum()
            done += 1
            report(done)
    masses = [instance.debris_f[debris.MASS].max(initial=0.0) for instance in instances]
    found[3] = np.where(np.array(masses) < LIGHT_KG, found[1], found[0])
    return found
