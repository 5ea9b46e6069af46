"""ModelFree: an actor that Stable-Baselines3 has trained in the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError, not_allowed
from policies.base import Budget, Explanation, Observation
from policies.checkpoint import ABOUT, read_budget
from policies.model_free.actor import Mind
from policies.model_free.checkpoint import SHIPPED, load, read_validation
from policies.model_free.sight import Sight
from policies.reactive.command import NAMES, NUM_PACES, Driver, split
from policies.world_model.model.checkpoint import SHIPPED as WORLD_MODEL
from policies.world_model.model.checkpoint import filter_hash
from policies.world_model.model.checkpoint import load as load_model

KINDS = ("ppo", "recurrent_ppo", "qr_dqn", "belief_ppo")


class ModelFree:
    """The likeliest, or most valued, command of an actor.

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

    privileged = False

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
        self._is_new = np.ones(0, np.bool_)
        self._begin(0)

    def _begin(self, size: int) -> None:
        """Nothing is remembered."""
        self._sight = Sight(self._nets, size)
        self._mind = Mind(self._actor, size)
        self._driver = Driver(size)
        self._is_new = np.ones(size, np.bool_)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget these worlds; nothing is drawn at random."""
        del seeds
        if len(self._is_new) != len(mask):
            self._begin(len(mask))
        self._is_new |= mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The best command."""
        features = self._sight.look(observation, self._is_new)
        self._driver.begin(self._is_new, observation)
        self._driver.describe(observation, features)
        said = self._mind.think(features, self._is_new)
        self._is_new[:] = False
        if self._is_flat:
            pace, move = split(said.argmax(axis=1))
        else:
            pace, move = said[:, :NUM_PACES].argmax(axis=1), said[:, NUM_PACES:].argmax(axis=1)
        return self._driver.act(observation, features, pace, move)

    def explain(self) -> Explanation:
        """The command that was given."""
        return Explanation(self._driver.labels(), self._driver.reasons(), NAMES)
