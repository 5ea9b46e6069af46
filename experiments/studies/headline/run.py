"""Run a planned experiment: its jobs stage by stage, then every contestant in the suite."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import yaml

from envs.errors import UserError
from experiments.cli.extras import NEEDS_SKLEARN, has_sklearn
from experiments.cli.locations import name_of
from experiments.evaluation import run as evaluation
from experiments.evaluation.entrants import Entrant, to_values
from experiments.execution import pool
from experiments.presentation.joining.source import Source
from experiments.records import table as records
from experiments.store.atomic import make_folder, write_text
from experiments.store.claim import claim
from experiments.store.lock import locked
from experiments.store.progress import Progress, is_terminal
from experiments.store.run_folder import describe_change, sources_hash
from experiments.studies.headline.arms import Arms, Contestant, make_arms
from experiments.studies.headline.best import keep_best
from experiments.studies.headline.configuration import CompareConfiguration, ExperimentConfiguration
from experiments.studies.headline.restore import restore_shards
from experiments.studies.headline.work import run_job
from experiments.training.dreamer_v3.extras import HOW_TO_INSTALL, is_available
from policies.checkpoint import ABOUT

PLAN: Final = "experiment.json"
RECORDS: Final = "records.parquet"


def run_experiment(config: CompareConfiguration) -> tuple[Source, Path]:
    """Train, tune and drive what is missing; the same command continues an interrupted run.

    Returns
    -------
    Source
        Records of all contestants: arms are policies, training seeds are policy seeds.
    Path
        The folder.

    Raises
    ------
    UserError
        If there is no experiment, or the folder holds another one.
    """
    experiment = config.experiment
    if experiment is None:
        raise UserError("experiment: got null, expected arms, budgets and seeds")
    folder = Path(config.output)
    make_folder(folder)
    with locked(folder):
        return _run(config, experiment, folder), folder


def _run(config: CompareConfiguration, experiment: ExperimentConfiguration, folder: Path) -> Source:
    """Run the experiment in a folder that is locked."""
    # more arms, seeds and budgets may be added to an experiment
    claim(folder / PLAN, {"own_share": experiment.own_share}, "another experiment")
    arms = make_arms(_leave_out(experiment, folder, config.suite), folder, config.suite)
    for number, stage in enumerate(arms.stages):
        title = f"stage {number + 1}: {', '.join(sorted({job.what for job in stage}))}"
        with Progress(title, len(stage), "jobs") as progress:
            for _, made in pool.run(run_job, stage, num_workers=config.workers):
                progress.update(remark=made)
                if not is_terminal():
                    # a log instead of a terminal: a line per job
                    clock = datetime.now().astimezone().strftime("%H:%M:%S")
                    sys.stderr.write(f"{clock} {title}: {made}\n")
    keep_best([job for stage in arms.stages for job in stage], folder)
    return _drive(config, arms, folder)


def _leave_out(
    experiment: ExperimentConfiguration, folder: Path, suite: str
) -> ExperimentConfiguration:
    """The experiment without arms that cannot be trained on this machine; arms that have been trained stay."""
    jobs = [job for stage in make_arms(experiment, folder, suite).stages for job in stage]
    needs = (
        f"{', '.join(experiment.external)} needs sheeprl, which is not installed: {HOW_TO_INSTALL}"
    )
    optional: list[tuple[str, bool, str, dict[str, Any]]] = [
        ("external", is_available(), needs, {"external": []}),
        ("trees", has_sklearn(), NEEDS_SKLEARN, {"trees": False}),
    ]
    for what, can_be_trained, reason, change in optional:
        made = [Path(job.folder) / ABOUT for job in jobs if job.what == what]
        if not can_be_trained and not all(one.is_file() for one in made):
            sys.stderr.write(f"left out: {reason}\n")
            experiment = experiment.model_copy(update=change)
    return experiment


def _drive(config: CompareConfiguration, arms: Arms, folder: Path) -> Source:
    """Drive the suite with all contestants."""
    by_stem = {_stem(one): one for one in arms.contestants}
    evaluated = config.model_copy(
        update={
            "policies": [one.path for one in arms.contestants],
            "experiment": None,
            "output": str(folder),
        }
    )
    plan = evaluation.prepare("compare", evaluated)
    made = folder / "driven"
    make_folder(made)
    outdated = _find_outdated(plan, folder)
    restore_shards(
        [part for part in plan.parts if name_of(part.policy) not in outdated],
        folder / RECORDS,
        made / "shards",
        by_stem,
    )
    done = evaluation.execute(plan, made)
    table = _rename(done.table, by_stem)
    entrants = _entrants(plan.entrants, by_stem)
    about = done.provenance | {
        "entrants": to_values(entrants),
        "records_sha256": records.compute_sha256(table),
    }
    records.write(table, folder / RECORDS)
    write_text(folder / "provenance.json", json.dumps(about, indent=2) + "\n")
    write_text(folder / "config.yaml", yaml.safe_dump(config.model_dump(), sort_keys=False))
    return Source(table, entrants, list(plan.suite.strata), about)


def _find_outdated(plan: evaluation.Plan, folder: Path) -> set[str]:
    """Contestants whose published records were made from other files, which stderr says."""
    if not (folder / RECORDS).is_file():
        return set()
    try:
        about = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        noted = about["sha256"] | {"roadworld": {"sources": about["machine"]["sources"]}}
    except (OSError, ValueError, KeyError, TypeError):
        noted = {}
    outdated = set()
    shared = {part: files for part, files in plan.files.items() if not part.startswith("policy ")}
    shared["roadworld"] = {"sources": sources_hash()}
    for name in plan.names:
        made_of = shared | {f"policy {name}": plan.files[f"policy {name}"]}
        changed = describe_change({part: noted.get(part, {}) for part in made_of}, made_of)
        if changed:
            outdated.add(name)
            sys.stderr.write(f"{name}: driven again; changed since: {changed}\n")
    return outdated


def _stem(one: Contestant) -> str:
    """Name of a contestant in its shards."""
    return name_of(one.path)


def _rename(table: pa.Table, by_stem: Mapping[str, Contestant]) -> pa.Table:
    """Replace policies by arms, and policy seeds by training seeds, in records."""
    made = [by_stem[name] for name in table["policy"].to_pylist()]
    arms, seeds = [one.arm for one in made], [one.seed for one in made]
    return records.order(records.replace_columns(table, policy=arms, policy_seed=seeds))


def _entrants(
    found: Mapping[str, Entrant], by_stem: Mapping[str, Contestant]
) -> dict[str, Entrant]:
    """One entry per arm: that of its first seed, with the validation curves of all seeds."""
    kept: dict[str, Entrant] = {}
    for stem, entrant in found.items():
        arm = by_stem[stem].arm
        first = kept.get(arm)
        curves = first.validation_usd + entrant.validation_usd if first else entrant.validation_usd
        kept[arm] = (first or entrant)._replace(validation_usd=curves)
    return kept
