"""Probe: how much faster than real time a model dreams, and what an imagined minute costs.

Timings differ from run to run, so they stand beside what an audit finds, not in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

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
from experiments.stats.interval import Interval
from experiments.studies.audit.findings import Finding, Line

NAME: Final = "speed"

CLOCKS: Final[Mapping[str, Callable[[], float]]] = {
    "CPU": time.process_time,
    "wall": time.perf_counter,
}
"""Others may be at work on the machine: what is judged is CPU time."""

LINES: Final = {ONE_WORLD: Line(">=", 1_000.0), PICTURES: Line(">=", 10.0)}
"""policies/world_model/SOURCES.md 7, row 12."""


def probe(name: str, checkpoint: str) -> list[Finding]:
    """Time dreams by both clocks.

    Parameters
    ----------
    name
        Of the subject.
    checkpoint
        Its folder, or ``"shipped"``.

    Returns
    -------
    list of Finding
        Never the same twice.
    """
    return report(name, {one: measure_dream(checkpoint, clock) for one, clock in CLOCKS.items()})


def report(name: str, measured: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """Findings from what was timed.

    Parameters
    ----------
    name
        Of the subject.
    measured
        ``measure_dream`` by clock.

    Returns
    -------
    list of Finding
        Imagined seconds per second, and prices.
    """
    found = []
    for clock, dream in measured.items():
        told = {
            f"{WORLDS} worlds": (dream[DREAM_STEPS] * DECISION_S, None),
            "one world": (dream[ONE_WORLD], LINES[ONE_WORLD]),
            "one world with pictures": (dream[PICTURES], LINES[PICTURES]),
        }
        for what, (value, line) in told.items():
            judged = line if clock == "CPU" else None
            found.append(_finding(f"{what}, imagined s per {clock} s", name, value, judged))
    found.append(_finding("price of a core for an hour, assumed [A], US$", name, CORE_HOUR_USD))
    for what, seconds in imagined_minute_s(measured["CPU"]).items():
        found.append(_finding(f"{what}, CPU-s", name, seconds))
        found.append(_finding(f"{what}, US$", name, to_usd(seconds)))
    return found


def _finding(measure: str, name: str, value: float, line: Line | None = None) -> Finding:
    """One figure; its spread is the machine's, not the model's."""
    return Finding(NAME, measure, name, Interval(value, np.nan, np.nan), line)
