"""Trains policies without a model in the twin, in segments with a validation after each; a killed run continues.

A segment is a pure function of what the one before it left: random numbers and worlds begin anew with seeds of its
number. So a run that was killed ends with the same bits as one that was not.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import gymnasium as gym
import torch
from stable_baselines3.common.utils import set_random_seed

from envs.scenario.own import read_scenarios
from envs.scenario.suite import Suite, load_suite
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import locate
from experiments.store.atomic import make_folder
from experiments.store.claim import TRAINING as CLAIM
from experiments.store.claim import claim
from experiments.store.progress import Progress as Bar
from experiments.store.provenance import describe_code, machine
from experiments.training.configuration import ModelFreeConfiguration
from experiments.training.model_free import learners
from experiments.training.model_free.segments import (
    Progress,
    choose_items,
    list_families,
    plan_segments,
    read_progress,
    validate,
    write_progress,
)
from policies.model_free import checkpoint
from policies.model_free.policy import ModelFree
from policies.model_free.sight import Sight
from policies.reactive.command_env import CommandEnv
from policies.sb3_adapter import TwinVecEnv
from policies.world_model.model.checkpoint import SHIPPED as WORLD_MODEL
from policies.world_model.model.checkpoint import filter_hash
from policies.world_model.model.checkpoint import load as load_model

STATE: Final = "state/state.safetensors"
"""File with the state from which a segment continues."""


def train(kind: str, config: ModelFreeConfiguration, output: str, seed: int) -> dict[str, Any]:
    """Train, or continue after the last finished segment; the result describes the checkpoint in ``output``.

    ``kind`` is one of ``policies.model_free.policy.KINDS``. The seed determines weights, choices, batches, instances.

    Raises
    ------
    UserError
        If the folder holds a run of another configuration.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    own = read_scenarios("model_free", config.scenarios or {}, Path(), config.allow)
    folder = Path(output)
    make_folder(folder)
    chosen = learners.choose(kind, config)
    told = {"policy": kind, "seed": seed} | config.model_dump(include=set(learners.SHARED))
    told |= {"learner": chosen.model_dump()}
    claim(
        folder / CLAIM,
        told | {"made_of": _list_ingredients(config)},
    )
    suite = load_suite(locate("suite", config.suite), config.allow)
    nets, about = None, None
    if kind == "belief_ppo":
        shipped = config.world_model == "shipped"
        model = load_model(WORLD_MODEL if shipped else Path(config.world_model))
        nets = model.learned.filter
        about = filter_hash(nets)
    twin = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=chosen.worlds,
        vectorization_mode="vector_entry_point",
        scenario=[own.get(name, name) for name in list_families(config.families)],
        split="train",
        catalogue_dirs=config.catalogue_dirs,
    )
    env = CommandEnv(
        TwinVecEnv(twin),
        partial(Sight, nets),
        config.reward_scale_usd,
        config.cap_usd,
        config.needless_usd,
        is_flat=kind == "qr_dqn",
    )
    set_random_seed(seed)
    learner = learners.Learner(chosen, env, str(folder / "tensorboard"))
    segments = plan_segments(config, learner.steps_at_once)[1]
    progress = read_progress(folder)
    if 0 < progress.segments < segments:
        learner.restore(folder / "state")
    described = {
        "created_with": machine()["versions"] | describe_code(),
        "command": f"python -m experiments.train policy={kind}",
        "algorithm": chosen.algorithm,
        "sees_belief": nets is not None,
        "filter_sha256": about,
        "config": told,
        "suite_sha256": {"validation": suite.sha256.get("validation")},
    }
    return _run(kind, config, folder, seed, learner, progress, suite, described)


def _list_ingredients(config: ModelFreeConfiguration) -> dict[str, dict[str, str]]:
    """Hashes of the suite's files and of the user's own scenarios and objects."""
    return list_ingredients(
        suites=[config.suite],
        scenarios=(config.scenarios or {}).values(),
        catalogue_dirs=config.catalogue_dirs,
        allow=config.allow,
    )


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
    """Train segment after segment, and choose the best checkpoint."""
    steps, segments = plan_segments(config, learner.steps_at_once)
    items = choose_items(suite, config.decisions, segments)
    done = progress.learned + progress.validated
    with Bar(f"{kind} {seed}", config.decisions, "decisions", done) as bar:
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
            checkpoint.save(part, learner.export(), {**described, "budget": after.budget})
            progress = validate(after, ModelFree(kind, str(part), config.world_model), suite, items)
            capped = progress.scores_usd[-1]
            learner.record("validation/capped_usd", capped)
            bar.update(progress.validated - after.validated, f"validation {capped:,.0f} US$")
            learner.keep(folder / "state")
            write_progress(folder, progress, STATE)
    return _finish(folder, progress, described)


def _finish(folder: Path, progress: Progress, described: Mapping[str, Any]) -> dict[str, Any]:
    """Save the checkpoint of the best segment as that of the run."""
    found = checkpoint.load(folder / f"segment_{progress.best:02d}")
    about = {**described, **progress.describe()}
    checkpoint.save(folder, found.learned, about)
    write_progress(folder, progress)
    shutil.rmtree(folder / "state", ignore_errors=True)
    return about
