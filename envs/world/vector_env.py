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
from envs.errors import UserError, not_allowed
from envs.observation import observation_space
from envs.world.longest import LongestEpisode
from envs.world.settings import check_seeds, make_sensor

NO_WORLDS: NDArray[np.int64] = np.zeros(0, np.int64)


class WorldsVectorEnv(Copyable, LongestEpisode, VectorEnv[dict[str, Any], Any, Any]):
    """``B`` worlds as a Gymnasium vector environment; subclasses simulate the worlds.

    Parameters
    ----------
    num_envs
        Number of worlds ``B``, >= 1.
    render_mode
        Must be ``None``: many worlds are not drawn.
    action
        ``"continuous"`` or ``"discrete"``.
    autoreset_mode
        When an ended world begins its next episode: ``"SameStep"``, ``"NextStep"`` or ``"Disabled"``, or the
        ``AutoresetMode``, as in ``SyncVectorEnv``.
    max_episode_steps
        ``None`` or the longest length of an episode, which Gymnasium passes when an environment is made from a
        ``spec``; another length cannot be chosen.
    camera
        Argument ``camera`` of an environment; see ``envs.world.settings.make_sensor``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.

    Notes
    -----
    ``info`` holds a mask ``_key`` for a key whose values are of some worlds only, as in ``SyncVectorEnv``; without a
    mask they are of all worlds. With ``SameStep``, ``info`` describes the decision of every world, also of ended ones;
    only ``instance_hash`` and ``camera_masks`` are those of the next episode, as the observation is.
    """

    def __init__(
        self,
        num_envs: int,
        render_mode: str | None,
        action: str,
        autoreset_mode: object,
        max_episode_steps: object,
        camera: Any = None,  # noqa: ANN401 (checked below)
    ) -> None:
        if type(num_envs) is not int or num_envs < 1:
            raise UserError(f"num_envs: got {num_envs!r}, expected an integer >= 1")
        if render_mode is not None:
            raise UserError(
                f"render_mode: got {render_mode!r}, many worlds are not drawn; use gym.make"
            )
        if max_episode_steps not in (None, self.longest_episode):
            raise UserError(
                f"max_episode_steps: got {max_episode_steps!r}, expected {self.longest_episode} or None"
            )
        self.autoreset_mode = read_autoreset_mode(autoreset_mode)
        self.metadata = {"autoreset_mode": self.autoreset_mode, "render_modes": []}
        self.num_envs = num_envs
        self._sensor = make_sensor(camera, num_envs)
        self.single_observation_space = observation_space(
            None if self._sensor is None else self._sensor.space
        )
        self.single_action_space = action_space(action)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._generators = [seeding.np_random(None)[0] for _ in range(num_envs)]
        self._over = NO_WORLDS
        """Worlds whose episode has ended and that have not begun the next one."""

    @abstractmethod
    def _begin(self, chosen: NDArray[np.int64]) -> None:
        """Begin a new episode in some worlds."""

    @abstractmethod
    def _observe_one(self, b: int) -> dict[str, NDArray[Any]]:
        """A copy of the observation of one world."""

    @abstractmethod
    def _hash(self, b: int) -> str:
        """Identifier of the episode of one world."""

    @abstractmethod
    def _describe(self, total: NDArray[np.float64], num_contacts: int) -> dict[str, Any]:
        """``info`` of the last decision, of which ``total`` ``(B,)`` is the cost in US$."""

    def _pictures(self, chosen: int | slice = slice(None)) -> dict[str, NDArray[np.uint8]]:
        """The camera's part of an observation of one world or of all; empty without a camera."""
        return {} if self._sensor is None else self._sensor.observation(chosen)

    def _masks(self) -> dict[str, NDArray[np.uint8]]:
        """The camera's part of an ``info``; empty without masks."""
        return {} if self._sensor is None else self._sensor.describe()

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

    def _mask(self, worlds: NDArray[np.int64]) -> NDArray[np.bool_]:
        """``(B,)`` whether each world is one of these."""
        mask = np.zeros(self.num_envs, np.bool_)
        mask[worlds] = True
        return mask

    def _describe_reset(self, chosen: NDArray[np.int64], cost: NDArray[Any]) -> dict[str, Any]:
        """``info`` of a reset of some worlds, which have begun; ``cost`` is ``(B, NUM_COMPONENTS)``."""
        self._over = np.setdiff1d(self._over, chosen)
        total = np.zeros(self.num_envs)
        for component in cost.T:
            # one by one, as compiled code adds them: the order of a sum decides its last bit
            total += component
        info = {
            "instance_hash": self._instance_hashes(range(self.num_envs)),
            **self._describe(total, self.num_envs),
        }
        if chosen.size < self.num_envs:
            info |= {f"_{key}": self._mask(chosen) for key in info}
        return info

    def _check_running(self) -> None:
        """Raise an error if a world has ended that only the caller may reset."""
        if self._over.size and self.autoreset_mode is AutoresetMode.DISABLED:
            raise UserError(
                f"step: the episodes of worlds {self._over.tolist()} have ended, and autoreset_mode is 'Disabled'; "
                "call reset(options={'reset_mask': ...}) first"
            )

    def _follow_mode(
        self,
        reward: NDArray[np.float64],
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
        info: dict[str, Any],
    ) -> None:
        """Begin the next episodes that the autoreset mode asks for; changes all results of a decision in place."""
        if self._over.size:
            self._begin_instead(self._over, reward, terminated, truncated, info)
            self._over = NO_WORLDS
        ended = np.flatnonzero(terminated | truncated)
        if self.autoreset_mode is not AutoresetMode.SAME_STEP:
            self._over = ended
        elif ended.size:
            self._restart(ended, info)

    def _begin_instead(
        self,
        due: NDArray[np.int64],
        reward: NDArray[np.float64],
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
        info: dict[str, Any],
    ) -> None:
        """Begin new episodes in worlds that ended one decision ago, whose action is ignored (``NextStep``)."""
        self._begin(due)
        total = info["cost"]["total"]
        reward[due], total[due] = 0.0, 0.0
        terminated[due] = truncated[due] = False
        has_begun = self._mask(due)
        state_hash = info.pop("state_hash")
        info |= self._describe(total, self.num_envs)
        info["instance_hash"], info["_instance_hash"] = (
            self._instance_hashes(due.tolist()),
            has_begun,
        )
        if not has_begun.all():
            state_hash[due] = 0
            info["state_hash"], info["_state_hash"] = state_hash, ~has_begun

    def _restart(self, ended: NDArray[np.int64], info: dict[str, Any]) -> None:
        """Begin new episodes where the old ones ended, and keep the last observations in ``info`` (``SameStep``)."""
        final_obs = np.full(self.num_envs, None, dtype=object)
        has_ended = self._mask(ended)
        for b in ended.tolist():
            final_obs[b] = self._observe_one(b)
        info["final_obs"], info["_final_obs"] = final_obs, has_ended
        info["final_info"] = {key: value for key, value in info.items() if "final" not in key}
        info["_final_info"] = has_ended
        self._begin(ended)
        info["instance_hash"] = self._instance_hashes(ended.tolist())
        info["_instance_hash"] = has_ended
        info |= self._masks()


def read_autoreset_mode(value: object) -> AutoresetMode:
    """The autoreset mode from its name or as given; a ``UserError`` that lists the names otherwise."""
    if isinstance(value, AutoresetMode):
        return value
    modes = {mode.value: mode for mode in AutoresetMode}
    if not isinstance(value, str) or value not in modes:
        raise not_allowed("autoreset_mode", value, modes)
    return modes[value]
