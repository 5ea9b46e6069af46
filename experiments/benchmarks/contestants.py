"""The simulators that the engine benchmark compares: highway-env, EnvPool's port, the twin with and without debris.

Every contestant makes its observation and reward. Resets are not timed, with two exceptions that are counted: EnvPool
and Debris-v1 restart a world whose ego has crashed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import gymnasium as gym
import highway_env  # noqa: F401 (registers highway-v0)
import numpy as np

from envs.action import encode_acceleration
from envs.batched.env import DebrisVectorEnv
from envs.batched.highway_v0 import HighwayVectorEnv
from envs.specification import TICK_HZ, TICKS_PER_DECISION
from experiments.benchmarks.crowd import crowd

CHUNK_TICKS: Final = 33
"""Ticks between two readings of the clock: two seconds of traffic, so that the reading costs nothing."""

CHUNKS_PER_EPISODE: Final = 9
"""An episode lasts 18 to 20 s: free flow, then the jams behind a crash, in the same shares for every contestant."""

NEVER_S: Final = 10**6
"""Episode length that no measurement reaches."""

HOLD: Final = (encode_acceleration(0.0), -1.0 / 3.0)
"""Action that keeps the speed and the second of four lanes."""

TOLERANCE: Final = 1e-5
"""Of observations scaled to 1: NumPy's vector functions differ from libm in the last bit, which grows with time."""


@dataclass
class Contestant:
    """One simulator under measurement; every round simulates a part of an episode.

    Parameters
    ----------
    name
        Unique.
    num_vehicles, ticks, num_worlds
        What one call of ``step`` advances: ``num_vehicles`` by ``ticks`` in ``num_worlds``.
    begin
        Starts episodes; takes the seed of the first world. Not timed.
    step
        One decision in every world.
    digest
        Hash of the state; ``None`` if a seed does not determine the state.
    """

    name: str
    num_vehicles: int
    ticks: int
    num_worlds: int
    begin: Callable[[int], object]
    step: Callable[[], int]
    """Returns the number of worlds that were restarted."""
    digest: Callable[[], str] | None = None
    rates: list[float] = field(default_factory=list)
    restarts: int = 0
    _seed: int = 0
    _chunks: int = CHUNKS_PER_EPISODE

    @property
    def calls_per_chunk(self) -> int:
        """Decisions between two readings of the clock."""
        return CHUNK_TICKS // self.ticks

    def run_round(self, seconds: float) -> None:
        """Step for at least ``seconds`` of CPU time and record the rate, in vehicle-ticks per CPU second."""
        elapsed, chunks = 0.0, 0
        while elapsed < seconds:
            if self._chunks == CHUNKS_PER_EPISODE:
                self._seed += self.num_worlds
                self._chunks = 0
                self.begin(self._seed)
            start = time.process_time()
            for _ in range(self.calls_per_chunk):
                self.restarts += self.step()
            elapsed += time.process_time() - start
            self._chunks += 1
            chunks += 1
        work = chunks * self.calls_per_chunk * self.ticks * self.num_vehicles * self.num_worlds
        self.rates.append(work / elapsed)

    def is_reproduced(self) -> bool | None:
        """Whether the same episode without timing ends in the same state; ``None`` without ``digest``."""
        if self.digest is None:
            return None
        timed = self.digest()
        self.begin(self._seed)
        fresh = self.digest()
        for _ in range(self._chunks * self.calls_per_chunk):
            self.step()
        return fresh != timed and self.digest() == timed


def upstream(num_vehicles: int, ticks: int) -> Contestant:
    """Unmodified ``highway-v0``, one world, without Gymnasium's wrappers (they cost 1 %)."""
    env = make_upstream(num_vehicles, ticks)

    def step() -> int:
        env.step(1)
        return 0

    return Contestant(
        f"highway-env N={num_vehicles} {ticks} ticks",
        num_vehicles, ticks, 1, lambda seed: env.reset(seed=seed), step,
    )  # fmt: skip


def parity_twin(num_vehicles: int, ticks: int, num_worlds: int) -> Contestant:
    """The twin of ``highway-v0``: the same traffic without debris."""
    env = make_twin(num_vehicles, ticks, num_worlds)
    actions = np.ones(num_worlds, np.int64)

    def step() -> int:
        env.step(actions)
        return 0

    def digest() -> str:
        return hashlib.sha256(env.vehicle_f.tobytes() + env.observation.tobytes()).hexdigest()

    return Contestant(
        f"twin, no debris N={num_vehicles} {ticks} ticks B={num_worlds}",
        num_vehicles, ticks, num_worlds, lambda seed: env.reset(range(seed, seed + num_worlds)), step, digest,
    )  # fmt: skip


def debris_twin(num_vehicles: int, num_objects: int, num_worlds: int) -> Contestant:
    """Debris-v1's twin: contacts, costs, tracks, observation, info, automatic resets."""
    env = DebrisVectorEnv(num_worlds, scenario=crowd(num_vehicles, num_objects))
    actions = np.tile(HOLD, (num_worlds, 1))
    hashes = [b""]

    def begin(seed: int) -> None:
        env.reset(seed=seed)
        hashes[0] = b""

    def step() -> int:
        _, _, terminated, truncated, info = env.step(actions)
        hashes[0] = info["state_hash"].tobytes()
        return int(np.count_nonzero(terminated | truncated))

    return Contestant(
        f"twin, {num_objects} objects N={num_vehicles} {TICKS_PER_DECISION} ticks B={num_worlds}",
        num_vehicles, TICKS_PER_DECISION, num_worlds, begin, step, lambda: hashlib.sha256(hashes[0]).hexdigest(),
    )  # fmt: skip


def envpool(num_vehicles: int, ticks: int, num_worlds: int) -> Contestant:
    """EnvPool's port of ``highway-v0`` on one thread (optional extra ``bench``); its seed is fixed when it is made."""
    import envpool as pool

    env = pool.make_gymnasium(
        "Highway-v0",
        num_envs=num_worlds,
        num_threads=1,
        vehicles_count=num_vehicles - 1,
        policy_frequency=TICK_HZ // ticks,
        duration=NEVER_S,
        max_episode_steps=NEVER_S,
    )
    actions = np.ones(num_worlds, np.int32)

    def step() -> int:
        _, _, terminated, truncated, _ = env.step(actions)
        return int(np.count_nonzero(terminated | truncated))

    return Contestant(
        f"EnvPool N={num_vehicles} {ticks} ticks B={num_worlds}",
        num_vehicles, ticks, num_worlds, lambda _: env.reset(), step,
    )  # fmt: skip


def largest_difference(num_vehicles: int, ticks: int) -> float:
    """Largest difference between the observations of highway-env and of the twin in two seconds of traffic.

    Observations are scaled to 1. The difference is at most ``TOLERANCE`` if both do the same work.
    """
    seed = 7
    reference, twin = make_upstream(num_vehicles, ticks), make_twin(num_vehicles, ticks, 3)
    reference.reset(seed=seed)
    # the middle one of three worlds: neighbours must not matter
    twin.reset(range(seed - 1, seed + 2))
    worst = 0.0
    for _ in range(CHUNK_TICKS // ticks):
        expected = reference.step(1)[0]
        found = twin.step(np.ones(3, np.int64))[0][1]
        worst = max(worst, float(np.abs(found - expected).max()))
    return worst


def make_upstream(num_vehicles: int, ticks: int) -> Any:  # noqa: ANN401 (highway-env has no stubs)
    """One ``highway-v0`` without a time limit."""
    config = {
        "vehicles_count": num_vehicles - 1,
        "policy_frequency": TICK_HZ // ticks,
        "duration": NEVER_S,
    }
    return gym.make("highway-v0", config=config, disable_env_checker=True).unwrapped


def make_twin(num_vehicles: int, ticks: int, num_worlds: int) -> HighwayVectorEnv:
    """The twin of ``make_upstream``, with ``num_worlds`` worlds."""
    return HighwayVectorEnv(
        num_worlds,
        vehicles_count=num_vehicles - 1,
        policy_frequency=TICK_HZ // ticks,
        duration=NEVER_S,
    )
