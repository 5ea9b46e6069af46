"""The base of policies that choose a command in every decision: features, command, action."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from policies.base import Explanation, Observation
from policies.reactive.command import NAMES, Choice, Driver
from policies.reactive.senses import Eyes


class CommandPolicy(ABC):
    """Base class of learned reactive policies; a subclass provides features and network."""

    privileged = False

    def __init__(self) -> None:
        self._begin(0)

    def _begin(self, size: int) -> None:
        """Create empty memory for ``size`` worlds."""
        self._eyes = self._open_eyes(size)
        self._driver = Driver(size)
        self._is_new = np.ones(size, np.bool_)

    @abstractmethod
    def _open_eyes(self, size: int) -> Eyes:
        """Create the feature reader for ``size`` worlds, and any further memory."""

    @abstractmethod
    def _think(
        self, features: NDArray[np.float32], is_new: NDArray[np.bool_]
    ) -> tuple[Choice, Choice]:
        """Compute pace and move from features ``(B, F)``, both ``(B,)``."""

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; no random numbers are used."""
        del seeds
        if len(self._is_new) != len(mask):
            self._begin(len(mask))
        self._is_new |= mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Choose the best command and execute it."""
        features = self._eyes.look(observation, self._is_new)
        self._driver.begin(self._is_new, observation)
        self._driver.describe(observation, features)
        pace, move = self._think(features, self._is_new)
        self._is_new[:] = False
        return self._driver.act(observation, features, pace, move)

    def explain(self) -> Explanation:
        """The executed command; there are no imagined options."""
        return Explanation(self._driver.labels(), self._driver.reasons(), NAMES)
