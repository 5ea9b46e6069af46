"""Shards: the units of work; each is a pure function of its description that writes one Parquet file."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.scenario.suite import Suite, SuiteItem, load_suite
from experiments.cli.ingredients import Ingredients, digest, list_ingredients
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate, name_of
from experiments.records import table as records
from experiments.rollout.loop import Rollout
from policies.base import Policy


@dataclass(frozen=True)
class Shard:
    """One policy on some instances of a suite.

    Parameters
    ----------
    policy
        Name or path.
    policy_seed
        Its seed.
    suite
        Its name or path.
    split
        Of the suite.
    items
        Entries to drive.
    cost_setting, cost
        Name and values of the cost parameters.
    metrics
        Dotted names.
    allow
        Prefixes of the user's own modules.
    made_of
        Hash over all files of policy, suite and metrics, and over roadworld's sources.
    num_worlds
        Worlds stepped at once; not part of the result.
    """

    policy: str
    policy_seed: int
    suite: str
    split: str
    items: tuple[SuiteItem, ...]
    cost_setting: str
    cost: tuple[tuple[str, Any], ...]
    metrics: tuple[str, ...]
    allow: tuple[str, ...]
    made_of: str
    num_worlds: int

    @property
    def name(self) -> str:
        """File name of the shard's records: policy, seed and stratum, and a hash of the whole description."""
        values = asdict(self)
        del values["num_worlds"]
        digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
        who = name_of(self.policy)
        return f"{who}-{self.policy_seed}-{self.items[0].stratum}-{digest[:12]}.parquet"


class Done(NamedTuple):
    """Amount of work of a shard."""

    num_episodes: int
    num_decisions: int
    simulation_s: float  # process CPU time
    policy_s: float
    all_s: float  # with sampling of instances, metrics and the file

    def plus(self, other: Done) -> Done:
        """Sum of two amounts of work."""
        return Done._make(mine + more for mine, more in zip(self, other, strict=True))


def cut(
    policies: Sequence[tuple[str, int]],
    items: Sequence[SuiteItem],
    *,
    size: int,
    made_of: Ingredients,
    **shared: object,
) -> list[Shard]:
    """Divide an evaluation into shards, policy by policy; no shard contains two strata.

    Parameters
    ----------
    policies
        Names or paths, with policy seeds.
    items
        Entries of the suite, stratum by stratum.
    size
        Instances of one shard at most.
    made_of
        All files that decide the records.
    **shared
        The other fields of ``Shard``.
    """
    found = []
    for policy, seed in policies:
        parts = {one: files for one, files in made_of.items() if _decides(one, name_of(policy))}
        for _, group in groupby(items, key=lambda item: item.stratum):
            stratum = tuple(group)
            for first in range(0, len(stratum), size):
                part = stratum[first : first + size]
                fields: dict[str, Any] = {"policy": policy, "policy_seed": seed, "items": part}
                fields["made_of"] = digest(parts)
                found.append(Shard(**fields, **shared))  # type: ignore[arg-type]
    return found


def _decides(part: str, policy: str) -> bool:
    """Whether a part of the configuration decides what a policy does; the values of costs are in the shard."""
    return part == f"policy {policy}" or part.startswith(("suite ", "metrics"))


def run(shard: Shard, folder: str) -> Done:
    """Drive a shard and write its records to a file in a folder; the file appears only when it is complete."""
    start = time.process_time()
    policy, suite = _load(shard.policy, shard.suite, shard.metrics, shard.allow, shard.made_of)
    cost = CostParameters.from_mapping(dict(shard.cost))
    metrics = records.load_metrics(shard.metrics, shard.allow)
    rollout = Rollout(
        policy,
        [suite.instance(item) for item in shard.items],
        num_worlds=shard.num_worlds,
        policy_seed=shard.policy_seed,
        cost=cost,
        name=name_of(shard.policy),
    )
    source = records.Source(
        name_of(shard.policy), shard.policy_seed, suite.version, shard.split, shard.cost_setting
    )
    rows = [
        records.make_row(source, shard.items[k], episode, metrics)
        for k, episode in rollout.episodes()
    ]
    table = pa.Table.from_pylist(rows, schema=records.make_schema(metrics))
    records.write(records.order(table), Path(folder) / shard.name)
    spent = rollout.costs
    decisions = sum(row["decisions"] for row in rows)
    elapsed = time.process_time() - start
    return Done(len(rows), decisions, spent.simulation_s, spent.policy_s, elapsed)


@lru_cache(maxsize=4)
def _load(
    policy: str, suite: str, metrics: tuple[str, ...], allow: tuple[str, ...], made_of: str
) -> tuple[Policy, Suite]:
    """A policy and a suite, built once per process: every shard begins with a reset of all worlds.

    Raises
    ------
    UserError
        If a file of theirs has changed since the run began: its records would be a mixture.
    """
    files = list_ingredients(policies=[policy], suites=[suite], metrics=metrics, allow=allow)
    if digest(files) != made_of:
        raise UserError(
            f"policy {name_of(policy)}: its files, those of suite {name_of(suite)} or roadworld's sources changed "
            "after the run began; run the command again"
        )
    return load_policy(policy, allow), load_suite(locate("suite", suite), allow)
