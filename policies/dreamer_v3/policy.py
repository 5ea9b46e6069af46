"""DreamerV3: what sheeprl has trained in the twin; to drive, sheeprl is not needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policies.base import Budget, Explanation, Observation
from policies.checkpoint import read_budget
from policies.dreamer_v3.checkpoint import load, sizes_of
from policies.dreamer_v3.nets import Mind
from policies.model_free.checkpoint import read_validation
from policies.model_free.sight import Sight
from policies.reactive.command import NAMES, Driver


class DreamerV3:
    """The likeliest command, given the likeliest latent state.

    Parameters
    ----------
    checkpoint
        Folder of what ``python -m experiments.train policy=dreamer_v3`` has made.

    Raises
    ------
    UserError
        If it cannot be read.
    """

    privileged = False

    def __init__(self, checkpoint: str) -> None:
        self._found = load(Path(checkpoint))
        self.budget: Budget | None = read_budget(self._found.about)
        self.validation_usd = read_validation(self._found.about)
        self._is_new = np.ones(0, np.bool_)
        self._begin(0)

    def _begin(self, size: int) -> None:
        """Nothing is remembered."""
        self._sight = Sight(None, size)
        self._mind = Mind(self._found.learned, sizes_of(self._found.about), size)
        self._driver = Driver(size)
        self._is_new = np.ones(size, np.bool_)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget these worlds; nothing is drawn at random."""
        del seeds
        if len(self._is_new) != len(mask):
            self._begin(len(mask))
        self._is_new |= mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The likeliest command."""
        features = self._sight.look(observation, self._is_new)
        self._driver.begin(self._is_new, observation)
        self._driver.describe(observation, features)
        pace, move = self._mind.think(features, self._is_new)
        self._is_new[:] = False
        return self._driver.act(observation, features, pace, move)

    def explain(self) -> Explanation:
        """The command that was given."""
        return Explanation(self._driver.labels(), self._driver.reasons(), NAMES)
