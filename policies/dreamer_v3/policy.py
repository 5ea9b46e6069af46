"""DreamerV3 as trained by sheeprl in the twin; driving does not need sheeprl."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policies.base import Budget
from policies.checkpoint import read_budget
from policies.dreamer_v3.checkpoint import load, sizes_of
from policies.dreamer_v3.nets import RunningDreamer
from policies.model_free.checkpoint import read_validation
from policies.model_free.sight import Sight
from policies.reactive.command import Choice
from policies.reactive.policy import CommandPolicy
from policies.reactive.senses import Eyes


class DreamerV3(CommandPolicy):
    """A policy that chooses the likeliest command, given the likeliest latent state.

    Parameters
    ----------
    checkpoint
        Folder of what ``python -m experiments.train policy=dreamer_v3`` has made.

    Raises
    ------
    UserError
        If it cannot be read.
    """

    def __init__(self, checkpoint: str) -> None:
        self._found = load(Path(checkpoint))
        self.budget: Budget | None = read_budget(self._found.about)
        self.validation_usd = read_validation(self._found.about)
        super().__init__()

    def _open_eyes(self, size: int) -> Eyes:
        self._actor = RunningDreamer(self._found.learned, sizes_of(self._found.about), size)
        return Sight(None, size)

    def _think(
        self, features: NDArray[np.float32], is_new: NDArray[np.bool_]
    ) -> tuple[Choice, Choice]:
        return self._actor.think(features, is_new)
