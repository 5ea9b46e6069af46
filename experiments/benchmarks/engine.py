"""The engine benchmark: the twin against unmodified highway-env and against EnvPool, interleaved in one process.

Times are process CPU time; ratios are taken within a round, and their medians over the rounds are printed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from experiments.benchmarks.contestants import (
    TOLERANCE,
    Contestant,
    debris_twin,
    envpool,
    largest_difference,
    parity_twin,
    upstream,
)
from experiments.store.progress import watch
from experiments.store.provenance import machine

SIZES: Final = (21, 51)
"""Numbers of vehicles; Debris-v1 has room for 31, so its larger measurement has 31."""

TICKS: Final = (3, 15)
"""Ticks of a decision: Debris-v1's, and the default of ``highway-v0``."""

UPSTREAM_GOALS: Final = {21: 1500.0, 51: 2500.0}
POOL_GOALS: Final = {21: 2.5, 51: 5.0}
DEBRIS_SHARE: Final = 0.6
"""Least share of the twin's rate with debris, contacts, tracks, costs and info."""

DECISION_GOAL_US: Final = 30.0
COMPILE_GOAL_S: Final = 15.0
WARM_GOAL_S: Final = 1.0

START: Final = (
    "import time; start = time.process_time(); import gymnasium as gym; "
    "env = gym.make_vec('envs:roadworld/Debris-v1', num_envs=1, vectorization_mode='vector_entry_point'); "
    "env.reset(seed=0); env.step(env.action_space.sample()); print(time.process_time() - start)"
)
"""Program of a start-up measurement: import to first step, CPU seconds."""


class Goal(NamedTuple):
    """A measured figure and its target value."""

    name: str
    found: float
    lowest: float
    highest: float
    asked: float
    met: bool


def run(rounds: int, round_seconds: float, num_worlds: int, *, start_up: bool) -> None:
    """Measure and print the tables; the last line is one JSON object.

    Parameters
    ----------
    rounds
        Interleaved rounds.
    round_seconds
        CPU time of one contestant in one round, at least.
    num_worlds
        Batch size ``B``.
    start_up
        Also measure the start-up in child processes.
    """
    contestants = _contestants(num_worlds)
    for contestant in contestants.values():
        # compiles or loads the kernels, outside the clock
        contestant.begin(0)
        contestant.step()
    for _ in watch(range(rounds), "measuring", rounds, "rounds"):
        for contestant in contestants.values():
            contestant.run_round(round_seconds)
    checks = _checks(contestants)
    seconds = _start_up() if start_up else {}
    goals = list(_speed_goals(contestants, num_worlds)) + list(_start_goals(seconds))
    sys.stdout.write(_rate_table(contestants) + "\n" + _goal_table(goals) + "\n")
    sys.stdout.write("".join(f"{name}: {'yes' if ok else 'NO'}\n" for name, ok in checks.items()))
    result = {
        "median_vehicle_ticks_per_cpu_s": {
            name: statistics.median(contestant.rates) for name, contestant in contestants.items()
        },
        "rounds": {name: contestant.rates for name, contestant in contestants.items()},
        "restarts": {name: c.restarts for name, c in contestants.items() if c.restarts},
        "round_seconds": round_seconds,
        "goals": [goal._asdict() for goal in goals],
        "checks": checks,
        "failed": [goal.name for goal in goals if not goal.met]
        + [name for name, is_right in checks.items() if not is_right],
        "machine": machine(),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _contestants(num_worlds: int) -> dict[str, Contestant]:
    """Every compared simulator by name."""
    has_pool = importlib.util.find_spec("envpool") is not None
    if not has_pool:
        sys.stdout.write("EnvPool: skipped, not installed (pip install 'roadworld[bench]')\n")
    found = []
    for n in SIZES:
        for ticks in TICKS:
            found += [upstream(n, ticks), parity_twin(n, ticks, num_worlds)]
            if has_pool:
                found.append(envpool(n, ticks, num_worlds))
    found += [debris_twin(n, k, num_worlds) for n, k in ((21, 1), (21, 4), (31, 4))]
    if num_worlds != 1:
        found += [parity_twin(21, 3, 1), debris_twin(21, 1, 1)]
    return {contestant.name: contestant for contestant in found}


def _checks(contestants: dict[str, Contestant]) -> dict[str, bool]:
    """Whether the timed simulations computed correct results, by name of the check."""
    found = {
        f"highway-env and twin see the same, N={n} {ticks} ticks": largest_difference(n, ticks)
        <= TOLERANCE
        for n in SIZES
        for ticks in TICKS
    }
    again = {name: contestant.is_reproduced() for name, contestant in contestants.items()}
    return found | {
        f"untimed run ends in the same state, {name}": is_same
        for name, is_same in again.items()
        if is_same is not None
    }


def _start_up() -> dict[str, list[float]]:
    """CPU seconds from import to the first step: once with an empty cache folder, then with a full one."""
    found: dict[str, list[float]] = {"cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: x for k, x in os.environ.items() if k != "NUMBA_CACHE_DIR"}
        environment["XDG_CACHE_HOME"] = folder
        for name in ("cold", "warm", "warm", "warm"):
            done = subprocess.run(  # noqa: S603 (our own program)
                [sys.executable, "-c", START],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            found[name].append(float(done.stdout))
    return found


def _goal(name: str, values: Sequence[float], asked: float, *, at_most: bool = False) -> Goal:
    """A goal for the median of some values."""
    found = statistics.median(values)
    met = found <= asked if at_most else found >= asked
    return Goal(name, found, min(values), max(values), asked, met)


def _ratios(above: Contestant, below: Contestant) -> list[float]:
    """Ratio of the rates in each round; a disturbance during a round slows both."""
    return [a / b for a, b in zip(above.rates, below.rates, strict=True)]


def _speed_goals(contestants: dict[str, Contestant], b: int) -> Iterator[Goal]:
    """Goals on rates."""
    for n in SIZES:
        for ticks in TICKS:
            tail = "" if ticks == TICKS[0] else f", {ticks} ticks"
            key = f"N={n} {ticks} ticks"
            twin = contestants[f"twin, no debris {key} B={b}"]
            reference = contestants[f"highway-env {key}"]
            name = f"twin / highway-env, N={n}{tail}"
            yield _goal(name, _ratios(twin, reference), UPSTREAM_GOALS[n])
            pool = contestants.get(f"EnvPool {key} B={b}")
            if pool:
                yield _goal(f"twin / EnvPool, N={n}{tail}", _ratios(twin, pool), POOL_GOALS[n])
    plain = contestants[f"twin, no debris N=21 3 ticks B={b}"]
    reference = contestants["highway-env N=21 3 ticks"]
    pool = contestants.get(f"EnvPool N=21 3 ticks B={b}")
    for objects in (1, 4):
        twin = contestants[f"twin, {objects} objects N=21 3 ticks B={b}"]
        name = f"{objects} objects keep of the twin's rate, N=21"
        yield _goal(name, _ratios(twin, plain), DEBRIS_SHARE)
        name = f"with {objects} objects / highway-env, N=21"
        yield _goal(name, _ratios(twin, reference), DEBRIS_SHARE * UPSTREAM_GOALS[21])
        if pool:
            name = f"with {objects} objects / EnvPool, N=21"
            yield _goal(name, _ratios(twin, pool), DEBRIS_SHARE * POOL_GOALS[21])
    for key, name in (("1 objects", "with everything"), ("no debris", "no debris")):
        rates = contestants[f"twin, {key} N=21 3 ticks B=1"].rates
        micros = [3 * 21 / rate * 1e6 for rate in rates]
        name = f"one world, one decision of 3 ticks, {name}, us"
        yield _goal(name, micros, DECISION_GOAL_US, at_most=True)


def _start_goals(seconds: dict[str, list[float]]) -> Iterator[Goal]:
    """Goals on the start-up; none if it was not measured."""
    if seconds:
        warm = statistics.median(seconds["warm"])
        # a cold start is a warm one plus the compilation
        compiling = [cold - warm for cold in seconds["cold"]]
        yield _goal("cold compile, CPU-s", compiling, COMPILE_GOAL_S, at_most=True)
        name = "warm import to first step, CPU-s"
        yield _goal(name, seconds["warm"], WARM_GOAL_S, at_most=True)


def _rate_table(contestants: dict[str, Contestant]) -> str:
    """Table of the rates as text."""
    lines = [
        f"{'vehicle-ticks per CPU second':40s} {'median':>10s} {'lowest':>10s} {'highest':>10s}"
    ]
    for name, contestant in contestants.items():
        rates = contestant.rates
        note = f"  {contestant.restarts} restarts" if contestant.restarts else ""
        lines.append(
            f"{name:40s} {statistics.median(rates):10.3g} {min(rates):10.3g} {max(rates):10.3g}{note}"
        )
    return "\n".join(lines) + "\n"


def _goal_table(goals: Sequence[Goal]) -> str:
    """Table of the goals as text."""
    columns = ("median", "lowest", "highest", "target")
    lines = [f"{'goal':58s} " + " ".join(f"{column:>8s}" for column in columns)]
    for goal in goals:
        values = (goal.found, goal.lowest, goal.highest, goal.asked)
        shown = " ".join(f"{value:8.4g}" for value in values)
        lines.append(f"{goal.name:58s} {shown}  {'met' if goal.met else 'NOT met'}")
    return "\n".join(lines) + "\n"
