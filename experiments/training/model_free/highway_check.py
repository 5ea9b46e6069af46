"""PPO on ``highway-fast-v0``: mean return of an episode before and after learning, and of two trivial policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import DummyVecEnv

from experiments.store.atomic import make_folder, write_text
from experiments.store.progress import Progress
from experiments.store.provenance import describe_code
from experiments.training.configuration import PPOCheckConfiguration
from experiments.training.model_free.learners import Learner

ENVIRONMENT: Final = "highway-fast-v0"

LONGEST: Final = 30.0
"""Largest possible return of an episode: a reward of at most 1 in each of 30 s."""

PUBLISHED: Final = (16.8, 19.4)
"""Largest episode returns of PPO of Stable-Baselines3 after 20,000 steps for three discounts, as the README of
github.com/ebenezergelo/safe-highway-env gives them; highway-env's own scripts publish settings, no figures."""

IDLE: Final = 1
"""The action that keeps lane and speed."""


class Measured(NamedTuple):
    """Mean returns of an episode, and the standard error of the last one."""

    idle: float
    random: float
    learned: tuple[float, ...]  # after every segment
    error: float  # standard error of the last
    crashed: float  # share of the last episodes that ended in a crash


def check_ppo(config: PPOCheckConfiguration) -> Measured:
    """Train and measure; the result is also written to ``ppo_check.json`` in the output folder."""
    torch.set_num_threads(1)
    make_folder(Path(config.output))
    set_random_seed(config.seed)
    env = DummyVecEnv([_make] * config.ppo.worlds)
    learner = Learner(config.ppo, env, None, first=None)
    rng = np.random.default_rng(config.seed)
    idle, *_ = _measure(lambda _: IDLE, config)
    random, *_ = _measure(lambda _: int(rng.integers(5)), config)
    found: list[float] = []
    error = crashed = 0.0
    with Progress("learning", config.decisions, "steps") as progress:
        for k in range(config.segments):
            learner.learn(
                config.decisions // config.segments, k, config.segments, 1_000 * (k + 1), progress
            )
            mean, error, crashed = _measure(lambda seen: int(learner.act(seen[None])[0]), config)
            found.append(mean)
            progress.update(0, f"return {mean:.1f}")
    measured = Measured(idle, random, tuple(found), error, crashed)
    told = describe_code() | {"config": config.model_dump(exclude={"output"})}
    text = json.dumps(told | measured._asdict(), indent=1) + "\n"
    write_text(Path(config.output) / "ppo_check.json", text)
    return measured


def _make() -> gym.Env[Any, Any]:
    """Make one environment with its own defaults, flat observations, and the statistics that SB3 needs."""
    # not at the top: only this command needs it
    import highway_env  # noqa: F401 (registers)

    return gym.wrappers.FlattenObservation(gym.make(ENVIRONMENT))


def _measure(
    choose: Callable[[np.ndarray], int], config: PPOCheckConfiguration
) -> tuple[float, float, float]:
    """Mean return, its standard error, and the share of crashes over fresh episodes."""
    env = _make()
    returns, crashes = np.zeros(config.episodes), np.zeros(config.episodes)
    for k in range(config.episodes):
        observation, _ = env.reset(seed=10_000_000 + k)
        is_over = False
        while not is_over:
            observation, reward, terminated, truncated, info = env.step(choose(observation))
            returns[k] += float(reward)
            is_over = terminated or truncated
            crashes[k] = bool(info.get("crashed", False))
    env.close()
    error = float(returns.std(ddof=1) / np.sqrt(len(returns)))
    return float(returns.mean()), error, float(crashes.mean())


def describe(found: Measured, config: PPOCheckConfiguration) -> str:
    """Describe the result in a few lines."""
    learned = ", ".join(f"{value:.1f}" for value in found.learned)
    return (
        f"{ENVIRONMENT}, mean return of {config.episodes} episodes, at most {LONGEST:g}\n"
        f"idle {found.idle:.1f}, random {found.random:.1f}\n"
        f"PPO every {config.decisions // config.segments:,} steps: {learned} (standard error {found.error:.1f}, "
        f"{100.0 * found.crashed:.0f} % crash)\n"
        f"published for PPO of Stable-Baselines3, 20,000 steps: {PUBLISHED[0]:g} to {PUBLISHED[1]:g}\n"
    )
