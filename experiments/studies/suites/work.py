"""The work of a check in parts, by several processes; parts that are done are not repeated after an interruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.scenario.suite import Suite, SuiteItem
from experiments.execution.executor import Executor
from experiments.store.progress import Progress
from experiments.store.steps import Steps
from experiments.studies.suites.check import Checked, Task, check, find_unsafe

PART_INSTANCES: Final = 50
"""Instances per task: a killed run loses the unfinished tasks only."""


class Desk(NamedTuple):
    """What the work on a suite needs."""

    suite_path: Path
    allow: tuple[str, ...]
    executor: Executor
    steps: Steps


def check_items(desk: Desk, items: Sequence[SuiteItem], policies: Sequence[str]) -> list[Checked]:
    """Check instances, in their order."""
    found = _run(desk, "check", items, check, list(policies))
    return [Checked(*row) for row in found]


def find_skipped(desk: Desk, suite: Suite, split: str) -> dict[int, str]:
    """Seeds of a split in whose instances other vehicles touch, and how, until a safe seed is in every place."""
    skipped: dict[int, str] = {}
    known: set[int] = set()
    while True:
        lists = {**suite.skipped, split: skipped}
        items = replace(suite, skipped=lists, unavoidable={}).items(split)
        new = [item for item in items if item.seed not in known]
        if not new:
            return dict(sorted(skipped.items()))
        known |= {item.seed for item in new}
        found = _run(desk, "undisturbed", new, find_unsafe)
        skipped |= {item.seed: why for item, why in zip(new, found, strict=True) if why}


def _run(
    desk: Desk,
    what: str,
    items: Sequence[SuiteItem],
    function: Callable[..., Sequence[Any]],
    *shared: object,
) -> list[Any]:
    """Results of a function for every item, in order; finished parts are read from the journal."""
    parts = [tuple(items[k : k + PART_INSTANCES]) for k in range(0, len(items), PART_INSTANCES)]
    names = [f"{what} {part[0].stratum} {part[0].seed} {part[-1].seed}" for part in parts]
    done: dict[int, list[Any]] = {}
    for k, name in enumerate(names):
        step = desk.steps.find(name)
        if step is not None:
            done[k] = step.value
    missing = [k for k in range(len(parts)) if k not in done]
    tasks = [Task(str(desk.suite_path), desk.allow, parts[k]) for k in missing]
    title = "checking" if what == "check" else "undisturbed runs"
    there = sum(len(parts[k]) for k in done)
    with Progress(title, len(items), "instances", there) as progress:
        for index, value in desk.executor.run(function, tasks, *shared):
            k = missing[index]
            done[k] = [*value]
            desk.steps.note(names[k], (), value=done[k])
            progress.update(len(parts[k]), parts[k][0].stratum)
    return [row for k in range(len(parts)) for row in done[k]]
