"""DreamVectorEnv: many dreams as a Gymnasium vector environment, with the twin's interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envs.action import action_space
from envs.errors import UserError
from envs.observation import observation_space
from envs.world.settings import check_options, check_seeds
from policies.world_model.dream.core import DreamCore
from policies.world_model.dream.settings import OPTIONS, DreamSettings


class DreamVectorEnv(VectorEnv[dict[str, Any], Any, Any]):
    """``B`` dreams of the learned world model; observation, action, reward and info as of Debris-v0.

    * **Beginning**: a piece of what was really observed; contents of objects, their looks and the member of the
      ensemble are drawn once and kept for the episode.
    * **Terminated** as Debris-v0; **truncated** after ``horizon`` decisions, or when the members disagree more than
      they usually do.
    * **Info**: that of Debris-v0, and ``epistemic``, ``aleatoric``, ``p_terminated``, ``member``, ``theta``, ``ood``.
    * **Seeds** and **autoreset** (``SAME_STEP``) are the twin's. What a dream becomes does not depend on the others.

    Parameters
    ----------
    num_envs
        Number of worlds ``B``, >= 1.
    render_mode
        Must be ``None``: ``DreamEnv`` draws.
    **settings
        Arguments of ``policies.world_model.dream.settings.DreamSettings``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    def __init__(
        self, num_envs: int = 1, *, render_mode: str | None = None, **settings: Any
    ) -> None:
        if type(num_envs) is not int or num_envs < 1:
            raise UserError(f"num_envs: got {num_envs!r}, expected an integer >= 1")
        if render_mode is not None:
            raise UserError(
                f"render_mode: got {render_mode!r}, many dreams do not draw; use gym.make"
            )
        self.settings = DreamSettings(**settings)
        self.metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}
        self.num_envs = num_envs
        self.single_observation_space = observation_space()
        self.single_action_space = action_space("continuous")
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.core = DreamCore(num_envs, self.settings)
        self._generators = [seeding.np_random(None)[0] for _ in range(num_envs)]

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin new dreams.

        Parameters
        ----------
        seed
            World ``b`` gets ``seed + b``, or ``seed[b]``; ``None`` continues the world's generator.
        options
            ``segment``: index of the piece of the log to begin with; ``member`` of the ensemble; ``theta``: list of
            up to four classes, by index or name, ``None`` where the belief decides. Each for all worlds, or a list with
            one per world. ``reset_mask``: ``(B,)`` bool, only these worlds.

        Returns
        -------
        observation, info
            ``info["instance_hash"]`` is an array of strings.

        Raises
        ------
        UserError
            If an option or a seed does not fit.
        """
        given = check_options(options, OPTIONS)
        chosen = self._chosen(given.pop("reset_mask", None))
        seeds = check_seeds(seed, self.num_envs)
        for b in chosen.tolist():
            if seeds[b] is not None:
                self._generators[b] = seeding.np_random(seeds[b])[0]
        self.core.begin(chosen, self._generators, given)
        info = {"instance_hash": self._hashes(range(self.num_envs))}
        return self.core.observation(), info | self.core.describe(np.zeros(0))

    def _chosen(self, given: object) -> NDArray[np.int64]:
        """Indices of the worlds to reset."""
        mask = np.ones(self.num_envs, np.bool_) if given is None else np.asarray(given)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise UserError(
                f"reset_mask: got {mask.tolist()}, expected {self.num_envs} booleans, at least one true"
            )
        if (self.core.pieces[~mask] < 0).any():
            raise UserError(f"reset_mask: got {mask.tolist()}, the first reset is of all worlds")
        return np.flatnonzero(mask).astype(np.int64)

    def _hashes(self, worlds: Sequence[int]) -> NDArray[np.object_]:
        """Fingerprints of some worlds, empty for the others."""
        found = np.full(self.num_envs, "", dtype=object)
        for b in worlds:
            found[b] = self.core.fingerprint(b)
        return found

    def step(
        self, actions: object
    ) -> tuple[
        dict[str, Any], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
    ]:
        """Advance every dream by one decision.

        Parameters
        ----------
        actions
            ``(B, 2)`` in [-1, 1].

        Returns
        -------
        observation, reward, terminated, truncated, info
            Each with a leading axis ``B``.
        """
        reward, terminated, truncated, info = self.core.step(actions)
        ended = np.flatnonzero(terminated | truncated)
        observation = self.core.observation()
        if ended.size:
            self._restart(ended, observation, info)
            self.core.overwrite(ended, observation)
        return observation, reward, terminated, truncated, info

    def _restart(
        self,
        ended: NDArray[np.int64],
        observation: dict[str, NDArray[np.float32]],
        info: dict[str, Any],
    ) -> None:
        """Begin new dreams where the old ones ended, and keep the last observations in ``info``."""
        final_obs = np.full(self.num_envs, None, dtype=object)
        has_ended = np.zeros(self.num_envs, np.bool_)
        has_ended[ended] = True
        for b in ended.tolist():
            final_obs[b] = {key: values[b].copy() for key, values in observation.items()}
        info["final_obs"], info["_final_obs"] = final_obs, has_ended
        info["final_info"] = {key: value for key, value in info.items() if "final" not in key}
        info["_final_info"] = has_ended
        self.core.begin(ended.astype(np.int64), self._generators, {})
        info["instance_hash"] = self._hashes(ended.tolist())
