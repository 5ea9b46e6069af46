"""DreamPPO: the actor that PPO has learned inside the dream, as compiled code; no torch, no planning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policies.base import Budget, Explanation, Observation, Outlook
from policies.checkpoint import read_budget
from policies.dream_ppo.checkpoint import SHIPPED, check_fit, load
from policies.networks.compiled import forward_rows
from policies.reactive.command import NAMES, NUM_MOVES, NUM_PACES, Driver
from policies.reactive.senses import BeliefSenses
from policies.world_model.imagination.scoring import disagreement
from policies.world_model.model.checkpoint import SHIPPED as WORLD_MODEL
from policies.world_model.model.checkpoint import load as load_model


class DreamPPO:
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

    privileged = False

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
        self._senses = BeliefSenses(self._nets, 0)
        self._is_new = np.ones(0, np.bool_)
        self._driver = Driver(0)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget these worlds; nothing is drawn at random."""
        del seeds
        if len(self._is_new) != len(mask):
            self._senses, self._driver = BeliefSenses(self._nets, len(mask)), Driver(len(mask))
            self._is_new = np.ones(len(mask), np.bool_)
        self._is_new |= mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The likeliest command of the actor."""
        features = self._senses.look(observation, self._is_new)
        self._driver.begin(self._is_new, observation)
        self._driver.describe(observation, features)
        self._is_new[:] = False
        logits = np.zeros((len(features), NUM_PACES + NUM_MOVES), np.float32)
        forward_rows(self._actor, 0, features, logits)
        pace, move = logits[:, :NUM_PACES].argmax(axis=1), logits[:, NUM_PACES:].argmax(axis=1)
        return self._driver.act(observation, features, pace, move)

    def explain(self) -> Explanation:
        """The command that was given; there are no imagined options."""
        belief = self._senses.belief
        return Explanation(
            self._driver.labels(),
            self._driver.reasons(),
            NAMES,
            outlook=Outlook(belief.probabilities, self._classes, disagreement(belief.members)),
        )
