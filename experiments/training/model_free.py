"""Training without a model, in the twin: segments of learning, each followed by a validation; a killed run goes on.

A segment is a pure function of what the one before it left: random numbers and worlds begin anew with seeds of its
number. So a run that was killed ends with the same bits as one that was not.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3.common.utils import set_random_seed
from tqdm import tqdm

from envs.scenario.suite import Suite, load_suite
from experiments.atomic import make_folder, write_text
from experiments.configuration import config_path
from experiments.provenance import commit, machine
from experiments.rollout import Rollout
from experiments.training import learners
from experiments.training.claim import claim
from experiments.training.configuration import ModelFreeConfiguration
from policies.model_free import checkpoint
from policies.model_free.policy import ModelFree
from policies.model_free.sight import Sight
from policies.reactive.command_env import CommandEnv
from policies.sb3_adapter import TwinVecEnv
from policies.world_model.checkpoint import SHIPPED as WORLD_MODEL
from policies.world_model.checkpoint import filter_hash
from policies.world_model.checkpoint import load as load_model

CAP_USD: Final = 50_000.0
"""An episode counts at most this much when checkpoints are compared, as when rules are tuned."""

VALIDATION_SHARE: Final = 0.1
"""Of the budget."""

MEAN_DECISIONS: Final = 100
"""Of an episode of the suite, about: to know how many instances a validation can afford."""

PROGRESS: Final = "progress.json"


class Progress(NamedTuple):
    """How far a run has come."""

    segments: int = 0  # finished
    learned: int = 0  # environment steps of learning
    validated: int = 0  # environment steps of validation
    cpu_s: float = 0.0
    scores_usd: tuple[float, ...] = ()  # capped mean on validation seeds after every segment
    means_usd: tuple[float, ...] = ()  # the same, not capped


def train(kind: str, config: ModelFreeConfiguration, output: str, seed: int) -> dict[str, Any]:
    """Train, or go on after the last finished segment.

    Parameters
    ----------
    kind
        One of ``policies.model_free.policy.KINDS``.
    config
        What to train.
    output
        Folder of the checkpoint.
    seed
        Of weights, choices, batches and instances.

    Returns
    -------
    dict
        The checkpoint's description.

    Raises
    ------
    UserError
        If the folder holds a run of another configuration.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    folder = Path(output)
    make_folder(folder)
    chosen = learners.choose(kind, config)
    told = {"policy": kind, "seed": seed} | config.model_dump(include=set(learners.SHARED))
    told |= {"learner": chosen.model_dump()}
    claim(folder, told)
    suite = load_suite(config_path("suite", config.suite))
    nets, about = None, None
    if kind == "belief_ppo":
        shipped = config.world_model == "shipped"
        model = load_model(WORLD_MODEL if shipped else Path(config.world_model))
        nets = model.learned.filter
        about = filter_hash(nets)
    scenario = [name for name, share in config.families.items() for _ in range(share)]
    twin = gym.make_vec(
        "envs:roadworld/Debris-v0",
        num_envs=chosen.worlds,
        vectorization_mode="vector_entry_point",
        scenario=scenario,
        split="train",
    )
    env = CommandEnv(
        TwinVecEnv(twin),
        lambda size: Sight(nets, size),
        config.reward_scale_usd,
        config.cap_usd,
        config.needless_usd,
        is_flat=kind == "qr_dqn",
    )
    set_random_seed(seed)
    learner = learners.Learner(chosen, env, str(folder / "tensorboard"))
    segments = plan_segments(config, learner.steps_at_once)[1]
    progress = _read(folder, segments)
    if 0 < progress.segments < segments:
        learner.restore(folder / "state")
    described = {
        "created_with": machine()["versions"] | {"git_commit": commit()},
        "command": f"python -m experiments.train policy={kind}",
        "algorithm": chosen.algorithm,
        "sees_belief": nets is not None,
        "filter_sha256": about,
        "config": told,
        "suite_sha256": {"validation": suite.sha256["validation"]},
    }
    return _run(kind, config, folder, seed, learner, progress, suite, described)


def _run(
    kind: str,
    config: ModelFreeConfiguration,
    folder: Path,
    seed: int,
    learner: learners.Learner,
    progress: Progress,
    suite: Suite,
    described: Mapping[str, Any],
) -> dict[str, Any]:
    """Segment after segment, and the best of what they left."""
    steps, segments = plan_segments(config, learner.steps_at_once)
    affordable = VALIDATION_SHARE * config.decisions / segments / MEAN_DECISIONS
    items = suite.items("validation")
    items = items[:: max(round(len(items) / max(affordable, 1.0)), 1)]
    with tqdm(
        total=config.decisions,
        initial=progress.learned + progress.validated,
        desc=f"{kind} {seed}",
        unit="decision",
        unit_scale=True,
        disable=None,
    ) as bar:
        for k in range(progress.segments, segments):
            start = time.process_time()
            set_random_seed(1_000 * seed + k)
            learned = learner.learn(
                steps, k, config.segments, 1_000_000 * (seed + 1) + 1_000 * k, bar
            )
            spent = time.process_time() - start
            after = progress._replace(
                segments=k + 1,
                learned=progress.learned + learned,
                cpu_s=progress.cpu_s + spent,
            )
            part = folder / f"segment_{k:02d}"
            budget = {
                "environment_steps": after.learned + after.validated,
                "cpu_seconds": round(after.cpu_s, 1),
            }
            checkpoint.save(part, learner.export(), {**described, "budget": budget})
            costs, decisions = _validate(
                ModelFree(kind, str(part), config.world_model), suite, items
            )
            bar.update(decisions)
            capped = float(np.minimum(costs, CAP_USD).mean())
            progress = after._replace(
                validated=after.validated + decisions,
                scores_usd=(*after.scores_usd, capped),
                means_usd=(*after.means_usd, float(costs.mean())),
            )
            learner.record("validation/capped_usd", capped)
            bar.set_postfix_str(f"validation {capped:,.0f} US$")
            learner.keep(folder / "state")
            write_text(folder / PROGRESS, json.dumps(progress._asdict()) + "\n")
    return _finish(folder, progress, described)


def plan_segments(config: ModelFreeConfiguration, at_once: int) -> tuple[int, int]:
    """Environment steps of a segment, whole collections of a learner, and how many segments the budget affords.

    Parameters
    ----------
    config
        With the budget.
    at_once
        Steps that the learner takes between two updates.

    Returns
    -------
    steps, segments
        Both at least 1 collection and 1 segment; together with validation not more than the budget, if it affords one.
    """
    learned = round((1.0 - VALIDATION_SHARE) * config.decisions)
    segments = max(min(config.segments, learned // at_once), 1)
    return max(learned // segments // at_once, 1) * at_once, segments


def _validate(policy: ModelFree, suite: Suite, items: list[Any]) -> tuple[np.ndarray, int]:
    """Cost of every validation episode, US$, and the decisions they took."""
    costs, decisions = np.zeros(len(items)), 0
    for k, episode in Rollout(policy, [suite.instance(item) for item in items]).episodes():
        costs[k] = episode.total_usd.sum()
        decisions += len(episode.total_usd)
    return costs, decisions


def _finish(folder: Path, progress: Progress, described: Mapping[str, Any]) -> dict[str, Any]:
    """The checkpoint of the best segment, as the checkpoint of the run."""
    best = int(np.argmin(progress.scores_usd))
    found = checkpoint.load(folder / f"segment_{best:02d}")
    about = {
        **described,
        "budget": {
            "environment_steps": progress.learned + progress.validated,
            "cpu_seconds": round(progress.cpu_s, 1),
        },
        "validation": {
            "capped_usd": round(progress.scores_usd[best], 1),
            "mean_usd": round(progress.means_usd[best], 1),
            "capped_usd_by_segment": [round(score, 1) for score in progress.scores_usd],
            "segment": best,
        },
    }
    checkpoint.save(folder, found.actor, about)
    shutil.rmtree(folder / "state", ignore_errors=True)
    return about


def _read(folder: Path, segments: int) -> Progress:
    """How far the run in a folder has come."""
    path = folder / PROGRESS
    if not path.is_file():
        return Progress()
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    values["scores_usd"] = tuple(values["scores_usd"])
    values["means_usd"] = tuple(values["means_usd"])
    found = Progress(**values)
    is_lost = found.segments < segments and not (folder / "state").is_dir()
    return Progress() if is_lost else found


def describe(about: Mapping[str, Any]) -> str:
    """What was trained, in a few lines."""
    spent, found = about["budget"], about["validation"]
    by_segment = ", ".join(f"{score:,.0f}" for score in found["capped_usd_by_segment"])
    return (
        f"{spent['environment_steps']:,} environment steps, {spent['cpu_seconds']:.0f} CPU-s\n"
        f"validation, capped at {CAP_USD:,.0f} US$, by segment: {by_segment}\n"
        f"kept: segment {found['segment']}, {found['capped_usd']:,.0f} US$, not capped {found['mean_usd']:,.0f} US$\n"
    )
