"""Trains DreamerV3 in the twin with sheeprl, in segments as in ``model_free``, each in its own process.

A segment goes on from sheeprl's checkpoint of the one before, replay buffer included, and is a pure function of it:
random numbers and worlds begin anew with seeds of its number. Those checkpoints are pickled, so only the process that
learns reads them, only those that it has written, and at the end they are deleted.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

from safetensors.numpy import load_file

from envs.errors import UserError
from envs.scenario.suite import Suite, load_suite
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import locate
from experiments.store.atomic import make_folder, write_text
from experiments.store.claim import TRAINING as CLAIM
from experiments.store.claim import claim
from experiments.store.progress import Progress as Bar
from experiments.store.provenance import describe_code, machine
from experiments.training.configuration import DreamerV3Configuration, ModelFreeConfiguration
from experiments.training.dreamer_v3 import segment as dreamer_segment
from experiments.training.dreamer_v3.export import to_nets
from experiments.training.dreamer_v3.extras import HOW_TO_INSTALL, is_available
from experiments.training.model_free.learners import SHARED
from experiments.training.model_free.segments import (
    Progress,
    choose_items,
    list_families,
    plan_segments,
    read_progress,
    validate,
    write_progress,
)
from policies.dreamer_v3 import checkpoint
from policies.dreamer_v3.policy import DreamerV3

KIND: Final = "dreamer_v3"

_STEP: Final = re.compile(r"policy_step=(\d+)")
"""The step number in the line that sheeprl prints when an episode ends."""

_SEED_RANGE: Final = 2**32


class _Run(NamedTuple):
    """Values that all segments share."""

    config: DreamerV3Configuration
    shared: ModelFreeConfiguration
    folder: Path
    seed: int
    steps: int  # of the environment, that a segment learns from
    segments: int

    def place(self, k: int) -> dict[str, Any]:
        """Folder, name and last step of segment ``k``."""
        return {
            "folder": str(self.folder.resolve()),
            "name": f"segment_{k:02d}",
            "total_steps": (k + 1) * self.steps,
        }

    def job(self, k: int) -> dict[str, Any]:
        """The job of segment ``k``, in the form that its process reads."""
        before = str(dreamer_segment.find_checkpoint(self.place(k - 1))) if k else None
        return self.place(k) | {
            "resume_from": before,
            "steps": self.steps,
            "seed": (1_000 * self.seed + k) % _SEED_RANGE,
            "worlds": self.config.worlds,
            "replay_ratio": self.config.replay_ratio,
            "buffer": self.config.decisions,
            "world": {
                "scenario": list_families(self.shared.families),
                "reward_scale_usd": self.shared.reward_scale_usd,
                "cap_usd": self.shared.cap_usd,
                "needless_usd": self.shared.needless_usd,
                "first_seed": 1_000_000 * (self.seed + 1) + 1_000 * k,
            },
        }


def train(
    config: DreamerV3Configuration, shared: ModelFreeConfiguration, output: str, seed: int
) -> dict[str, Any]:
    """Train, or continue after the last finished segment; the result describes the checkpoint in ``output``.

    Families, reward and suite are in ``shared``; the seed determines weights, choices, batches and instances.

    Raises
    ------
    UserError
        If sheeprl is not installed or fails, or if the folder holds a run of another configuration.
    """
    if not is_available():
        raise UserError(f"policy: {KIND} needs sheeprl, which is not installed: {HOW_TO_INSTALL}")
    if shared.scenarios or shared.catalogue_dirs:
        raise UserError(
            f"model_free.scenarios: {KIND} trains on built-in families and objects only"
        )
    folder = Path(output)
    make_folder(folder)
    told = {"policy": KIND, "seed": seed} | shared.model_dump(
        include=set(SHARED) - {"decisions", "segments", "world_model"}
    )
    told |= {"learner": config.model_dump()}
    claim(
        folder / CLAIM,
        told | {"made_of": list_ingredients(suites=[shared.suite], allow=shared.allow)},
    )
    suite = load_suite(locate("suite", shared.suite), shared.allow)
    run = _Run(config, shared, folder, seed, *plan_segments(config, config.worlds))
    described = {
        "created_with": machine()["versions"] | {"sheeprl": version("sheeprl")} | describe_code(),
        "command": f"python -m experiments.train policy={KIND}",
        "algorithm": KIND,
        "config": told,
        "suite_sha256": {"validation": suite.sha256.get("validation")},
    }
    return _learn(run, _read(run), suite, described)


def _learn(
    run: _Run, progress: Progress, suite: Suite, described: Mapping[str, Any]
) -> dict[str, Any]:
    """Train segment after segment, and choose the best checkpoint."""
    items = choose_items(suite, run.config.decisions, run.segments)
    done = progress.learned + progress.validated
    with Bar(f"{KIND} {run.seed}", run.config.decisions, "decisions", done) as bar:
        for k in range(progress.segments, run.segments):
            job = run.job(k)
            spent = _run_segment(job, bar)
            after = progress._replace(
                segments=k + 1,
                learned=job["total_steps"],
                cpu_s=progress.cpu_s + spent,
            )
            part = run.folder / job["name"]
            nets, sizes = to_nets(
                load_file(dreamer_segment.segment_folder(job) / dreamer_segment.WEIGHTS)
            )
            checkpoint.save(part, nets, sizes, {**described, "budget": after.budget})
            progress = validate(after, DreamerV3(str(part)), suite, items)
            shown = f"validation {progress.scores_usd[-1]:,.0f} US$"
            bar.update(progress.validated - after.validated, shown)
            write_progress(run.folder, progress)
            if k:
                _forget(run.place(k - 1))
    found = checkpoint.load(run.folder / f"segment_{progress.best:02d}")
    about = {**described, **progress.describe()}
    checkpoint.save(run.folder, found.learned, checkpoint.sizes_of(found.about), about)
    _forget(run.place(run.segments - 1))
    return about


def _run_segment(job: dict[str, Any], bar: Bar) -> float:
    """Train a segment in a process and count its steps; returns its CPU time, seconds."""
    folder = dreamer_segment.segment_folder(job)
    # of a segment that was killed
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    path, log = folder / "job.json", folder / "log.txt"
    write_text(path, json.dumps(job, indent=1) + "\n")
    before, done = os.times(), bar.done
    learned = job["total_steps"] - job["steps"]
    command = [sys.executable, "-u", "-m", dreamer_segment.__name__, str(path)]
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603 (this package, by this interpreter)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        for line in process.stdout or ():
            step = _STEP.search(line)
            if step:
                bar.reach(done + int(step[1]) - learned)
    if process.returncode != 0:
        lines = log.read_text(encoding="utf-8").strip().splitlines() or ["nothing said"]
        raise UserError(
            f"sheeprl: ended with code {process.returncode}: {lines[-1]}; full output: {log}"
        )
    bar.reach(done + job["steps"])
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def _forget(place: dict[str, Any]) -> None:
    """Delete files that only the next segment needs; curves, settings and the log stay."""
    folder = dreamer_segment.segment_folder(place)
    for name in ("checkpoint", "checkpoint_buffers"):
        shutil.rmtree(folder / "version_0" / name, ignore_errors=True)


def _read(run: _Run) -> Progress:
    """Progress of the run; it starts again if the checkpoint of the last segment is missing."""
    found = read_progress(run.folder)
    if 0 < found.segments < run.segments:
        last = dreamer_segment.find_checkpoint(run.place(found.segments - 1))
        return found if last.is_file() else Progress()
    return found
