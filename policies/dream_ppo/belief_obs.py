"""BeliefObs: around a VecEnv of Debris-v0 or Dream-v0; features for observations, commands for actions."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from policies.dream_ppo.command import NUM_MOVES, NUM_PACES, Driver
from policies.dream_ppo.features import NUM_FEATURES
from policies.dream_ppo.senses import Senses
from policies.world_model.nets import FilterNets

HARD = 2
"""This pace and later ones are hard braking."""

LARGEST = 1e3
"""Bound of the features that is told; they are of order one."""


class BeliefObs(VecEnvWrapper):
    """The loop that is learned in: observation -> belief -> features -> command -> action.

    Parameters
    ----------
    venv
        With observation and action of Debris-v0; ended worlds restart within the same step, and their last
        observation is in ``terminal_observation``.
    nets
        The belief filter.
    reward_scale_usd
        US$ that are a reward of -1.
    cap_usd
        A decision counts at most this much: the cost has a heavy tail, which a critic cannot fit.
    needless_usd
        Price of a decision that brakes hard: passengers expect it seldom, which the cost alone hardly sees.
    """

    def __init__(
        self,
        venv: VecEnv,
        nets: FilterNets,
        reward_scale_usd: float,
        cap_usd: float,
        needless_usd: float = 0.0,
    ) -> None:
        box = gym.spaces.Box(-LARGEST, LARGEST, (NUM_FEATURES,), np.float32)
        super().__init__(venv, box, gym.spaces.MultiDiscrete([NUM_PACES, NUM_MOVES]))
        self._nets, self._scale, self._cap = nets, reward_scale_usd, cap_usd
        self._needless = needless_usd
        self._senses = Senses(nets, venv.num_envs)
        self._driver = Driver(venv.num_envs)
        self._observation: Any = None
        self._features = np.zeros((venv.num_envs, NUM_FEATURES), np.float32)

    def reset(self) -> NDArray[np.float32]:
        """Begin new episodes in all worlds."""
        self._observation = self.venv.reset()
        self._senses = Senses(self._nets, self.num_envs)
        self._features = self._begin(self._observation, self._senses, self._driver)
        return self._features.copy()

    @staticmethod
    def _begin(observation: Any, senses: Senses, driver: Driver) -> NDArray[np.float32]:  # noqa: ANN401 (SB3's)
        """First features of new episodes."""
        is_new = np.ones(len(observation["ego"]), np.bool_)
        features = senses.look(observation, is_new)
        driver.begin(is_new, observation)
        driver.describe(observation, features)
        return features

    def step_async(self, actions: NDArray[Any]) -> None:
        """Give commands ``(B, 2)``: pace and move."""
        pace, move = np.asarray(actions, np.int64).T
        self.venv.step_async(self._driver.act(self._observation, self._features, pace, move))

    def step_wait(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Features of every world, of ended worlds those of their next episode; the reward is scaled and capped."""
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
        features = self._senses.look(last, np.zeros(self.num_envs, np.bool_))
        self._driver.describe(last, features)
        if over.size:
            for b in over.tolist():
                infos[b]["terminal_observation"] = features[b].copy()
            fresh = {key: values[over] for key, values in observation.items()}  # type: ignore[union-attr]
            senses, driver = Senses(self._nets, len(over)), Driver(len(over))
            features[over] = self._begin(fresh, senses, driver)
            self._senses.put(over, senses)
            self._driver.put(over, driver)
        self._observation, self._features = observation, features
        return features.copy(), reward, ended, infos
