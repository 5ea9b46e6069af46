"""How fast is the twin: against unmodified highway-env and against EnvPool, interleaved in one process.

Process CPU time, medians over rounds, ratios within one run. Every contestant makes its observation and reward.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NamedTuple

import gymnasium as gym
import highway_env  # noqa: F401 (registers highway-v0)
import numpy as np
from tqdm import tqdm

from envs.batched.env import DebrisVectorEnv
from envs.batched.highway_v0 import HighwayVectorEnv
from experiments.crowd import crowd

HOLD = 2.0 * 8.0 / 11.0 - 1.0
"""First action component that neither brakes nor accelerates."""

EPISODE_DECISIONS = 100

START = (
    "import time; start = time.process_time(); import gymnasium as gym; "
    "env = gym.make_vec('envs:roadworld/Debris-v0', num_envs=1, vectorization_mode='vector_entry_point'); "
    "env.reset(seed=0); env.step(env.action_space.sample()); print(time.process_time() - start)"
)
"""Program of a start-up measurement: import to first step, CPU seconds."""


class Contestant(NamedTuple):
    """Something that steps."""

    name: str
    vehicle_ticks: int  # of one call
    step: Callable[[], None]
    begin: Callable[[], None]  # before every round, not timed


def _upstream(num_vehicles: int) -> Contestant:
    """Unmodified highway-v0, one world, three ticks a decision."""
    config = {"vehicles_count": num_vehicles - 1, "policy_frequency": 5, "duration": 20}
    env = gym.make("highway-v0", config=config)
    seeds = iter(range(10**9))
    has_ended = [True]

    def step() -> None:
        if has_ended[0]:
            env.reset(seed=next(seeds))
        _, _, terminated, truncated, _ = env.step(1)
        has_ended[0] = terminated or truncated

    def begin() -> None:
        has_ended[0] = True

    return Contestant(f"highway-env N={num_vehicles}", 3 * num_vehicles, step, begin)


def _parity_twin(num_vehicles: int, num_worlds: int) -> Contestant:
    """The twin of highway-v0: same work, no debris."""
    env = HighwayVectorEnv(
        num_worlds, vehicles_count=num_vehicles - 1, policy_frequency=5, duration=10**6
    )
    actions = np.ones(num_worlds, np.int64)
    count = [0]

    def begin() -> None:
        env.reset(list(range(count[0], count[0] + num_worlds)))
        count[0] += num_worlds

    def step() -> None:
        env.step(actions)

    name = f"twin, no debris N={num_vehicles} B={num_worlds}"
    return Contestant(name, 3 * num_vehicles * num_worlds, step, begin)


def _debris_twin(num_vehicles: int, num_objects: int, num_worlds: int) -> Contestant:
    """Debris-v0's twin: contacts, costs, tracks, observation, info, automatic resets."""
    env = DebrisVectorEnv(num_worlds, scenario=crowd(num_vehicles, num_objects))
    actions = np.tile([HOLD, -1.0 / 3.0], (num_worlds, 1))
    count = [0]

    def begin() -> None:
        env.reset(seed=count[0])
        count[0] += num_worlds

    def step() -> None:
        env.step(actions)

    name = f"twin, {num_objects} objects N={num_vehicles} B={num_worlds}"
    return Contestant(name, 3 * num_vehicles * num_worlds, step, begin)


def _envpool(num_vehicles: int, num_worlds: int) -> Contestant:
    """EnvPool's port of highway-v0 (optional extra ``bench``)."""
    import envpool

    env = envpool.make_gymnasium(
        "Highway-v0",
        num_envs=num_worlds,
        num_threads=1,
        vehicles_count=num_vehicles - 1,
        policy_frequency=5,
    )
    actions = np.ones(num_worlds, np.int32)

    def begin() -> None:
        env.reset()

    def step() -> None:
        env.step(actions)

    name = f"EnvPool N={num_vehicles} B={num_worlds}"
    return Contestant(name, 3 * num_vehicles * num_worlds, step, begin)


def _measure(contestant: Contestant, seconds: float) -> float:
    """Vehicle-ticks per CPU second in one round, at most one episode of it."""
    contestant.begin()
    calls, start = 0, time.process_time()
    elapsed = 0.0
    while elapsed < seconds and calls < EPISODE_DECISIONS - 1:
        contestant.step()
        calls += 1
        elapsed = time.process_time() - start
    return contestant.vehicle_ticks * calls / elapsed


def _start_up() -> dict[str, float]:
    """CPU seconds from import to the first step: with an empty cache folder, then with a full one."""
    found: dict[str, float] = {}
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
            seconds = float(done.stdout)
            found[name] = min(seconds, found.get(name, seconds))
    # a cold start is a warm one plus the compilation
    found["cold compile"] = found.pop("cold") - found["warm"]
    return found


def run(*, rounds: int, round_seconds: float, num_worlds: int, start_up: bool) -> None:
    """Measure and print the table; the last line is one JSON object.

    Parameters
    ----------
    rounds
        Interleaved rounds.
    round_seconds
        CPU time of one contestant in one round.
    num_worlds
        Batch size ``B``.
    start_up
        Also measure the start-up in child processes.
    """
    contestants = []
    for n in (21, 51):
        contestants += [_upstream(n), _parity_twin(n, num_worlds)]
        if importlib.util.find_spec("envpool") is None:
            sys.stdout.write(
                f"EnvPool N={n}: skipped, not installed (pip install 'roadworld[bench]')\n"
            )
        else:
            contestants.append(_envpool(n, num_worlds))
    contestants += [
        _debris_twin(21, 1, num_worlds),
        _debris_twin(21, 4, num_worlds),
        _debris_twin(31, 4, num_worlds),
        _debris_twin(21, 1, 1),
        _parity_twin(21, 1),
    ]
    for contestant in contestants:
        contestant.begin()
        contestant.step()
    rates: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for _ in tqdm(range(rounds), unit="round", disable=None):
        for contestant in contestants:
            rates[contestant.name].append(_measure(contestant, round_seconds))
    found = {name: statistics.median(values) for name, values in rates.items()}
    sys.stdout.write(f"{'':34s} {'vehicle-ticks/CPU-s':>20s} {'lowest':>10s} {'highest':>10s}\n")
    for name, values in rates.items():
        sys.stdout.write(
            f"{name:34s} {found[name]:20.3g} {min(values):10.3g} {max(values):10.3g}\n"
        )
    start = _start_up() if start_up else {}
    goals = _goals(found, num_worlds, start)
    sys.stdout.write(f"\n{'goal':58s} {'found':>10s} {'asked':>10s}\n")
    for goal in goals:
        sys.stdout.write(
            f"{goal['name']:58s} {goal['found']:10.3g} {goal['asked']:10.3g}  {'met' if goal['met'] else 'NOT met'}\n"
        )
    result = {
        "median_vehicle_ticks_per_cpu_s": found,
        "goals": goals,
        "failed": [goal["name"] for goal in goals if not goal["met"]],
        "machine": _machine(),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _goals(
    found: dict[str, float], num_worlds: int, start: dict[str, float]
) -> list[dict[str, Any]]:
    """What was asked and what was found."""
    b = num_worlds
    goals: list[tuple[str, float, float, bool]] = []

    def at_least(name: str, value: float, asked: float) -> None:
        goals.append((name, value, asked, value >= asked))

    def at_most(name: str, value: float, asked: float) -> None:
        goals.append((name, value, asked, value <= asked))

    for n, ratio, pool in ((21, 1500.0, 2.5), (51, 2500.0, 5.0)):
        twin = found[f"twin, no debris N={n} B={b}"]
        at_least(f"twin / highway-env, N={n}", twin / found[f"highway-env N={n}"], ratio)
        if f"EnvPool N={n} B={b}" in found:
            at_least(f"twin / EnvPool, N={n}", twin / found[f"EnvPool N={n} B={b}"], pool)
    plain = found[f"twin, no debris N=21 B={b}"]
    for objects in (1, 4):
        rate = found[f"twin, {objects} objects N=21 B={b}"]
        at_least(f"{objects} objects keep of the twin's rate, N=21", rate / plain, 0.6)
        at_least(
            f"with {objects} objects / highway-env, N=21",
            rate / found["highway-env N=21"],
            0.6 * 1500.0,
        )
    single = found["twin, 1 objects N=21 B=1"]
    at_most("one world, one decision of 3 ticks with everything, us", 3 * 21 / single * 1e6, 30.0)
    single = found["twin, no debris N=21 B=1"]
    at_most("one world, one decision of 3 ticks, no debris, us", 3 * 21 / single * 1e6, 30.0)
    if start:
        at_most("cold compile, CPU-s", start["cold compile"], 15.0)
        at_most("warm import to first step, CPU-s", start["warm"], 1.0)
    return [dict(zip(("name", "found", "asked", "met"), goal, strict=True)) for goal in goals]


def _machine() -> dict[str, Any]:
    """What the numbers belong to."""
    packages = ("numpy", "numba", "gymnasium", "highway-env")
    return {
        "python": platform.python_version(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "versions": {name: version(name) for name in packages},
    }
