"""ModelFree: an actor trained by Stable-Baselines3 in the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError, not_allowed
from policies.base import Budget
from policies.checkpoint import ABOUT, read_budget
from policies.model_free.actor import RunningActor
from policies.model_free.checkpoint import SHIPPED, load, read_validation
from policies.model_free.sight import Sight
from policies.reactive.command import NUM_PACES, Choice, split
from policies.reactive.policy import CommandPolicy
from policies.reactive.senses import Eyes
from policies.world_model.model.checkpoint import SHIPPED as WORLD_MODEL
from policies.world_model.model.checkpoint import filter_hash
from policies.world_model.model.checkpoint import load as load_model

KINDS = ("ppo", "recurrent_ppo", "qr_dqn", "belief_ppo")


class ModelFree(CommandPolicy):
    """Policy that executes the likeliest, or highest valued, command of an actor.

    Parameters
    ----------
    kind
        ``"ppo"``, ``"recurrent_ppo"``, ``"qr_dqn"``, or ``"belief_ppo"``: PPO that sees the belief of the world model.
    checkpoint
        Folder of what ``python -m experiments.train policy=<kind>`` has made; ``"shipped"`` comes with the package.
    world_model
        Folder of the world model whose belief filter ``belief_ppo`` sees through; ``"shipped"`` comes with the package.

    Raises
    ------
    UserError
        If a checkpoint cannot be read or is of another kind.
    """

    def __init__(
        self, kind: str, checkpoint: str = "shipped", world_model: str = "shipped"
    ) -> None:
        if kind not in KINDS:
            raise not_allowed("kind", kind, KINDS)
        folder = SHIPPED / kind if checkpoint == "shipped" else Path(checkpoint)
        found = load(folder)
        made = "belief_ppo" if found.about["sees_belief"] else found.about["algorithm"]
        if made != kind:
            raise UserError(f"{folder / ABOUT}: algorithm: got {made}, expected {kind}")
        own = read_budget(found.about)
        self.budget: Budget | None = own
        self.validation_usd = read_validation(found.about)
        self._actor, self._is_flat = found.learned, found.about["algorithm"] == "qr_dqn"
        self._nets = None
        if kind == "belief_ppo":
            model = load_model(WORLD_MODEL if world_model == "shipped" else Path(world_model))
            if found.about.get("filter_sha256") != filter_hash(model.learned.filter):
                raise UserError(
                    f"{folder / ABOUT}: filter_sha256: learned with another belief filter; train again"
                )
            spent = read_budget(model.about)
            self.budget = Budget(
                own.environment_steps + spent.environment_steps,
                (own.cpu_s or 0.0) + (spent.cpu_s or 0.0),
            )
            self._nets = model.learned.filter
        super().__init__()

    def _open_eyes(self, size: int) -> Eyes:
        self._running = RunningActor(self._actor, size)
        return Sight(self._nets, size)

    def _think(
        self, features: NDArray[np.float32], is_new: NDArray[np.bool_]
    ) -> tuple[Choice, Choice]:
        values = self._running.think(features, is_new)
        if self._is_flat:
            return split(values.argmax(axis=1))
        return values[:, :NUM_PACES].argmax(axis=1), values[:, NUM_PACES:].argmax(axis=1)
