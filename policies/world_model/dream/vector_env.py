"""DreamVectorEnv: many dreams as a Gymnasium vector environment with the twin's interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from envs.world.settings import check_options
from envs.world.vector_env import WorldsVectorEnv
from policies.world_model.dream.drawn_worlds import drawn_worlds
from policies.world_model.dream.simulation.core import DreamCore
from policies.world_model.dream.simulation.settings import OPTIONS, DreamSettings

if TYPE_CHECKING:
    from envs.camera import Camera


class DreamVectorEnv(WorldsVectorEnv):
    """``B`` dreams of the learned world model; observation, action, reward and info are those of Debris-v1.

    * **Start**: a log piece of true observations; contents of objects, their looks and the member of the
      ensemble are drawn once and kept for the episode.
    * **Terminated** as Debris-v1; **truncated** after ``horizon`` decisions, or when the members disagree more than
      they usually do.
    * **Info**: that of Debris-v1, and ``epistemic``, ``aleatoric``, ``p_terminated``, ``member``, ``theta``, ``ood``.
    * **Seeds** and **autoreset** are the twin's. What a dream becomes does not depend on the others.

    Parameters
    ----------
    num_envs
        Number of worlds ``B``, >= 1.
    render_mode
        Must be ``None``: ``DreamEnv`` draws.
    autoreset_mode, max_episode_steps, camera
        Those of ``envs.world.vector_env.WorldsVectorEnv``.
    **settings
        Arguments of ``policies.world_model.dream.simulation.settings.DreamSettings``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.SAME_STEP,
        max_episode_steps: int | None = None,
        camera: str | Mapping[str, Any] | Camera | None = None,
        **settings: Any,
    ) -> None:
        self.settings = DreamSettings(**settings)
        super().__init__(
            num_envs, render_mode, "continuous", autoreset_mode, max_episode_steps, camera
        )
        self.core = DreamCore(num_envs, self.settings)

    @property
    def longest_episode(self) -> int:
        """Number of decisions after which a dream is truncated."""
        return self.settings.horizon

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

        Raises
        ------
        UserError
            If an option or a seed does not fit.
        """
        given = check_options(options, OPTIONS)
        chosen = self._choose(given.pop("reset_mask", None), self.core.pieces >= 0)
        self._seed(seed, chosen)
        self._begin(chosen, given)
        return self.core.observation() | self._pictures(), self._describe_reset(
            chosen, self.core.dreams.records["cost"]
        )

    def _begin(self, chosen: NDArray[np.int64], options: dict[str, Any] | None = None) -> None:
        self.core.begin(chosen, self._generators, options or {})
        if self._sensor is not None:
            self._sensor.begin(drawn_worlds(self.core), chosen)

    def _observe_one(self, b: int) -> dict[str, NDArray[Any]]:
        return self.core.observation(b) | self._pictures(b)

    def _hash(self, b: int) -> str:
        return self.core.fingerprint(b)

    def _describe(self, total: NDArray[np.float64], num_contacts: int) -> dict[str, Any]:
        return self.core.describe(total, num_contacts) | self._masks()

    def step(
        self, actions: object
    ) -> tuple[
        dict[str, Any], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
    ]:
        """Advance every dream by one decision; ``actions`` are ``(B, 2)`` in [-1, 1]."""
        self._check_running()
        reward, terminated, truncated, info = self.core.step(actions)
        if self._sensor is not None:
            self._sensor.advance(drawn_worlds(self.core))
            info |= self._masks()
        self._follow_mode(reward, terminated, truncated, info)
        return self.core.observation() | self._pictures(), reward, terminated, truncated, info
