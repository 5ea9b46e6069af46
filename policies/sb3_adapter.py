"""TwinVecEnv: the adapter that presents the twin as a Stable-Baselines3 VecEnv."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv, VectorEnv
from numpy.typing import NDArray
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvObs

from envs.copies import Copyable
from envs.errors import UserError


class TwinVecEnv(Copyable, VecEnv):
    """A Gymnasium vector environment seen through Stable-Baselines3's interface.

    Parameters
    ----------
    env
        Restarts ended worlds within the same step (``AutoresetMode.SAME_STEP``): the twin, the dream, or a
        ``SyncVectorEnv`` or ``AsyncVectorEnv`` of Debris-v1, Inject-v1 or another environment.

    Raises
    ------
    UserError
        If ``env`` restarts at another time: its last observations would be lost.

    Notes
    -----
    The info of one world holds ``TimeLimit.truncated``, and ``cost_usd`` (of this decision) and ``events`` where the
    environment reports them; where an episode has ended also ``terminal_observation`` and ``episode`` (return ``r``,
    length ``l``, seconds since construction ``t``), as ``Monitor`` writes it. So neither ``Monitor`` nor
    ``VecMonitor`` is needed.

    The worlds of a ``SyncVectorEnv`` are separate objects: their attributes and methods come first, world by world.
    Those of the twin share their attributes.

    Examples
    --------
    >>> import gymnasium as gym
    >>> env = TwinVecEnv(gym.make_vec("envs:roadworld/Debris-v1", num_envs=2, vectorization_mode="vector_entry_point"))
    >>> env.seed(5)
    [5, 6]
    >>> env.reset()["debris"].shape
    (2, 4, 39)
    """

    def __init__(self, env: VectorEnv[Any, Any, Any]) -> None:
        mode = env.metadata.get("autoreset_mode")
        if mode != AutoresetMode.SAME_STEP:
            raise UserError(f"env: autoreset_mode: got {mode}, expected {AutoresetMode.SAME_STEP}")
        self.env = env
        self._actions: NDArray[Any] | None = None
        self._returns = np.zeros(env.num_envs)
        self._lengths = np.zeros(env.num_envs, dtype=np.int64)
        self._start_s = time.monotonic()
        self._has_begun = False
        self._are_separate = isinstance(env.unwrapped, SyncVectorEnv | AsyncVectorEnv)
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Set the seeds of the next reset: ``seed + b`` for world ``b``; ``None`` continues the present generators."""
        self._seeds = [None if seed is None else seed + b for b in range(self.num_envs)]
        return self._seeds

    def reset(self) -> VecEnvObs:
        """Begin new episodes in all worlds; returns their first observations.

        Raises
        ------
        UserError
            If the options set before differ in their keys between the worlds of a twin.
        """
        first = self._options[0]
        if not self._are_separate:
            observation = self._reset_worlds(_by_key(self._options))
        elif all(options is first for options in self._options) or not any(self._options):
            observation = self._reset_worlds(first)
        else:
            observation = self._reset_one_by_one()
        self._reset_seeds()
        self._reset_options()
        self._returns[:] = 0.0
        self._lengths[:] = 0
        return observation

    def _reset_worlds(
        self, options: dict[str, Any], chosen: NDArray[np.bool_] | None = None
    ) -> VecEnvObs:
        """Reset all worlds at once, or the chosen ones; returns the observation of all."""
        mask = {} if chosen is None else {"reset_mask": chosen}
        # one seed per world, which SyncVectorEnv and the twin take and VectorEnv's signature does not mention
        seeds: Any = self._seeds
        observation: VecEnvObs
        observation, info = self.env.reset(seed=seeds, options={**options, **mask} or None)
        for b in range(self.num_envs) if chosen is None else np.flatnonzero(chosen).tolist():
            self._keep_reset_info(b, info)
        self._has_begun = True
        return observation

    def _reset_one_by_one(self) -> VecEnvObs:
        """Reset every world with its own options: separate worlds take the same ones when reset together."""
        observation = {} if self._has_begun else self._reset_worlds({})
        for b, options in enumerate(self._options):
            observation = self._reset_worlds(options, np.arange(self.num_envs) == b)
        return observation

    def step_async(self, actions: NDArray[Any]) -> None:
        """Keep the actions for ``step_wait``."""
        self._actions = actions

    def step_wait(
        self,
    ) -> tuple[VecEnvObs, NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Advance every world by one decision; ended worlds return the first observation of their next episode."""
        observation, reward, terminated, truncated, info = self.env.step(self._actions)
        self._returns += reward
        self._lengths += 1
        ended = terminated | truncated
        infos = [self._describe(b, info, bool(ended[b])) for b in range(self.num_envs)]
        for b in np.flatnonzero(ended):
            # a world can reach its time limit in the decision in which it is terminated: that is no truncation
            infos[b]["TimeLimit.truncated"] = bool(truncated[b] and not terminated[b])
            infos[b]["terminal_observation"] = info["final_obs"][b]
            infos[b]["episode"] = {
                "r": float(self._returns[b]),
                "l": int(self._lengths[b]),
                "t": round(time.monotonic() - self._start_s, 6),
            }
            self._keep_reset_info(int(b), info)
        self._returns[ended] = 0.0
        self._lengths[ended] = 0
        return observation, reward.astype(np.float32), ended, infos

    @staticmethod
    def _describe(b: int, info: dict[str, Any], has_ended: bool) -> dict[str, Any]:
        """The ``info`` for SB3 about the last decision of world ``b``."""
        source = info["final_info"] if has_ended else info
        described: dict[str, Any] = {"TimeLimit.truncated": False}
        if "cost" in source:
            described["cost_usd"] = float(source["cost"]["total"][b])
        if "events" in source:
            flags = {name: one for name, one in source["events"].items() if name[0] != "_"}
            described["events"] = {name: bool(one[b]) for name, one in flags.items()}
        return described

    def _keep_reset_info(self, b: int, info: dict[str, Any]) -> None:
        """Store which instance world ``b`` has begun."""
        if "instance_hash" in info:
            self.reset_infos[b] = {"instance_hash": info["instance_hash"][b]}

    def close(self) -> None:
        """Release the resources of the environment."""
        self.env.close()

    def _separate(self, indices: VecEnvIndices) -> list[gym.Env[Any, Any]]:
        """The environments of these worlds, if they are separate objects in this process; empty otherwise."""
        envs = getattr(self.env.unwrapped, "envs", ())
        return [envs[b] for b in self._get_indices(indices)] if envs else []

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """One picture per world.

        Raises
        ------
        UserError
            If the environment draws none.
        """
        pictures: Any = self.env.render() if self.render_mode == "rgb_array" else None
        if pictures is None:
            raise UserError(
                f"render_mode: got {self.render_mode!r}, expected 'rgb_array', with which Debris-v1 is drawn in a "
                "SyncVectorEnv"
            )
        return list(pictures)

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """An attribute of each world of ``indices``, or else of the vector environment, repeated."""
        worlds = self._separate(indices)
        if worlds and all(world.has_wrapper_attr(attr_name) for world in worlds):
            return [world.get_wrapper_attr(attr_name) for world in worlds]
        return [getattr(self.env, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:  # noqa: ANN401
        """Set an attribute of separate worlds, or else of the vector environment, for all worlds at once.

        Raises
        ------
        UserError
            If only some worlds are named that are not separate objects.
        """
        worlds = self._separate(indices)
        if not worlds:
            self._check_all(indices)
            setattr(self.env, attr_name, value)
        for world in worlds:
            world.set_wrapper_attr(attr_name, value)

    def env_method(
        self,
        method_name: str,
        *method_args: Any,
        indices: VecEnvIndices = None,
        **method_kwargs: Any,
    ) -> list[Any]:
        """Call a method of each separate world, or else of the vector environment, whose result is repeated.

        Raises
        ------
        UserError
            If only some worlds are named that are not separate objects.
        """
        worlds = self._separate(indices)
        if worlds and all(world.has_wrapper_attr(method_name) for world in worlds):
            return [
                world.get_wrapper_attr(method_name)(*method_args, **method_kwargs)
                for world in worlds
            ]
        self._check_all(indices)
        answer = getattr(self.env, method_name)(*method_args, **method_kwargs)
        return [answer] * self.num_envs

    def _check_all(self, indices: VecEnvIndices) -> None:
        """Raise an error for a selection of worlds other than all."""
        if sorted(self._get_indices(indices)) != list(range(self.num_envs)):
            raise UserError(
                f"indices: got {indices!r}, expected None, because all worlds of a twin share their attributes"
            )

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: VecEnvIndices = None
    ) -> list[bool]:
        """Whether the worlds have a wrapper; true for ``Monitor``, whose episode statistics are provided here."""
        worlds: Sequence[gym.Env[Any, Any] | None] = self._separate(indices)
        worlds = worlds or [None] * len(list(self._get_indices(indices)))
        return [
            wrapper_class is Monitor or (world is not None and is_wrapped(world, wrapper_class))
            for world in worlds
        ]


def _by_key(options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Options of every world as one mapping to lists, which the twin takes."""
    keys = set(options[0])
    if any(set(of_one) != keys for of_one in options):
        raise UserError("options: expected the same keys for every world")
    return {key: [of_one[key] for of_one in options] for key in sorted(keys)}
