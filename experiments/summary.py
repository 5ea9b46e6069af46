"""From records to what people read: means with intervals, scores, verdicts, the worst instances."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from envs.errors import UserError
from experiments import records
from experiments.stats.improvement import paired_improvement
from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.mcnemar import McNemar, mcnemar
from experiments.stats.paired import PairedDifference, paired_difference
from experiments.stats.proportion import wilson
from experiments.stats.resampling import cluster_weights, weighted_means
from experiments.stats.score import score
from experiments.stats.tail import cvar95
from experiments.stats.verdict import Verdict, decide

ALL: Final = "all"
"""Name of all strata together."""

CATASTROPHE_USD: Final = 50_000.0
"""A dearer episode is a catastrophe (physics.md 6.3)."""

CEILING: Final = "clairvoyant"
"""The policy whose score is 100."""

HARD_BRAKING_MPS2: Final = 3.0
"""Harder braking for nothing is a nuisance (physics.md 6.1)."""

NUM_WORST: Final = 5
"""Instances that are named for every policy."""


class Row(NamedTuple):
    """What one policy did."""

    policy: str
    cost: Mapping[str, Interval]  # by stratum and ``ALL``, US$ per episode
    score: Mapping[str, Interval]  # likewise; empty without a floor or the clairvoyant
    cvar95: Interval
    catastrophes: Interval
    hard_braking: (
        Interval  # share of phantom episodes with braking harder than 3 m/s2; nan without any
    )
    decision_ms: float


class Comparison(NamedTuple):
    """One policy against the reference."""

    policy: str
    reference: str
    difference: Mapping[str, PairedDifference]  # by stratum and ``ALL``
    improvement: Interval
    catastrophes: McNemar
    verdict: Verdict


class Worst(NamedTuple):
    """One instance, and what two policies paid in it."""

    policy: str
    stratum: str
    family: str
    seed: int
    objects: str
    cost_usd: float
    best_usd: float  # what the cheapest of all policies paid
    reason: str


class Summary(NamedTuple):
    """Everything a table or a page needs."""

    suite: str
    split: str
    cost_setting: str
    num_instances: Mapping[str, int]  # by stratum and ``ALL``
    floor: str | None  # name of the best floor
    rows: Sequence[Row]
    comparisons: Sequence[Comparison]
    worst: Mapping[str, Sequence[Worst]]  # by policy
    level: float


class Pairs(NamedTuple):
    """Costs in one order of instances, policy seeds averaged."""

    stratum: NDArray[np.str_]
    family: NDArray[np.str_]
    cost: Mapping[str, NDArray[np.float64]]  # by policy, (n,)


def align(table: pa.Table, policies: Sequence[str]) -> Pairs:
    """Match the policies instance by instance.

    Parameters
    ----------
    table
        Records of one suite, split and cost setting.
    policies
        Names, all in the table.

    Returns
    -------
    Pairs
        The mean over policy seeds counts as a policy's cost of an instance.

    Raises
    ------
    UserError
        If a policy lacks an instance, or drove another one under the same name.
    """
    grouped = records.query(
        table,
        "select policy, stratum, family, seed, avg(cost_usd) as cost, min(instance_hash) as first, "
        "max(instance_hash) as last from records group by all order by all",
    )
    found: dict[str, dict[tuple[str, str, int], tuple[float, str]]] = {p: {} for p in policies}
    for row in grouped:
        if row["first"] != row["last"]:
            raise UserError(f"seed {row['seed']}: {row['policy']} drove two different instances")
        if row["policy"] in found:
            key = (row["stratum"], row["family"], row["seed"])
            found[row["policy"]][key] = (row["cost"], row["first"])
    keys = list(found[policies[0]])
    for name in policies:
        if list(found[name]) != keys:
            raise UserError(f"{name} and {policies[0]} drove different instances")
        for key in keys:
            if found[name][key][1] != found[policies[0]][key][1]:
                raise UserError(
                    f"seed {key[2]}: {name} and {policies[0]} drove different instances"
                )
    cost = {name: np.array([found[name][key][0] for key in keys]) for name in policies}
    return Pairs(np.array([k[0] for k in keys]), np.array([k[1] for k in keys]), cost)


def summarise(
    table: pa.Table,
    policies: Sequence[str],
    *,
    strata: Sequence[str],
    floors: Sequence[str],
    reference: str,
    level: float,
    num_resamples: int,
) -> Summary:
    """Every number of the tables.

    Parameters
    ----------
    table
        Records of one suite, split and cost setting.
    policies
        Names in the order of the table.
    strata
        Names in order.
    floors
        Which policies are floors; the one with the smallest mean cost is the zero of the score.
    reference
        The others are compared with it.
    level
        Of all intervals.
    num_resamples
        Of all bootstraps.

    Returns
    -------
    Summary
        The same for the same records: generators are seeded by what they are used for.
    """
    pairs = align(table, policies)
    groups = {name: pairs.stratum == name for name in strata}
    groups = {name: mask for name, mask in groups.items() if mask.any()}
    groups[ALL] = np.ones(len(pairs.stratum), np.bool_)
    known = [name for name in floors if name in pairs.cost]
    floor = min(known, key=lambda name: (pairs.cost[name].mean(), name), default=None)
    shared: dict[str, Any] = {"level": level, "num_resamples": num_resamples}
    rows = [_row(table, pairs, groups, name, floor, shared) for name in policies]
    compared = [
        _compare(pairs, groups, name, reference, shared) for name in policies if name != reference
    ]
    first = table.slice(0, 1).to_pylist()[0]
    return Summary(
        first["suite"],
        first["split"],
        first["cost_setting"],
        {name: int(mask.sum()) for name, mask in groups.items()},
        floor,
        rows,
        compared,
        {name: find_worst(table, name) for name in policies},
        level,
    )


def find_worst(table: pa.Table, policy: str) -> list[Worst]:
    """The instances in which a policy lost most against the best of all policies, dearest first."""
    found = records.query(
        table,
        "select * from (select *, min(cost_usd) over (partition by stratum, family, seed) as best_usd "
        "from records) where policy = ? order by cost_usd - best_usd desc, seed limit ?",
        policy,
        NUM_WORST,
    )
    return [Worst(**{k: row.get(k, "") for k in Worst._fields}) for row in found]


def _row(
    table: pa.Table,
    pairs: Pairs,
    groups: Mapping[str, NDArray[np.bool_]],
    name: str,
    floor: str | None,
    shared: Mapping[str, Any],
) -> Row:
    """One policy's numbers."""
    cost, level = pairs.cost[name], shared["level"]
    means, scores = {}, {}
    for group, mask in groups.items():
        family = pairs.family[mask]
        weights = cluster_weights(family, shared["num_resamples"], _rng("mean", group))
        means[group] = percentile_interval(
            float(cost[mask].mean()), weighted_means(weights, cost[mask]), level
        )
        if floor and CEILING in pairs.cost:
            both = (pairs.cost[floor][mask], pairs.cost[CEILING][mask])
            scores[group] = score(cost[mask], *both, family, rng=_rng("score", group), **shared)
    counts = records.query(
        table,
        "select avg(decision_ms) as ms, count(*) as total, "
        "count(*) filter (where cost_usd > ?) as disasters from records where policy = ?",
        CATASTROPHE_USD,
        name,
    )[0]
    return Row(
        name,
        means,
        scores,
        cvar95(cost, pairs.family, rng=_rng("tail", ALL), **shared),
        wilson(counts["disasters"], counts["total"], level=level),
        wilson(*_count_hard_braking(table, name), level=level),
        float(counts["ms"]),
    )


def _count_hard_braking(table: pa.Table, policy: str) -> tuple[int, int]:
    """Phantom episodes with hard braking, and all phantom episodes; none if the metric was not recorded."""
    if "peak_braking_mps2" not in table.column_names:
        return 0, 0
    found = records.query(
        table,
        "select count(*) filter (where peak_braking_mps2 > ?) as hits, count(*) as total from records "
        "where policy = ? and stratum = 'phantom'",
        HARD_BRAKING_MPS2,
        policy,
    )[0]
    return int(found["hits"]), int(found["total"])


def _compare(
    pairs: Pairs,
    groups: Mapping[str, NDArray[np.bool_]],
    name: str,
    reference: str,
    shared: Mapping[str, Any],
) -> Comparison:
    """One policy against the reference."""
    a, b = pairs.cost[name], pairs.cost[reference]
    differences = {
        group: paired_difference(
            a[mask], b[mask], pairs.family[mask], rng=_rng("pair", group), **shared
        )
        for group, mask in groups.items()
    }
    return Comparison(
        name,
        reference,
        differences,
        paired_improvement(a, b, pairs.family, rng=_rng("improvement", ALL), **shared),
        mcnemar(a > CATASTROPHE_USD, b > CATASTROPHE_USD),
        decide(name, reference, differences[ALL], level=shared["level"]),
    )


def _rng(use: str, group: str) -> np.random.Generator:
    """The same draws for every policy, so that equal costs have equal intervals."""
    return np.random.default_rng(zlib.crc32(f"{use}/{group}".encode()))
