"""Probe of the dream's speed compared with real time, and of the cost of an imagined minute.

Timings differ from run to run, so they are kept apart from the other findings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from envs.specification import DECISION_S
from experiments.benchmarks.dream_speed import (
    DREAM_STEPS,
    ONE_WORLD,
    PICTURES,
    WORLDS,
    imagined_minute_s,
    measure_dream,
)
from experiments.records.prices import CORE_HOUR_USD, to_usd
from experiments.studies.audit.findings import Finding, Line, point

NAME: Final = "speed"

CLOCKS: Final[Mapping[str, Callable[[], float]]] = {
    "CPU": time.process_time,
    "wall": time.perf_counter,
}
"""Clocks: CPU time is judged, because other processes may run on the machine."""

LINES: Final = {ONE_WORLD: Line(">=", 1_000.0), PICTURES: Line(">=", 10.0)}
"""Limits (policies/world_model/SOURCES.md 7, row 12)."""


def measure_speed(name: str, checkpoint: str) -> list[Finding]:
    """Time dreams by CPU and by wall clock; ``checkpoint`` is a folder or ``"shipped"``. Results vary."""
    return report(name, {one: measure_dream(checkpoint, clock) for one, clock in CLOCKS.items()})


def report(name: str, measured: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """Findings on imagined seconds per second and on prices, from ``measure_dream`` by clock."""
    found = []
    for clock, dream in measured.items():
        for what, value, line in (
            (f"{WORLDS} worlds", dream[DREAM_STEPS] * DECISION_S, None),
            ("one world", dream[ONE_WORLD], LINES[ONE_WORLD]),
            ("one world with pictures", dream[PICTURES], LINES[PICTURES]),
        ):
            limit = line if clock == "CPU" else None
            measure = f"{what}, imagined s per {clock} s"
            found.append(Finding(NAME, measure, name, point(value), limit))
    prices = {"price of a core for an hour, assumed [A], US$": CORE_HOUR_USD}
    for what, seconds in imagined_minute_s(measured["CPU"]).items():
        prices |= {f"{what}, CPU-s": seconds, f"{what}, US$": to_usd(seconds)}
    return found + [Finding(NAME, what, name, point(value)) for what, value in prices.items()]
