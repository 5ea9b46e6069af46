"""The base of all vector environments: spaces, seeds, reset masks, and automatic restarts of ended episodes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envs.action import action_space
from envs.copies import Copyable
from envs.errors import UserError
from envs.observation import observation_space
from envs.world.settings import check_seeds


class WorldsVectorEnv(Copyable, VectorEnv[dict[str, Any], Any, Any]):
    """``B`` worlds as a Gymnasium vector environment with autoreset ``SAME_STEP``; subclasses simulate the worlds.

    Parameters
    ----------
    num_envs
        Number of worlds ``B``, >= 1.
    render_mode
        Must be ``None``: many worlds are not drawn.
    action
        ``"continuous"`` or ``"discrete"``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    def __init__(self, num_envs: int, render_mode: str | None, action: str) -> None:
        if type(num_envs) is not int or num_envs < 1:
            raise UserError(f"num_envs: got {num_envs!r}, expected an integer >= 1")
        if render_mode is not None:
            raise UserError(
                f"render_mode: got {render_mode!r}, many worlds are not drawn; use gym.make"
            )
        self.metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}
        self.num_envs = num_envs
        self.single_observation_space = observation_space()
        self.single_action_space = action_space(action)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._generators = [seeding.np_random(None)[0] for _ in range(num_envs)]

    @abstractmethod
    def _begin(self, chosen: NDArray[np.int64]) -> None:
        """Begin a new episode in some worlds."""

    @abstractmethod
    def _observe_one(self, b: int) -> dict[str, NDArray[np.float32]]:
        """A copy of the observation of one world."""

    @abstractmethod
    def _hash(self, b: int) -> str:
        """Identifier of the episode of one world."""

    def _choose(self, reset_mask: object, has_begun: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Indices of the worlds to reset."""
        mask = np.ones(self.num_envs, np.bool_) if reset_mask is None else np.asarray(reset_mask)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise UserError(
                f"reset_mask: got {mask.tolist()}, expected {self.num_envs} booleans, at least one true"
            )
        if not (has_begun | mask).all():
            raise UserError(f"reset_mask: got {mask.tolist()}, the first reset is of all worlds")
        return np.flatnonzero(mask).astype(np.int64)

    def _seed(self, seed: int | Sequence[int | None] | None, chosen: NDArray[np.int64]) -> None:
        """Seed the generators of some worlds; ``None`` continues them."""
        seeds = check_seeds(seed, self.num_envs)
        for b in chosen.tolist():
            if seeds[b] is not None:
                self._generators[b] = seeding.np_random(seeds[b])[0]

    def _instance_hashes(self, worlds: Iterable[int]) -> NDArray[np.object_]:
        """Identifiers of the episodes of some worlds; empty for the others."""
        hashes = np.full(self.num_envs, "", dtype=object)
        for b in worlds:
            hashes[b] = self._hash(b)
        return hashes

    def _restart(self, ended: NDArray[np.int64], info: dict[str, Any]) -> None:
        """Begin new episodes where the old ones ended, and keep the last observations in ``info``."""
        final_obs = np.full(self.num_envs, None, dtype=object)
        has_ended = np.zeros(self.num_envs, np.bool_)
        has_ended[ended] = True
        for b in ended.tolist():
            final_obs[b] = self._observe_one(b)
        info["final_obs"], info["_final_obs"] = final_obs, has_ended
        info["final_info"] = {key: value for key, value in info.items() if "final" not in key}
        info["_final_info"] = has_ended
        self._begin(ended)
        info["instance_hash"] = self._instance_hashes(ended.tolist())
