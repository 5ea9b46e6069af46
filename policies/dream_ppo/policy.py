"""DreamPPO: an actor trained by PPO inside the dream, as compiled code without torch or planning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policies.base import Budget, Explanation, Outlook
from policies.checkpoint import read_budget
from policies.dream_ppo.checkpoint import SHIPPED, check_fit, load
from policies.networks.compiled import forward_rows
from policies.reactive.command import NUM_MOVES, NUM_PACES, Choice
from policies.reactive.policy import CommandPolicy
from policies.reactive.senses import BeliefSenses, Eyes
from policies.world_model.imagination.scoring import disagreement
from policies.world_model.model.checkpoint import SHIPPED as WORLD_MODEL
from policies.world_model.model.checkpoint import load as load_model


class DreamPPO(CommandPolicy):
    """A reactive policy on belief features, trained by PPO in the world model's dream.

    Parameters
    ----------
    checkpoint
        Folder of what ``python -m experiments.train policy=dream_ppo`` has made; ``"shipped"`` comes with the package.
    world_model
        Folder of the world model whose belief filter it sees through; ``"shipped"`` comes with the package.

    Raises
    ------
    UserError
        If a checkpoint cannot be read, or the actor was not dreamt with this world model.
    """

    def __init__(self, checkpoint: str = "shipped", world_model: str = "shipped") -> None:
        model = load_model(WORLD_MODEL if world_model == "shipped" else Path(world_model))
        folder = SHIPPED if checkpoint == "shipped" else Path(checkpoint)
        found = load(folder)
        own, world = read_budget(found.about), read_budget(model.about)
        self.budget: Budget | None = Budget(
            own.environment_steps, (own.cpu_s or 0.0) + (world.cpu_s or 0.0)
        )
        self._actor = found.learned.actor
        self._nets = model.learned.filter
        self._classes = tuple(model.about["classes"])
        check_fit(folder, found.about, self._classes)
        super().__init__()

    def _open_eyes(self, size: int) -> Eyes:
        self._senses = BeliefSenses(self._nets, size)
        return self._senses

    def _think(
        self, features: NDArray[np.float32], is_new: NDArray[np.bool_]
    ) -> tuple[Choice, Choice]:
        del is_new
        logits = np.zeros((len(features), NUM_PACES + NUM_MOVES), np.float32)
        forward_rows(self._actor, 0, features, logits)
        return logits[:, :NUM_PACES].argmax(axis=1), logits[:, NUM_PACES:].argmax(axis=1)

    def explain(self) -> Explanation:
        """The executed command and the belief; there are no imagined options."""
        belief = self._senses.belief
        outlook = Outlook(belief.probabilities, self._classes, disagreement(belief.members))
        return replace(super().explain(), outlook=outlook)
