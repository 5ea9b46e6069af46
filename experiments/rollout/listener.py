"""Listener: a policy around another one that records its observations, the true worlds, and its explanations."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policies.base import Explaining, Explanation, Observation, Policy, Privileged

UNSAID: Final = -1
"""Label and reason of a policy without explanations."""


class Listener:
    """Passes everything on to the policy, whose actions are not changed.

    Parameters
    ----------
    policy
        Any.

    Attributes
    ----------
    worlds
        The environment whose worlds are driven, for comparisons with the true state.
    """

    privileged = True  # it gets the worlds, and passes them on to a privileged policy

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.worlds: Any = None
        self._size = 0

    def bind(self, worlds: Any) -> None:  # noqa: ANN401 (as in policies.base.Privileged)
        """Keep the worlds, and pass them to the policy if it is privileged."""
        self.worlds = worlds
        if isinstance(self.policy, Privileged):
            self.policy.bind(worlds)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Begin some episodes."""
        self.policy.reset(mask, seeds)

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """The action of the policy; calls ``see`` before."""
        self._size = len(observation["ego"])
        self.see(observation)
        return self.policy.act(observation)

    def explain(self) -> Explanation:
        """The explanation of the policy, or an empty one; calls ``hear`` after."""
        if isinstance(self.policy, Explaining):
            said = self.policy.explain()
        else:
            unsaid = np.full(self._size, UNSAID)
            said = Explanation(unsaid, unsaid, ())
        self.hear(said)
        return said

    def see(self, observation: Observation) -> None:
        """Receive an observation before its decision; for subclasses."""

    def hear(self, said: Explanation) -> None:
        """Receive the explanation of a decision; for subclasses."""
