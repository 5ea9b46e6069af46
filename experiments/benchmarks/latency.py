"""How long one decision takes: one world, nothing else in the process, after a warm-up."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import SuiteItem, load_suite
from envs.specification import column
from experiments.cli.loading import load_policy
from experiments.rollout.loop import world_seed
from experiments.store.progress import watch
from experiments.store.provenance import machine
from policies.base import Explaining, Policy, Privileged

WARM_UP: Final = 5
"""Decisions of every episode that are not counted: first calls allocate."""


def run(path: Path, *, split: str, policies: Sequence[str], max_instances: int | None) -> None:
    """Time every decision of some episodes and print the table; the last line is one JSON object.

    Parameters
    ----------
    path
        Of the suite.
    split
        Of the suite.
    policies
        Names or paths.
    max_instances
        Episodes per policy, spread over the suite; ``None`` = all.
    """
    suite = load_suite(path)
    instances = [suite.instance(item) for item in spread(suite.items(split), max_instances)]
    lines = [
        f"{'policy':20s} {'decisions':>9s} {'p50 ms':>9s} {'p99 ms':>9s} {'mean CPU ms':>11s}\n"
    ]
    rows = {}
    for name in watch(policies, "timing", len(policies), "policies"):
        times = time_decisions(load_policy(name), instances)
        p50, p99 = np.percentile(times.wall_ms, [50, 99])
        rows[name] = {"p50_ms": p50, "p99_ms": p99, "mean_cpu_ms": times.cpu_ms.mean()}
        lines.append(
            f"{name:20s} {len(times.wall_ms):9d} {p50:9.3f} {p99:9.3f} {rows[name]['mean_cpu_ms']:11.3f}\n"
        )
    sys.stdout.writelines(lines)
    sys.stdout.write(json.dumps({"policies": rows, "machine": machine()}) + "\n")


def spread(items: Sequence[SuiteItem], count: int | None) -> Sequence[SuiteItem]:
    """So many items, evenly spread; all if no number is given."""
    stride = max(len(items) // (count or len(items)), 1)
    return items[::stride][:count]


class Times(NamedTuple):
    """Decisions of some episodes, in order."""

    wall_ms: NDArray[np.float64]
    cpu_ms: NDArray[np.float64]
    objects: NDArray[np.int64]  # vehicles and objects that are tracked
    is_planned: NDArray[np.bool_]  # the policy imagined options
    is_late: NDArray[np.bool_]  # it was cut short by its deadline

    def where(self, chosen: NDArray[np.bool_]) -> Times:
        """Some of them."""
        return Times(
            self.wall_ms[chosen],
            self.cpu_ms[chosen],
            self.objects[chosen],
            self.is_planned[chosen],
            self.is_late[chosen],
        )


def time_decisions(policy: Policy, instances: Sequence[ScenarioInstance]) -> Times:
    """Let a policy drive some instances alone in the process, and time every decision.

    Parameters
    ----------
    policy
        Any.
    instances
        What it drives.

    Returns
    -------
    Times
        Without the first ``WARM_UP`` decisions of every episode.
    """
    rows = [row for one in instances for row in _time_episode(policy, one)]
    wall, cpu, objects, planned, late = zip(*rows, strict=True)
    return Times(
        np.array(wall), np.array(cpu), np.array(objects), np.array(planned), np.array(late)
    )


def _time_episode(
    policy: Policy, instance: ScenarioInstance
) -> Iterator[tuple[float, float, int, bool, bool]]:
    """A row of ``Times`` per decision."""
    env = DebrisVectorEnv(1)
    observation, _ = env.reset(options={"instance": instance})
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(1, np.bool_), np.array([world_seed(0, instance.hash)]))
    decision, is_over = 0, False
    while not is_over:
        wall, cpu = time.perf_counter(), time.process_time()
        action = policy.act(observation)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if decision >= WARM_UP:
            said = policy.explain() if isinstance(policy, Explaining) else None
            planned = said is not None and len(said.options) > 0 and len(said.options[0]) > 0
            late = said is not None and said.is_late is not None and bool(said.is_late[0])
            tracked = observation["vehicles"][0, :, column.V_TRACKED].sum()
            tracked += observation["debris"][0, :, column.D_TRACKED].sum()
            yield 1e3 * wall, 1e3 * cpu, int(tracked), planned, late
        observation, _, terminated, truncated, _ = env.step(np.asarray(action, np.float64))
        is_over = bool(terminated[0] or truncated[0])
        decision += 1
