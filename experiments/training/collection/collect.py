"""Collects training data in shards of episodes until there are enough decisions; a shard depends on its number only."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from gymnasium.utils import seeding
from pydantic import Field

from envs.errors import UserError, not_allowed
from envs.scenario.generator import FAMILIES, SPLITS, ScenarioSampler
from envs.scenario.own import read_catalogue_dirs, read_scenarios
from experiments.cli.configuration import Configuration
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import PolicyName
from experiments.execution.configuration import ClusterConfiguration, Name
from experiments.execution.executor import make_executor
from experiments.store.atomic import make_folder, write_text
from experiments.store.claim import claim
from experiments.store.lock import locked
from experiments.store.progress import Progress
from experiments.store.provenance import machine
from experiments.store.run_folder import sources_hash
from experiments.training.collection.behaviours import BEHAVIOURS, make_behaviour
from experiments.training.collection.drive import drive
from experiments.training.collection.quotas import count
from policies.world_model.log import experience as log

EPISODES: Final = 100
"""Number of episodes of a shard."""

ROWS: Final = 4_500
"""Approximate number of decisions of a shard, from which the first number of shards follows."""

FORBIDDEN: Final = range(2_000_000, 7_000_000)
"""Seeds of validation and test, and of the small suite: never collected from."""


DECIDES_NOTHING: Final = {"workers", "executor", "cluster", "output", "num_decisions"}
"""Settings that may change when an interrupted collection continues."""


class CollectConfiguration(Configuration):
    """Configuration of ``python -m experiments.collect``."""

    num_decisions: int = Field(ge=1_000, le=100_000_000)
    first_seed: int = Field(ge=0)
    objects: str
    families: dict[str, int]
    scenarios: dict[str, str] | None
    catalogue_dirs: list[str]
    mix: dict[str, int]
    policies: PolicyName | None
    workers: int = Field(ge=1, le=256)
    executor: Name = "local"
    cluster: ClusterConfiguration = ClusterConfiguration()
    output: str
    allow: list[str]


class Task(NamedTuple):
    """A shard to be collected."""

    number: int
    folder: str
    first_seed: int
    objects: str
    families: tuple[str, ...]
    scenarios: tuple[tuple[str, str], ...]  # name and dotted function of families of the user's own
    catalogue_dirs: tuple[str, ...]
    behaviour: str
    policy: str | None
    allow: tuple[str, ...]


def collect(config: CollectConfiguration) -> dict[str, int]:
    """Collect until there are enough decisions, and return the counts of ``experiments.training.collection.quotas``.

    Shards of an interrupted collection are kept.

    Raises
    ------
    UserError
        If a value is not allowed, or the folder holds another collection.
    """
    _check(config)
    folder = Path(config.output)
    make_folder(folder)
    with locked(folder):
        return _collect(config, folder)


def _collect(config: CollectConfiguration, folder: Path) -> dict[str, int]:
    """Collect in a folder that is locked."""
    decides = config.model_dump(exclude=DECIDES_NOTHING) | {"made_of": _list_ingredients(config)}
    claim(folder / "collection.json", decides, "another collection")
    executor = make_executor(
        config.executor, config.cluster, workers=config.workers, scratch=folder / "jobs"
    )
    done = number = 0
    with Progress("collecting", config.num_decisions, "decisions") as progress:
        while done < config.num_decisions:
            each = done / number if number else ROWS
            more = math.ceil((config.num_decisions - done) / each)
            tasks = [_task(config, folder, k) for k in range(number, number + more)]
            for _, rows in executor.run(run_task, tasks):
                done += rows
                progress.update(rows)
            number += more
    about = {"config": config.model_dump(), "machine": machine()}
    write_text(folder / "provenance.json", json.dumps(about, indent=2) + "\n")
    counts = count(log.list_shards(folder))
    write_text(folder / "counts.json", json.dumps(counts, indent=2) + "\n")
    return counts


def _list_ingredients(config: CollectConfiguration) -> dict[str, dict[str, str]]:
    """Hashes of all files that decide the collected data, by part."""
    names = [name for name in ("rule", "rule_tuned") if config.mix.get(name)]
    if config.mix.get("policy") and config.policies is not None:
        names.append(config.policies)
    own = list_ingredients(
        policies=names,
        scenarios=(config.scenarios or {}).values(),
        catalogue_dirs=config.catalogue_dirs,
        allow=config.allow,
    )
    return own | {"roadworld": {"sources": sources_hash()}}


def run_task(task: Task) -> int:
    """Drive and write a shard unless it exists; returns its number of decisions."""
    folder = Path(task.folder)
    if folder.is_dir():
        if log.is_whole(folder):
            return int(log.read_about(folder)["rows"])
        sys.stderr.write(f"{folder}: damaged; collected again\n")
    seeds = range(task.first_seed, task.first_seed + EPISODES)
    own = read_scenarios("collect", dict(task.scenarios), Path(), task.allow)
    samplers = {
        family: ScenarioSampler(
            own.get(family, family), split=task.objects, catalogue_dirs=task.catalogue_dirs
        )
        for family in set(task.families)
    }
    instances = [
        samplers[task.families[k % len(task.families)]].sample(seeding.np_random(seed)[0])
        for k, seed in enumerate(seeds)
    ]
    policy = make_behaviour(task.behaviour, task.number, task.policy, task.allow)
    shard = drive(policy, instances, seeds, task.behaviour)
    log.write_shard(folder, shard)
    return shard.num_rows


def _task(config: CollectConfiguration, folder: Path, number: int) -> Task:
    """The task of the shard with a number."""
    turns = _turns(config.mix)
    families = _turns(config.families)
    # families take turns with a step of their own in every shard, so that each meets every behaviour
    start = (number * EPISODES) % len(families)
    return Task(
        number,
        str(folder / f"{number:05d}"),
        config.first_seed + number * EPISODES,
        config.objects,
        families[start:] + families[:start],
        tuple((config.scenarios or {}).items()),
        tuple(config.catalogue_dirs),
        turns[number % len(turns)],
        config.policies,
        tuple(config.allow),
    )


def _turns(shares: Mapping[str, int]) -> tuple[str, ...]:
    """Names in the order in which they take turns, evenly mixed."""
    total = sum(shares.values())
    marks = [
        ((k + 0.5) / share, name) for name, share in shares.items() if share for k in range(share)
    ]
    return tuple(name for _, name in sorted(marks))[:total]


def _check(config: CollectConfiguration) -> None:
    """Check values that pydantic cannot check."""
    if config.objects not in SPLITS:
        raise not_allowed("objects", config.objects, SPLITS)
    read_catalogue_dirs("collect", config.catalogue_dirs, Path())
    own = read_scenarios("collect", config.scenarios or {}, Path(), config.allow)
    for name in config.families:
        if name not in {*FAMILIES, *own}:
            raise not_allowed("families", name, [*FAMILIES, *own])
    for name in config.mix:
        if name not in BEHAVIOURS:
            raise not_allowed("mix", name, BEHAVIOURS)
    for key, shares in (("families", config.families), ("mix", config.mix)):
        if min(shares.values()) < 0 or sum(shares.values()) == 0:
            raise UserError(f"{key}: got {shares}, expected shares >= 0, one of them > 0")
    if config.mix.get("policy") and config.policies is None:
        raise UserError("policy: got null, expected a name because mix.policy is > 0")
    last = config.first_seed + config.num_decisions
    if config.first_seed < FORBIDDEN.stop and last > FORBIDDEN.start:
        raise UserError(
            f"first_seed: got {config.first_seed}, seeds from {FORBIDDEN.start} to {FORBIDDEN.stop} are reserved for "
            "validation and testing"
        )
