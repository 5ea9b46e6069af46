"""Trains ``dream_ppo``: PPO inside the dream, once per seed; finished seeds are kept if a run is killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from experiments.store.atomic import make_folder
from experiments.store.claim import TRAINING as CLAIM
from experiments.store.claim import claim
from experiments.store.progress import Progress, count
from experiments.store.provenance import describe_code, machine
from experiments.training.configuration import DreamPPOConfiguration
from experiments.training.model_free.learners import FIRST_COMMAND, prefer, to_net
from experiments.training.parts import learn_once
from experiments.training.world_model.data import list_all
from experiments.training.world_model.dream_starts import draw_starts
from policies.dream_ppo import checkpoint
from policies.dream_ppo.checkpoint import ActorCritics
from policies.networks.compiled import Net
from policies.reactive.command_env import CommandEnv
from policies.reactive.senses import BeliefSenses
from policies.world_model.dream.sb3 import DreamSB3VecEnv
from policies.world_model.dream.simulation.settings import read_imagination
from policies.world_model.log.experience import data_hash
from policies.world_model.model.checkpoint import SHIPPED
from policies.world_model.model.checkpoint import load as load_model

PROBES: Final = 40
"""Decisions of every world over which a finished actor, with its likeliest commands, is measured."""

Make = Callable[[int], VecEnv]


def train(
    config: DreamPPOConfiguration, experience: Sequence[str], output: str, seed: int
) -> dict[str, Any]:
    """Train, or continue after the last finished seed; the result describes the checkpoint in ``output``.

    Dreams begin with pieces of the log in the folders ``experience``; ``seed`` is that of the first critic.

    Raises
    ------
    UserError
        If there is no experience, or the folder holds a run of another configuration.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    folder = Path(output)
    make_folder(folder)
    shipped = config.world_model == "shipped"
    model = load_model(SHIPPED if shipped else Path(config.world_model))
    shards = list_all(list(experience))
    told = config.model_dump() | {"seed": seed, "data_sha256": data_hash(shards)}
    claim(folder / CLAIM, told | {"world_model_sha256": model.about["tensors_sha256"]})
    imagination = read_imagination(config.world_model)
    limit = imagination.starts.limit
    starts = draw_starts(shards, config.starts, seed, limit, count("log pieces"))
    imagination = imagination._replace(starts=starts)

    def make(of: int) -> VecEnv:
        dream = DreamSB3VecEnv(
            config.worlds,
            checkpoint=imagination,
            horizon=config.horizon,
            temperature=config.temperature,
        )
        dream.seed(1_000_000 * of)
        prices = (config.reward_scale_usd, config.cap_usd, config.needless_usd)
        return CommandEnv(dream, partial(BeliefSenses, model.learned.filter), *prices)

    found = [_part(folder, config, make, seed + k) for k in range(config.critics)]
    returns = [part["dream_usd_per_decision"] for _, part in found]
    best = int(np.argmin(returns))
    learned = ActorCritics(found[best][0].actor, _stack([nets.critics for nets, _ in found]))
    about = {
        "created_with": machine()["versions"] | describe_code(),
        "command": "python -m experiments.train policy=dream_ppo",
        "config": told | {"experience": [Path(name).name for name in experience]},
        "world_model_sha256": model.about["tensors_sha256"],
        "classes": list(model.about["classes"]),
        "cost_hash": checkpoint.default_cost_hash(),
        "reward_scale_usd": config.reward_scale_usd,
        "budget": {
            "environment_steps": model.about["budget"]["environment_steps"],
            "dreamt_decisions": config.decisions * config.critics,
            "cpu_seconds": round(sum(part["cpu_seconds"] for _, part in found), 1),
        },
        "validation": {f"dream_usd_per_decision_{k}": x for k, x in enumerate(returns)},
        "actor": best,
    }
    checkpoint.save(folder, learned, about)
    return about


def describe(about: Mapping[str, Any]) -> str:
    """Describe a checkpoint in a few lines."""
    spent = about["budget"]
    lines = [f"{spent['dreamt_decisions']:,} dreamt decisions, {spent['cpu_seconds']:.0f} CPU-s"]
    lines += [f"{name:32s}{value:12.4g}" for name, value in about["validation"].items()]
    return "\n".join(lines) + "\n"


def learn(env: VecEnv, config: DreamPPOConfiguration, seed: int, log: str | None = None) -> PPO:
    """Train PPO on a ``CommandEnv``; the seed decides weights, exploration and batches, ``log`` is for TensorBoard."""
    per_update = env.num_envs * config.steps
    updates = max(config.decisions // per_update, 1)
    model = PPO(
        "MlpPolicy",
        env,
        n_steps=config.steps,
        batch_size=config.batch,
        n_epochs=config.epochs,
        learning_rate=lambda left: config.learning_rate * max(left, 0.1),
        gamma=config.discount,
        gae_lambda=0.9,
        ent_coef=config.entropy,
        clip_range=0.2,
        policy_kwargs={
            "net_arch": {"pi": [config.hidden] * 2, "vf": [config.hidden] * 2},
            "activation_fn": torch.nn.ReLU,
        },
        tensorboard_log=log,
        seed=seed,
        device="cpu",
    )
    prefer(model.policy, FIRST_COMMAND)
    model.learn(
        updates * per_update,
        callback=_Progress(updates, f"dream_ppo {seed}"),
        tb_log_name=f"seed_{seed}",
    )
    return model


def export(model: PPO) -> ActorCritics:
    """Convert actor and critic of a trained model to arrays."""
    weights = {name: w.detach().numpy() for name, w in model.policy.state_dict().items()}

    def net(hidden: str, last: str) -> Net:
        return to_net(weights, (f"mlp_extractor.{hidden}.0", f"mlp_extractor.{hidden}.2", last))

    return ActorCritics(net("policy_net", "action_net"), net("value_net", "value_net"))


def _stack(nets: list[Net]) -> Net:
    """Stack networks as members of one ensemble."""
    return Net(*(np.concatenate(arrays) for arrays in zip(*nets, strict=True)))


def _part(
    folder: Path, config: DreamPPOConfiguration, make: Make, seed: int
) -> tuple[ActorCritics, dict[str, float]]:
    """The networks of one seed, and figures about its training."""

    def learn_seed() -> tuple[ActorCritics, dict[str, float]]:
        start = time.process_time()
        model = learn(make(seed + 1), config, seed, str(folder / "tensorboard"))
        spent = time.process_time() - start
        # the same dreams for every seed
        measured = _measure(model, make(0), config)
        return export(model), {"cpu_seconds": round(spent, 1), "dream_usd_per_decision": measured}

    return learn_once(folder, f"seed_{seed}", checkpoint.template(config.hidden, 1), learn_seed)


def _measure(model: PPO, env: VecEnv, config: DreamPPOConfiguration) -> float:
    """Mean capped cost of a decision in the dream, US$."""
    observation: Any = env.reset()
    paid = 0.0
    for _ in range(PROBES):
        action, _ = model.predict(observation, deterministic=True)
        observation, reward, _, _ = env.step(action)
        paid -= float(reward.mean()) * config.reward_scale_usd
    return paid / PROBES


class _Progress(BaseCallback):
    """Progress bar that counts updates and shows the cost of a dreamt episode."""

    def __init__(self, updates: int, name: str) -> None:
        super().__init__()
        self._bar = Progress(name, updates, "updates")

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        rewards = self.locals["rollout_buffer"].rewards
        self.logger.record("rollout/mean_reward", float(rewards.mean()))
        self._bar.update(remark=f"reward {float(rewards.mean()):.4f}")

    def _on_training_end(self) -> None:
        self._bar.close()
