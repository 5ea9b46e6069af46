"""The world model's benchmark: latency of decisions, speed of the dream, cost of training, deciding and imagining."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from envs.scenario.suite import Suite
from experiments.benchmarks.dream_speed import imagined_minute_s, measure_dream
from experiments.benchmarks.latency import Times, choose_instances, time_decisions
from experiments.records.prices import CORE_HOUR_USD, to_usd
from experiments.store.provenance import machine
from policies.planning.library import MANOEUVRES
from policies.world_model.model.checkpoint import SHIPPED, load
from policies.world_model.planner.policy import WorldModel

CROWD: Final = 8
"""Latency is measured over decisions with at least this many tracked vehicles and objects."""

HORIZON_S, FINALISTS = 5.0, 10
"""Arguments of the shipped policy."""

DEADLINE_MS: Final = 80.0
"""Deadline of real-time mode (policies/world_model/SOURCES.md 4.6)."""


class Line(NamedTuple):
    """One figure of the table."""

    name: str
    value: float
    unit: str
    goal: str = ""


def run(suite: Suite, split: str, max_instances: int | None) -> None:
    """Measure on some instances of a suite (``None`` = all) and print the table; the last line is one JSON object."""
    instances = choose_instances(suite, split, max_instances)
    free = time_decisions(WorldModel(horizon_s=4.0, num_finalists=FINALISTS), instances)
    lines = _decisions("4 s ahead", free, ("<= 60", "<= 100"))
    longer = time_decisions(WorldModel(horizon_s=HORIZON_S, num_finalists=FINALISTS), instances)
    lines += _decisions("5 s ahead", longer)
    hurried = time_decisions(WorldModel(deadline_ms=DEADLINE_MS), instances)
    lines += _decisions(f"5 s, deadline {DEADLINE_MS:.0f} ms", hurried)
    late = 100.0 * hurried.is_late[hurried.is_planned].mean()
    lines.append(Line("cut short by the deadline", late, "% of decisions"))
    dream = measure_dream()
    lines += [Line(name, value, "") for name, value in dream.items()]
    lines += _prices(load(SHIPPED).about, longer, dream)
    sys.stdout.writelines(
        f"{one.name:48s} {one.value:14,.4g} {one.unit:18s} {one.goal}".rstrip() + "\n"
        for one in lines
    )
    figures = {f"{one.name} ({one.unit})" if one.unit else one.name: one.value for one in lines}
    sys.stdout.write(json.dumps({"figures": figures, "machine": machine()}) + "\n")


def _decisions(name: str, times: Times, goals: tuple[str, str] = ("", "")) -> list[Line]:
    """Latency of the decisions in which plans were imagined."""
    planned = times.where(times.is_planned)
    crowded = planned.where(planned.objects >= CROWD)
    wall = crowded.wall_ms if len(crowded.wall_ms) else planned.wall_ms
    p50, p99 = np.percentile(wall, [50, 99])
    crowd = f"decision {name}, {CROWD} objects or more"
    return [
        Line(f"{crowd}, p50", p50, "ms", goals[0]),
        Line(f"{crowd}, p99", p99, "ms", goals[1]),
        Line(crowd, len(wall), "decisions"),
        Line(f"decision {name}, whenever it plans, mean", planned.cpu_ms.mean(), "CPU-ms"),
        Line(f"decision {name}, all, mean", times.cpu_ms.mean(), "CPU-ms"),
    ]


def _prices(about: Mapping[str, Any], times: Times, dream: Mapping[str, float]) -> list[Line]:
    """CPU time and money: to train, per decision, per imagined minute."""
    training = about["budget"]["cpu_seconds"]
    planned = times.where(times.is_planned)
    plans = len(MANOEUVRES) + FINALISTS * about["sizes"]["members"]
    imagined_min = plans * HORIZON_S / 60.0
    prices = {
        "training": training,
        "1,000 decisions": times.cpu_ms.mean(),
        "imagined minute, in a decision": 1e-3 * planned.cpu_ms.mean() / imagined_min,
        **imagined_minute_s(dream),
    }
    lines = [
        Line("experience", about["budget"]["environment_steps"], "decisions"),
        Line("price of a core for an hour, assumed", CORE_HOUR_USD, "US$"),
    ]
    for name, seconds in prices.items():
        lines.append(Line(name, seconds, "CPU-s"))
        lines.append(Line(name, to_usd(seconds), "US$"))
    return lines
