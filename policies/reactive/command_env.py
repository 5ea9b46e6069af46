"""CommandEnv: a wrapper of a VecEnv of Debris-v1 or Dream-v1 with features as observations and commands as actions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from envs.copies import Copyable
from policies.reactive.command import NUM_COMMANDS, NUM_MOVES, NUM_PACES, Driver, split
from policies.reactive.senses import Eyes

HARD = 2
"""Hard braking is this pace and later ones."""

LARGEST = 1e3
"""Declared bound of the features; they are of order one."""


class CommandEnv(Copyable, VecEnvWrapper):
    """The environment in which an actor learns: observation -> belief -> features -> command -> action.

    Parameters
    ----------
    venv
        With observation and action of Debris-v1; ended worlds restart within the same step, and their last
        observation is in ``terminal_observation``.
    eyes
        Makes the feature reader for a given number of worlds.
    reward_scale_usd
        US$ that are a reward of -1.
    cap_usd
        A decision counts at most this much: the cost has a heavy tail, which a critic cannot fit.
    needless_usd
        Price of a decision that brakes hard: passengers expect it seldom, which the cost alone hardly sees.
    is_flat
        Actions are ``Discrete``, every pace with every move, instead of ``MultiDiscrete``.
    """

    REBUILT = ("class_attributes",)

    def __init__(
        self,
        venv: VecEnv,
        eyes: Callable[[int], Eyes],
        reward_scale_usd: float,
        cap_usd: float,
        needless_usd: float = 0.0,
        *,
        is_flat: bool = False,
    ) -> None:
        self._open_eyes, self._scale, self._cap = eyes, reward_scale_usd, cap_usd
        self._needless = needless_usd
        self._eyes = eyes(venv.num_envs)
        self._driver = Driver(venv.num_envs)
        self._observation: Any = None
        self._features = np.zeros((venv.num_envs, self._eyes.num_features), np.float32)
        commands: gym.Space[Any] = gym.spaces.MultiDiscrete([NUM_PACES, NUM_MOVES])
        if is_flat:
            commands = gym.spaces.Discrete(NUM_COMMANDS)
        box = gym.spaces.Box(-LARGEST, LARGEST, self._features.shape[1:], np.float32)
        super().__init__(venv, box, commands)

    def _rebuild(self) -> None:
        # Stable-Baselines3's table of the members of the class, which cannot be pickled
        self.class_attributes = dict(inspect.getmembers(type(self)))

    def reset(self) -> NDArray[np.float32]:
        """Begin new episodes in all worlds."""
        self._observation = self.venv.reset()
        self._eyes = self._open_eyes(self.num_envs)
        self._features = self._begin(self._observation, self._eyes, self._driver)
        return self._features.copy()

    @staticmethod
    def _begin(observation: Any, eyes: Eyes, driver: Driver) -> NDArray[np.float32]:  # noqa: ANN401 (SB3's)
        """First features of new episodes."""
        is_new = np.ones(len(observation["ego"]), np.bool_)
        features = eyes.look(observation, is_new)
        driver.begin(is_new, observation)
        driver.describe(observation, features)
        return features

    def step_async(self, actions: NDArray[Any]) -> None:
        """Set commands: ``(B, 2)``, pace and move, or ``(B,)`` if they are flat."""
        given = np.asarray(actions, np.int64)
        pace, move = split(given) if given.ndim == 1 else (given[:, 0], given[:, 1])
        self.venv.step_async(self._driver.act(self._observation, self._features, pace, move))

    def step_wait(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Features of every world, for ended worlds those of the next episode; the reward is scaled and capped."""
        observation, _, ended, infos = self.venv.step_wait()
        usd = np.array([info["cost_usd"] for info in infos])
        usd = usd + self._needless * (self._driver.pace >= HARD)
        reward = (np.minimum(usd, self._cap) / -self._scale).astype(np.float32)
        over = np.flatnonzero(ended)
        last: dict[str, NDArray[np.float32]] = observation  # type: ignore[assignment]
        if over.size:
            last = {key: values.copy() for key, values in last.items()}
            for b in over.tolist():
                for key, values in infos[b]["terminal_observation"].items():
                    last[key][b] = values
        features = self._eyes.look(last, np.zeros(self.num_envs, np.bool_))
        self._driver.describe(last, features)
        if over.size:
            for b in over.tolist():
                infos[b]["terminal_observation"] = features[b].copy()
            fresh = {key: values[over] for key, values in observation.items()}  # type: ignore[union-attr]
            eyes, driver = self._open_eyes(len(over)), Driver(len(over))
            features[over] = self._begin(fresh, eyes, driver)
            self._eyes.put(over, eyes)
            self._driver.put(over, driver)
        self._observation, self._features = observation, features
        return features.copy(), reward, ended, infos
