"""How long one decision takes: one world, nothing else in the process, after a warm-up."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from envs.batched.env import DebrisVectorEnv
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import load_suite
from experiments.loading import load_policy
from experiments.provenance import machine
from experiments.rollout import world_seed
from policies.base import Policy, Privileged

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
    items = suite.items(split)
    stride = max(len(items) // (max_instances or len(items)), 1)
    instances = [suite.instance(item) for item in items[::stride][:max_instances]]
    lines = [
        f"{'policy':20s} {'decisions':>9s} {'p50 ms':>9s} {'p99 ms':>9s} {'mean CPU ms':>11s}\n"
    ]
    rows = {}
    for name in tqdm(policies, unit="policy", disable=None):
        policy = load_policy(name)
        times = np.array([pair for one in instances for pair in _time_episode(policy, one)])
        p50, p99 = np.percentile(times[:, 0], [50, 99])
        rows[name] = {"p50_ms": p50, "p99_ms": p99, "mean_cpu_ms": times[:, 1].mean()}
        lines.append(
            f"{name:20s} {len(times):9d} {p50:9.3f} {p99:9.3f} {rows[name]['mean_cpu_ms']:11.3f}\n"
        )
    sys.stdout.writelines(lines)
    sys.stdout.write(json.dumps({"policies": rows, "machine": machine()}) + "\n")


def _time_episode(policy: Policy, instance: ScenarioInstance) -> Iterator[NDArray[np.float64]]:
    """Wall and CPU time of every decision, ms."""
    env = DebrisVectorEnv(1)
    observation, _ = env.reset(options={"instance": instance})
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(1, np.bool_), np.array([world_seed(0, instance.hash)]))
    decision, is_over = 0, False
    while not is_over:
        wall, cpu = time.perf_counter(), time.process_time()
        action = policy.act(observation)
        spent = 1e3 * np.array([time.perf_counter() - wall, time.process_time() - cpu])
        if decision >= WARM_UP:
            yield spent
        observation, _, terminated, truncated, _ = env.step(np.asarray(action, np.float64))
        is_over = bool(terminated[0] or truncated[0])
        decision += 1
