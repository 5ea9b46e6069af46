"""Effect of every part of a policy: its ablations compared with it, for the same training seeds."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.records.matching import align
from experiments.stats.interval import Interval
from experiments.stats.paired import paired_difference
from experiments.stats.resampling import Bootstrap

ABLATIONS: Final = {
    "no_memory": "without memory of what was seen before",
    "flat": "one flat network for everything, without memory",
    "one_member": "one member instead of the ensemble",
    "one_stage": "one stage of search",
    "no_needless": "braking for nothing costs what it costs",
    "world_model_shielded": "hard rules on top",
    "true_dynamics": "the oracle's search in the true world (privileged)",
    "perceived_dynamics": "the same search from perceived places (privileged)",
}
"""Arms whose name before ``@`` is one of these are the hero of the same budget, with one thing changed."""

LEVEL: Final = 0.95

SEED: Final = 7
"""Seed of the bootstrap."""


class Share(NamedTuple):
    """The effect of one ablation."""

    arm: str
    change: str
    more_usd: Interval  # cost with the change minus cost without it
    seeds: tuple[int, ...]  # training seeds that both have


class Lead(NamedTuple):
    """Cost of an arm minus that of a rival with the same budget."""

    arm: str
    rival: str
    more_usd: Interval


RIVALS: Final = ("rule_tuned", "ppo")
"""Arms with which the hero is compared at every budget that both have."""


def find_leads(table: pa.Table, hero: str, num_resamples: int) -> list[Lead]:
    """Compare a policy, such as ``world_model@1M``, with its rivals at each budget, by rival, then by budget.

    The table has one suite, split and cost setting; training seeds of each arm are averaged.
    """
    base, _, _ = hero.partition("@")
    names = sorted(set(table["policy"].to_pylist()))
    budgets = [name.partition("@")[2] for name in names if name.startswith(f"{base}@")]
    return [
        Lead(
            f"{base}@{budget}",
            f"{rival}@{budget}",
            _difference(table, f"{base}@{budget}", f"{rival}@{budget}", num_resamples),
        )
        for rival in RIVALS
        for budget in budgets
        if f"{rival}@{budget}" in names
    ]


def _difference(table: pa.Table, arm: str, other: str, num_resamples: int) -> Interval:
    """Mean cost of an arm minus that of another."""
    pairs = align(table, [arm, other])
    return paired_difference(
        pairs.cost[arm],
        pairs.cost[other],
        pairs.family.tolist(),
        Bootstrap(LEVEL, num_resamples, np.random.default_rng(SEED)),
    ).mean


def find_shares(table: pa.Table, hero: str, num_resamples: int) -> list[Share]:
    """Compare a policy, such as ``world_model@1M``, with its ablations at the same budget, the costliest first.

    The table has one suite, split and cost setting; the list is empty if there are no ablations of this budget.
    """
    _, _, budget = hero.partition("@")
    names = set(table["policy"].to_pylist())
    shares = []
    for base, change in ABLATIONS.items():
        arm = f"{base}@{budget}"
        if arm not in names:
            continue
        seeds = sorted(_seeds(table, arm) & _seeds(table, hero))
        both = pc.is_in(table["policy_seed"], pa.array(seeds, table["policy_seed"].type))
        more = _difference(table.filter(both), arm, hero, num_resamples)
        shares.append(Share(arm, change, more, tuple(seeds)))
    return sorted(shares, key=lambda share: -share.more_usd.value)


def _seeds(table: pa.Table, policy: str) -> set[int]:
    """Training seeds of an arm."""
    return set(table.filter(pc.equal(table["policy"], policy))["policy_seed"].to_pylist())
