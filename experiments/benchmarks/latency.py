"""Latency of one decision: one world, one process, after a warm-up."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, SuiteItem
from envs.specification import column
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Rollout
from experiments.store.progress import watch
from experiments.store.provenance import machine
from policies.base import Explanation, Observation, Policy

WARM_UP: Final = 5
"""Decisions of every episode that are not counted: first calls allocate."""


def run(
    suite: Suite, split: str, policies: Sequence[tuple[str, Policy]], max_instances: int | None
) -> None:
    """Time every decision of some episodes of a suite and print the table; the last line is one JSON object.

    Parameters
    ----------
    suite
        Holds the instances.
    split
        Which seeds of the suite.
    policies
        Each with its name.
    max_instances
        Episodes per policy, spread over the suite; ``None`` = all.
    """
    instances = choose_instances(suite, split, max_instances)
    lines = [
        f"{'policy':20s} {'decisions':>9s} {'p50 ms':>9s} {'p99 ms':>9s} {'mean CPU ms':>11s}\n"
    ]
    rows = {}
    for name, policy in watch(policies, "timing", len(policies), "policies"):
        times = time_decisions(policy, instances)
        p50, p99 = np.percentile(times.wall_ms, [50, 99])
        rows[name] = {"p50_ms": p50, "p99_ms": p99, "mean_cpu_ms": times.cpu_ms.mean()}
        lines.append(
            f"{name:20s} {len(times.wall_ms):9d} {p50:9.3f} {p99:9.3f} {rows[name]['mean_cpu_ms']:11.3f}\n"
        )
    sys.stdout.writelines(lines)
    sys.stdout.write(json.dumps({"policies": rows, "machine": machine()}) + "\n")


def choose_instances(suite: Suite, split: str, count: int | None) -> list[ScenarioInstance]:
    """Instances of a suite, evenly spread; all of them if ``count`` is ``None``."""
    return [suite.instance(item) for item in spread(suite.items(split), count)]


def spread(items: Sequence[SuiteItem], count: int | None) -> Sequence[SuiteItem]:
    """Pick ``count`` items, evenly spread; all of them if ``count`` is ``None``."""
    stride = max(len(items) // (count or len(items)), 1)
    return items[::stride][:count]


class Times(NamedTuple):
    """Times of the decisions of some episodes, in order."""

    wall_ms: NDArray[np.float64]
    cpu_ms: NDArray[np.float64]
    objects: NDArray[np.int64]  # vehicles and objects that are tracked
    is_planned: NDArray[np.bool_]  # the policy imagined options
    is_late: NDArray[np.bool_]  # it was cut short by its deadline

    def where(self, chosen: NDArray[np.bool_]) -> Times:
        """The times of the decisions for which ``chosen`` is true."""
        return Times._make(values[chosen] for values in self)


def time_decisions(policy: Policy, instances: Sequence[ScenarioInstance]) -> Times:
    """Drive some instances one at a time and time the decisions, except the first few of every episode."""
    stopwatch = _Stopwatch(policy)
    for _ in Rollout(stopwatch, instances, num_worlds=1).episodes():
        pass
    return Times._make(np.array(values) for values in zip(*stopwatch.rows, strict=True))


class _Stopwatch(Listener):
    """Times every decision of a policy that drives one world.

    Attributes
    ----------
    rows
        What ``Times`` has of every decision after the first ``WARM_UP`` of an episode.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.rows: list[tuple[float, float, int, bool, bool]] = []
        self._decision = self._tracked = 0
        self._wall_s = self._cpu_s = 0.0

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Begin an episode."""
        super().reset(mask, seeds)
        self._decision = 0

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """The policy's own action, timed."""
        wall, cpu = time.perf_counter(), time.process_time()
        action = super().act(observation)
        self._wall_s, self._cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        self._tracked = int(
            observation["vehicles"][0, :, column.V_TRACKED].sum()
            + observation["debris"][0, :, column.D_TRACKED].sum()
        )
        return action

    def hear(self, said: Explanation) -> None:
        """Add a row of times and explanations; called once after every ``act``."""
        if self._decision >= WARM_UP:
            is_planned = len(said.options) > 0 and len(said.options[0]) > 0
            is_late = said.is_late is not None and bool(said.is_late[0])
            times_ms = 1e3 * self._wall_s, 1e3 * self._cpu_s
            self.rows.append((*times_ms, self._tracked, is_planned, is_late))
        self._decision += 1
