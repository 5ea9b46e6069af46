"""Trains PPO on the pictures of a camera, or on the observed numbers, with the discrete actions of Debris-v1.

Nothing of this project helps the learner: no features, no commands, only Stable-Baselines3's network for what it sees.
So two runs, with and without a camera, differ in the observation alone.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecEnvWrapper

from envs.errors import UserError
from envs.observation import PICTURE, TABLE
from envs.scenario.suite import Suite, load_suite
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import locate
from experiments.store.atomic import make_folder
from experiments.store.claim import TRAINING as CLAIM
from experiments.store.claim import claim
from experiments.store.progress import Progress as Bar
from experiments.training.configuration import ModelFreeConfiguration, PixelPPOConfiguration
from experiments.training.model_free.learners import SHARED, Learner
from experiments.training.model_free.segments import (
    choose_items,
    list_families,
    plan_segments,
    read_progress,
    validate,
    write_progress,
)
from policies.adapters import from_discrete
from policies.base import Observation
from policies.sb3_adapter import TwinVecEnv

KIND: Final = "pixel_ppo"

LEAST_PX: Final = 36
"""Least height and width of a picture for Stable-Baselines3's convolutional network."""

STATE: Final = "state/state.safetensors"
"""File with the state from which a segment continues."""

_SCALES: Final = {
    key: np.array([max(abs(one.low), abs(one.high)) for one in table], np.float32)
    for key, table in TABLE.items()
}
"""Largest values of all columns, by which numbers are divided."""


class Seen(VecEnvWrapper):
    """The picture alone, or all numbers scaled to [-1, 1]; the reward is scaled, and capped as for ``policy=ppo``."""

    def __init__(self, venv: TwinVecEnv, config: ModelFreeConfiguration) -> None:
        parts: Any = venv.observation_space
        self._config = config
        space = parts.spaces.get(PICTURE)
        if space is None:
            width = sum(int(np.prod(part.shape)) for part in parts.values())
            space = gym.spaces.Box(-1.0, 1.0, (width,), np.float32)
        super().__init__(venv, space)

    def reset(self) -> NDArray[Any]:
        """Begin new episodes in all worlds."""
        observation: Any = self.venv.reset()
        return see(observation)

    def step_wait(
        self,
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """What is seen of every world, and the reward."""
        observation, _, ended, infos = self.venv.step_wait()
        usd = np.array([info["cost_usd"] for info in infos])
        reward = np.minimum(usd, self._config.cap_usd) / -self._config.reward_scale_usd
        for b in np.flatnonzero(ended).tolist():
            last = {key: one[None] for key, one in infos[b]["terminal_observation"].items()}
            infos[b]["terminal_observation"] = see(last)[0]
        seen: Any = observation
        return see(seen), reward.astype(np.float32), ended, infos


def see(observation: Observation) -> NDArray[Any]:
    """The pictures of an observation if it has any, ``(B, H, W, 3)``; otherwise all numbers, ``(B, 326)``."""
    if PICTURE in observation:
        return observation[PICTURE]
    size = len(observation["ego"])
    rows = [(observation[key] / scale).reshape(size, -1) for key, scale in _SCALES.items()]
    return np.clip(np.concatenate(rows, axis=1), -1.0, 1.0).astype(np.float32)


class PixelAgent:
    """The policy of a learner while it is trained; it acts deterministically."""

    privileged = False

    def __init__(self, learner: Learner, camera: str | Mapping[str, Any] | None) -> None:
        self._learner = learner
        self.camera = camera

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Do nothing, because there is no memory."""

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The most likely action."""
        return from_discrete(observation, np.asarray(self._learner.act(see(observation)), np.int64))


def train(
    config: PixelPPOConfiguration, shared: ModelFreeConfiguration, output: str, seed: int
) -> dict[str, Any]:
    """Train, or continue after the last finished segment; the result describes the agent in ``output``.

    Families, reward and suite are in ``shared``; the seed determines weights, choices, batches and instances.

    Raises
    ------
    UserError
        If the camera does not fit, or if the folder holds a run of another configuration.
    """
    torch.set_num_threads(1)
    folder = Path(output)
    learner = _make_learner(config, shared, folder)
    make_folder(folder)
    told = {"policy": KIND, "seed": seed, "learner": config.model_dump()}
    told |= shared.model_dump(include=set(SHARED) - {"decisions", "segments", "world_model"})
    claim(
        folder / CLAIM,
        told | {"made_of": list_ingredients(suites=[shared.suite], allow=shared.allow)},
    )
    set_random_seed(seed)
    suite = load_suite(locate("suite", shared.suite), shared.allow)
    return _learn(config, learner, suite, folder, seed)


def _make_learner(
    config: PixelPPOConfiguration, shared: ModelFreeConfiguration, folder: Path
) -> Learner:
    """The learner and its worlds."""
    twin = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=config.ppo.worlds,
        vectorization_mode="vector_entry_point",
        scenario=list_families(shared.families),
        split="train",
        action="discrete",
        camera=config.camera,
    )
    network = "MlpPolicy" if config.camera is None else "CnnPolicy"
    env = Seen(TwinVecEnv(twin), shared)
    size = env.observation_space.shape or ()
    if network == "CnnPolicy" and min(size[:2]) < LEAST_PX:
        raise UserError(
            f"pixel_ppo.camera: got pictures of {size[0]}x{size[1]}, but the network of Stable-Baselines3 needs "
            f"{LEAST_PX} rows and columns, as {{preset: tele, height: 40}} has"
        )
    return Learner(config.ppo, env, str(folder / "tensorboard"), first=None, network=network)


def _learn(
    config: PixelPPOConfiguration, learner: Learner, suite: Suite, folder: Path, seed: int
) -> dict[str, Any]:
    """Train segment after segment, and keep the agent of the best one as ``agent.zip``."""
    steps, segments = plan_segments(config, learner.steps_at_once)
    items = choose_items(suite, config.decisions, segments)
    progress = read_progress(folder)
    if 0 < progress.segments < segments:
        learner.restore(folder / "state")
    with Bar(
        f"{KIND} {seed}", config.decisions, "decisions", progress.learned + progress.validated
    ) as bar:
        for k in range(progress.segments, segments):
            start = time.process_time()
            set_random_seed(1_000 * seed + k)
            first = 1_000_000 * (seed + 1) + 1_000 * k
            learned = learner.learn(steps, k, segments, first, bar)
            after = progress._replace(
                segments=k + 1,
                learned=progress.learned + learned,
                cpu_s=progress.cpu_s + time.process_time() - start,
            )
            learner.save(folder / f"segment_{k:02d}.zip")
            progress = validate(after, PixelAgent(learner, config.camera), suite, items)
            learner.record("validation/capped_usd", progress.scores_usd[-1])
            shown = f"validation {progress.scores_usd[-1]:,.0f} US$"
            bar.update(progress.validated - after.validated, shown)
            learner.keep(folder / "state")
            write_progress(folder, progress, STATE)
    shutil.copyfile(folder / f"segment_{progress.best:02d}.zip", folder / "agent.zip")
    return progress.describe()
