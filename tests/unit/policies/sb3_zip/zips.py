"""Agents of every algorithm, made in a moment, and observations for them."""

import os
from pathlib import Path

import gymnasium as gym
import numpy as np
import sb3_contrib
import stable_baselines3

from envs.action import DISCRETE_NAMES
from envs.observation import observation_space

CONTINUOUS = gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
DISCRETE = gym.spaces.Discrete(len(DISCRETE_NAMES))
ROLLOUT = {"n_steps": 4, "batch_size": 4}
REPLAY = {"buffer_size": 10}
ALL = {
    "PPO": ("MultiInputPolicy", CONTINUOUS, ROLLOUT),
    "A2C": ("MultiInputPolicy", CONTINUOUS, {"n_steps": 4}),
    "SAC": ("MultiInputPolicy", CONTINUOUS, REPLAY),
    "TD3": ("MultiInputPolicy", CONTINUOUS, REPLAY),
    "DDPG": ("MultiInputPolicy", CONTINUOUS, REPLAY),
    "DQN": ("MultiInputPolicy", DISCRETE, REPLAY),
    "RecurrentPPO": ("MultiInputLstmPolicy", CONTINUOUS, ROLLOUT),
    "QRDQN": ("MultiInputPolicy", DISCRETE, REPLAY),
    "TQC": ("MultiInputPolicy", CONTINUOUS, REPLAY),
    "TRPO": ("MultiInputPolicy", CONTINUOUS, ROLLOUT),
    "ARS": ("MlpPolicy", CONTINUOUS, {"n_delta": 1}),
    "CrossQ": ("MlpPolicy", CONTINUOUS, REPLAY),
}
"""Network, action space and small sizes of every algorithm."""


class Spaces(gym.Env):
    """Nothing but spaces, to make agents with."""

    def __init__(self, action_space=CONTINUOUS, seen=None):
        self.observation_space = observation_space() if seen is None else seen
        self.action_space = action_space


def flat_env(action_space=CONTINUOUS):
    """The same as ``FlattenObservation`` shows it."""
    return gym.wrappers.FlattenObservation(Spaces(action_space))


def make(algorithm, env=None, **options):
    """An agent with random weights."""
    network, space, sizes = ALL[algorithm]
    if env is None:
        env = flat_env(space) if network == "MlpPolicy" else Spaces(space)
    library = stable_baselines3 if hasattr(stable_baselines3, algorithm) else sb3_contrib
    kind = getattr(library, algorithm)
    return kind(
        network,
        env,
        seed=1,
        **{**sizes, **({} if algorithm == "ARS" else {"device": "cpu"}), **options},
    )


def observe(worlds, seed=0):
    """Any observations within the space."""
    space = observation_space()
    space.seed(seed)
    drawn = [space.sample() for _ in range(worlds)]
    return {key: np.stack([one[key] for one in drawn]) for key in ("ego", "vehicles", "debris")}


def start(policy, worlds):
    """The policy after a reset of all worlds."""
    policy.reset(np.ones(worlds, np.bool_), np.arange(worlds))
    return policy


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)
