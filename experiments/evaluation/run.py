"""Policies drive a suite, in several processes, into one table of records; shared by `evaluate` and `compare`."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import yaml
from pydantic import Field

from envs.cost.parameters import CostParameters
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError, not_allowed
from envs.scenario.suite import Suite, SuiteItem, first_of_strata, load_suite
from experiments.cli.configuration import Configuration
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import (
    ALL,
    CostName,
    Policies,
    SuiteName,
    check_different,
    list_names,
    locate,
    name_of,
    resolve,
)
from experiments.cli.policy_files import read_policy
from experiments.evaluation import shards
from experiments.evaluation.entrants import Entrant, read_entrants, to_values
from experiments.execution.configuration import ClusterConfiguration, Name
from experiments.execution.executor import Executor, make_executor
from experiments.records import table as records
from experiments.store import run_folder
from experiments.store.atomic import make_folder, write_text
from experiments.store.progress import Progress
from experiments.store.provenance import machine, typed_command
from experiments.store.run_folder import RunFolder
from experiments.store.steps import Steps

NOT_IN_RESULT = (
    "num_worlds",
    "shard_instances",
    "workers",
    "executor",
    "cluster",
    "output",
    "num_videos",
    "num_replays",
    "level",
    "num_resamples",
)
"""Keys that do not change the records: a run that was interrupted continues whatever they are now."""


class EvaluationConfiguration(Configuration):
    """Configuration of ``python -m experiments.evaluate``."""

    policies: Policies
    policy_seeds: list[int] = Field(min_length=1)
    suite: SuiteName
    split: Literal["train", "validation", "test"]
    strata: list[str] | None
    seeds: list[int] | None = Field(min_length=2, max_length=2)
    max_instances: int | None = Field(ge=1)
    cost: CostName
    also_cost: list[CostName]
    metrics: list[str]
    num_worlds: int = Field(ge=1, le=4096)
    shard_instances: int = Field(default=50, ge=1, le=10_000)
    workers: int = Field(ge=1, le=256)
    executor: Name = "local"
    cluster: ClusterConfiguration = ClusterConfiguration()
    output: str
    allow: list[str]


class Plan(NamedTuple):
    """A checked evaluation; nothing has been written yet."""

    command: str
    config: EvaluationConfiguration
    policies: tuple[str, ...]  # names or paths, in the order of the configuration
    suite: Suite
    parts: tuple[shards.Shard, ...]
    texts: dict[str, str]  # contents of the YAML files that the configuration names
    files: dict[str, dict[str, str]]  # SHA-256 of everything that decides the records, by part
    entrants: dict[str, Entrant]  # by name

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the policies in records."""
        return tuple(self.entrants)


class Evaluated(NamedTuple):
    """The result of a run."""

    table: pa.Table
    provenance: dict[str, Any]


def prepare(command: str, config: EvaluationConfiguration) -> Plan:
    """Check the configuration of a command completely before anything is started or written."""
    wanted = choose_policies(config.policies)
    entrants = read_entrants(wanted, config.allow)
    records.load_metrics(config.metrics, config.allow)
    suite_file = locate("suite", config.suite)
    suite = load_suite(suite_file, config.allow)
    suite.check_own_scenarios(config.split)
    items = choose_items(suite, config)
    cost_files = _choose_costs(config)
    costs = {name: read_mapping(file) for name, file in cost_files.items()}
    for values in costs.values():
        CostParameters.from_mapping(values)
    files = list_ingredients(
        policies=wanted,
        suites=[config.suite],
        costs=[config.cost, *config.also_cost],
        metrics=config.metrics,
        allow=config.allow,
    )
    parts = [
        part
        for setting, values in costs.items()
        for part in shards.cut(
            [(name, seed) for name in wanted for seed in config.policy_seeds],
            items,
            suite=config.suite,
            split=config.split,
            cost_setting=setting,
            cost=tuple(sorted(values.items())),
            metrics=tuple(config.metrics),
            allow=tuple(config.allow),
            made_of=files,
            num_worlds=config.num_worlds,
            size=config.shard_instances,
        )
    ]
    texts = {name: read_policy(name).text for name in wanted}
    texts |= {
        path.name: path.read_text(encoding="utf-8") for path in (suite_file, *cost_files.values())
    }
    return Plan(command, config, tuple(wanted), suite, tuple(parts), texts, files, entrants)


def _choose_costs(config: EvaluationConfiguration) -> dict[str, Path]:
    """Files of the cost settings by their names in records."""
    found: dict[str, Path] = {}
    for value in (config.cost, *config.also_cost):
        path = locate("cost", value)
        if found.setdefault(name_of(value), path) != path:
            raise UserError(
                f"also_cost: got {value!r}, expected another file name than {found[name_of(value)]}"
            )
    return found


def open_run(plan: Plan) -> RunFolder:
    """The folder of an interrupted run of the same plan, or a new one."""
    values = {k: v for k, v in plan.config.model_dump().items() if k not in NOT_IN_RESULT}
    return run_folder.open_run(plan.command, plan.config.output, values, plan.files)


def execute(plan: Plan, folder: Path) -> Evaluated:
    """Drive the shards that are missing in a folder, and collect all records in ``records.parquet``."""
    work = _run_missing(plan, folder / "shards")
    return finish_records(plan, folder / "shards", folder, work)


def finish_records(plan: Plan, made: Path, folder: Path, work: dict[str, float]) -> Evaluated:
    """Collect the records of a plan whose shards are all in ``made``, and write their provenance.

    ``folder`` gets ``records.parquet``, ``config.yaml`` and ``provenance.json``, which includes ``work``.
    """
    write_text(folder / "config.yaml", yaml.safe_dump(plan.config.model_dump(), sort_keys=False))
    table = records.order(pa.concat_tables([records.read(made / p.name) for p in plan.parts]))
    records.write(table, folder / "records.parquet")
    _check_suite(plan.suite, plan.config.split, table)
    provenance = _describe(plan) | {"records_sha256": records.compute_sha256(table), "work": work}
    write_text(folder / "provenance.json", json.dumps(provenance, indent=2) + "\n")
    return Evaluated(table, provenance)


def choose_policies(wanted: str | list[str]) -> list[str]:
    """Names or paths of at least one policy; ``all`` is replaced by all that are known.

    Raises
    ------
    UserError
        If there is none, or two would have the same name in the records.
    """
    names = [wanted] if isinstance(wanted, str) else wanted
    if wanted == ALL:
        names = [resolve("policy", name) for name in list_names("policy")]
    if not names:
        raise UserError("policy: got an empty list, expected at least one name")
    check_different(names)
    return names


def choose_items(suite: Suite, config: EvaluationConfiguration) -> list[SuiteItem]:
    """The entries of the suite that the configuration selects, stratum by stratum; at least one.

    Raises
    ------
    UserError
        If there is none.
    not_allowed
        If there is no such stratum.
    """
    strata = list(suite.strata) if config.strata is None else config.strata
    for name in strata:
        if name not in suite.strata:
            raise not_allowed("strata", name, suite.strata)
    items = [item for item in suite.items(config.split) if item.stratum in strata]
    if config.seeds is not None:
        first, last = config.seeds
        reach = f"{items[0].seed} .. {items[-1].seed}" if items else "none"
        items = [item for item in items if first <= item.seed <= last]
        if not items:
            raise UserError(
                f"seeds: got [{first}, {last}], no instance of {config.suite}/{config.split} has such a seed; "
                f"its seeds are {reach}"
            )
    items = first_of_strata(items, config.max_instances)
    if not items:
        raise UserError(f"strata: got {strata}, no instance in {config.suite}/{config.split}")
    return items


def _run_missing(plan: Plan, folder: Path) -> dict[str, float]:
    """Run the missing shards; returns the work that was done, in episodes, decisions and CPU seconds."""
    make_folder(folder)
    for stray in folder.glob(".*.parquet"):
        stray.unlink(missing_ok=True)
    steps = Steps(folder)
    missing = choose_missing(plan.parts, folder, steps)
    total = sum(len(part.items) for part in plan.parts)
    there = total - sum(len(part.items) for part in missing)
    work = shards.Done(0, 0, 0.0, 0.0, 0.0)
    executor = choose_executor(plan.config, folder)
    with Progress("driving", total, "episodes", there) as progress:
        for k, done in executor.run(shards.run, missing, str(folder)):
            steps.note(missing[k].name, [missing[k].name])
            work = work.plus(done)
            progress.update(done.num_episodes, name_of(missing[k].policy))
    return {name: round(value, 3) for name, value in work._asdict().items()}


def choose_missing(parts: Sequence[shards.Shard], folder: Path, steps: Steps) -> list[shards.Shard]:
    """The unfinished shards of a folder; every damaged one is reported on stderr in one line."""
    missing = [part for part in parts if steps.find(part.name) is None]
    for part in missing:
        if (folder / part.name).is_file():
            sys.stderr.write(f"{folder / part.name}: damaged or unfinished; it is driven again\n")
    return missing


def choose_executor(config: EvaluationConfiguration, folder: Path) -> Executor:
    """The executor that computes the shards of a folder."""
    scratch = folder / "jobs"
    return make_executor(config.executor, config.cluster, workers=config.workers, scratch=scratch)


def discard_shards(folder: Path) -> None:
    """Remove the shards, whose rows are all in ``records.parquet``.

    Raises
    ------
    UserError
        If the operating system refuses.
    """
    try:
        shutil.rmtree(folder / "shards")
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None


def _check_suite(suite: Suite, split: str, table: pa.Table) -> None:
    """Raise an error if the records' suite samples other instances than its file records."""
    if split not in suite.sha256:
        return
    hashes = dict(zip(table["seed"].to_pylist(), table["instance_hash"].to_pylist(), strict=True))
    items = suite.items(split)
    if any(item.seed not in hashes for item in items):
        return
    digest = hashlib.sha256("".join(hashes[item.seed] for item in items).encode()).hexdigest()
    if digest != suite.sha256[split]:
        raise UserError(
            f"suite {suite.version}: sha256.{split}: recorded {suite.sha256[split]}, sampled {digest}; a changed "
            "suite is a new version"
        )


def _describe(plan: Plan) -> dict[str, Any]:
    """Provenance of the joined records."""
    return {
        "command": typed_command(plan.command),
        "config": plan.config.model_dump(),
        "suite": {
            "version": plan.suite.version,
            "sha256": dict(plan.suite.sha256),
            "strata": list(plan.suite.strata),
            "outcomes": plan.suite.outcomes.to_values(),
        },
        "files": plan.texts,
        "sha256": plan.files,
        "entrants": to_values(plan.entrants),
        "machine": machine(),
    }
