"""How fast the dream is: many worlds, one world, and its pictures. Process CPU time, medians of several rounds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from envs.specification import DECISION_S, TICKS_PER_DECISION
from policies.world_model.dream.env import DreamEnv
from policies.world_model.dream.vector_env import DreamVectorEnv

ROUNDS: Final = 7

WORLDS: Final = 250

ACTION: Final = (0.45, -0.2)
"""Hold the speed, somewhat left: dreams go on for a while."""

DREAM_STEPS: Final = f"dream, {WORLDS} worlds, decisions/s/core"
DREAM_PICTURES: Final = "dream, pictures/s"
"""Names of two figures."""


def measure_dream() -> dict[str, float]:
    """All figures.

    Returns
    -------
    dict
        By name with the unit in it.
    """
    steps = decisions_per_second()
    single = seconds_per_step()
    frames = frames_per_second()
    return {
        DREAM_STEPS: steps,
        "dream, one world, ms per decision": 1e3 * single,
        "dream, one world, times real time": DECISION_S / single,
        DREAM_PICTURES: frames,
        "dream, pictures, times real time": frames * DECISION_S / TICKS_PER_DECISION,
    }


def decisions_per_second(num_worlds: int = WORLDS, decisions: int = 40) -> float:
    """Decisions per second of ``DreamVectorEnv.step``, restarts and ``info`` included.

    Parameters
    ----------
    num_worlds
        Worlds stepped at once.
    decisions
        Of every world in a round.

    Returns
    -------
    float
        Of all worlds together, on one core.
    """
    env = DreamVectorEnv(num_worlds)
    env.reset(seed=0)
    actions = np.tile(ACTION, (num_worlds, 1))
    env.step(actions)

    def work() -> None:
        for _ in range(decisions):
            env.step(actions)

    return num_worlds * decisions / _median_s(work)


def seconds_per_step(decisions: int = 200) -> float:
    """Seconds of one ``DreamCore.step`` of one world, ``info`` included: what a dream takes between two decisions.

    Parameters
    ----------
    decisions
        In a round; a new dream begins after every 25.

    Returns
    -------
    float
        Median over decisions.
    """
    env = DreamEnv()
    found = []
    for k in range(decisions + 25):
        if k % 25 == 0:
            env.reset(seed=k)
        start = time.process_time()
        env.core.step([ACTION])
        found.append(time.process_time() - start)
    return statistics.median(found[25:])


def frames_per_second(decisions: int = 15) -> float:
    """Pictures per second through ``DreamEnv(render_mode="rgb_array")`` at 15 per dreamt second, dreaming included.

    Parameters
    ----------
    decisions
        In a round.

    Returns
    -------
    float
        On one core.
    """
    env = DreamEnv(render_mode="rgb_array")
    env.reset(seed=0)
    env.pictures()

    def work() -> None:
        env.reset(seed=1)
        for _ in range(decisions):
            env.step(np.array(ACTION))
            env.pictures(TICKS_PER_DECISION)

    seconds = _median_s(work)
    env.close()
    return TICKS_PER_DECISION * decisions / seconds


def _median_s(work: Callable[[], None]) -> float:
    """Median CPU seconds of a round."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return statistics.median(found)
