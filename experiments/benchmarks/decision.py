"""The decision benchmark: the cost of each answer, how often it is cheapest, and the value of knowing the contents."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from envs.scenario.suite import Suite
from experiments.rollout.decision_probe import Answered, DecisionProbe
from experiments.store.progress import watch
from experiments.store.provenance import machine
from policies.planning.answers import ANSWERS

HARMLESS_USD = 50.0
"""An instance is harmless if running over it costs less than this: about a shift within the lane."""


class Row(NamedTuple):
    """The line of a stratum or a family in the table."""

    name: str
    instances: int
    harmless: float  # share
    best: tuple[float, ...]  # share of harmful instances in which each answer is the cheapest
    best_usd: float  # mean cost of the best answer, harmful instances
    constant_usd: float  # mean cost of the best constant answer, harmful instances
    saving: float  # share of the cost that knowing the contents saves; nan if not measured


def summarise(name: str, answers: Sequence[Answered]) -> Row:
    """The line of one group of at least one instance; ``nan`` where no instance is harmful."""
    cost = np.array([item.cost_usd for item in answers])
    harmful = cost[cost[:, 0] >= HARMLESS_USD]
    known = np.array([item.value_known_usd for item in answers])
    unknown = np.array([item.value_unknown_usd for item in answers])
    measured = np.isfinite(known)
    saving = float("nan")
    if measured.any():
        saving = 1.0 - known[measured].sum() / unknown[measured].sum()
    share = 1.0 - len(harmful) / len(cost)
    if not len(harmful):
        nan = float("nan")
        return Row(name, len(cost), share, (nan,) * len(ANSWERS), nan, nan, saving)
    wins = np.bincount(harmful.argmin(axis=1), minlength=len(ANSWERS)) / len(harmful)
    return Row(
        name,
        len(cost),
        share,
        tuple(wins.tolist()),
        float(harmful.min(axis=1).mean()),
        float(harmful.mean(axis=0).min()),
        float(saving),
    )


def run(suite: Suite, split: str, num_contents: int, max_instances: int | None) -> None:
    """Probe every instance of a suite and print the table; the last line is one JSON object.

    Parameters
    ----------
    suite
        Holds the instances.
    split
        Which seeds of the suite.
    num_contents
        Alternative contents per instance of the ``look_alike`` stratum.
    max_instances
        Answer only the first ones; ``None`` = all.
    """
    if max_instances is None:
        suite.check(split)
    probe = DecisionProbe()
    strata: dict[str, list[Answered]] = {}
    families: dict[str, list[Answered]] = {}
    total = len(suite.items(split)) if max_instances is None else max_instances
    sampled = islice(suite.sample(split), max_instances)
    for k, (item, instance) in enumerate(watch(sampled, "probing", total, "instances")):
        asks = num_contents if item.stratum == "look_alike" else 0
        answer = probe.answer(instance, asks, seed=k)
        strata.setdefault(item.stratum, []).append(answer)
        families.setdefault(item.family, []).append(answer)
    every = [answer for group in strata.values() for answer in group]
    tables = {
        "stratum": [summarise(name, group) for name, group in strata.items()],
        "family": [summarise(name, group) for name, group in families.items()],
        "all": [summarise("all", every)],
    }
    for title, rows in tables.items():
        sys.stdout.write(_render(title, rows))
    overall = tables["all"][0]
    savings = {row.name: row.saving for row in tables["stratum"]}
    result = {
        "suite": suite.version,
        "split": split,
        "instances": overall.instances,
        "largest_share": max(overall.best),
        "look_alike_saving": savings.get("look_alike"),
        "rows": {title: [row._asdict() for row in rows] for title, rows in tables.items()},
        "failed": [
            name
            for name, is_met in (
                ("no answer best in more than 60 %", max(overall.best) <= 0.6),
                ("contents worth >= 15 % on look_alike", savings.get("look_alike", 0.0) >= 0.15),
            )
            if not is_met
        ],
        "machine": machine(),
    }
    sys.stdout.write(json.dumps(_without_nan(result)) + "\n")


def _without_nan(value: object) -> object:
    """The same structure with ``None``, JSON's null, in place of numbers that are not finite."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _render(title: str, rows: Sequence[Row]) -> str:
    """A table as text."""
    head = f"{title:17s} {'n':>5s} {'harmless':>9s} " + " ".join(f"{a:>6s}" for a in ANSWERS)
    lines = [f"{head} {'best US$':>9s} {'constant':>9s} {'ratio':>6s} {'contents':>9s}"]
    for row in rows:
        wins = " ".join(
            f"{share:6.0%}" if math.isfinite(share) else f"{'-':>6s}" for share in row.best
        )
        usd = (row.best_usd, row.constant_usd, row.constant_usd / row.best_usd)
        costs = (
            f"{usd[0]:9,.0f} {usd[1]:9,.0f} {usd[2]:6.1f}"
            if math.isfinite(usd[0])
            else f"{'-':>9s} {'-':>9s} {'-':>6s}"
        )
        saving = f"{row.saving:9.0%}" if math.isfinite(row.saving) else "        -"
        lines.append(
            f"{row.name:17s} {row.instances:5d} {row.harmless:9.0%} {wins} {costs} {saving}"
        )
    return "\n".join(lines) + "\n\n"
