"""How fast the dream is: many worlds, one world, and its pictures. Medians of several rounds, CPU time if not said."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
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
ONE_WORLD: Final = "dream, one world, times real time"
PICTURES: Final = "dream, pictures, times real time"
DREAM_PICTURES: Final = "dream, pictures/s"
"""Names of some figures."""

FRAMES_PER_S: Final = TICKS_PER_DECISION / DECISION_S

Clock = Callable[[], float]
"""Seconds; ``time.process_time`` or ``time.perf_counter``."""


def measure_dream(
    checkpoint: str = "shipped", clock: Clock = time.process_time
) -> dict[str, float]:
    """All figures.

    Parameters
    ----------
    checkpoint
        As of ``DreamSettings``.
    clock
        What seconds are: of the processor, or of the wall.

    Returns
    -------
    dict
        By name with the unit in it.
    """
    steps = decisions_per_second(checkpoint=checkpoint, clock=clock)
    single = seconds_per_step(checkpoint=checkpoint, clock=clock)
    frames = frames_per_second(checkpoint=checkpoint, clock=clock)
    return {
        DREAM_STEPS: steps,
        "dream, one world, ms per decision": 1e3 * single,
        ONE_WORLD: DECISION_S / single,
        DREAM_PICTURES: frames,
        PICTURES: frames / FRAMES_PER_S,
    }


def imagined_minute_s(dream: Mapping[str, float]) -> dict[str, float]:
    """Seconds of the clock that a dreamt minute takes.

    Parameters
    ----------
    dream
        Of ``measure_dream``.

    Returns
    -------
    dict
        By name; many worlds at once without pictures, one world with them.
    """
    return {
        "imagined minute, dream": 60.0 / DECISION_S / dream[DREAM_STEPS],
        "imagined minute, dream with pictures": 60.0 * FRAMES_PER_S / dream[DREAM_PICTURES],
    }


def decisions_per_second(
    num_worlds: int = WORLDS,
    decisions: int = 40,
    checkpoint: str = "shipped",
    clock: Clock = time.process_time,
) -> float:
    """Decisions per second of ``DreamVectorEnv.step``, restarts and ``info`` included.

    Parameters
    ----------
    num_worlds
        Worlds stepped at once.
    decisions
        Of every world in a round.
    checkpoint, clock
        See ``measure_dream``.

    Returns
    -------
    float
        Of all worlds together, on one core.
    """
    env = DreamVectorEnv(num_worlds, checkpoint=checkpoint)
    env.reset(seed=0)
    actions = np.tile(ACTION, (num_worlds, 1))
    env.step(actions)

    def work() -> None:
        for _ in range(decisions):
            env.step(actions)

    return num_worlds * decisions / _median_s(work, clock)


def seconds_per_step(
    decisions: int = 200, checkpoint: str = "shipped", clock: Clock = time.process_time
) -> float:
    """Seconds of one ``DreamCore.step`` of one world, ``info`` included: what a dream takes between two decisions.

    Parameters
    ----------
    decisions
        In a round; a new dream begins after every 25.
    checkpoint, clock
        See ``measure_dream``.

    Returns
    -------
    float
        Median over decisions.
    """
    env = DreamEnv(checkpoint=checkpoint)
    found = []
    for k in range(decisions + 25):
        if k % 25 == 0:
            env.reset(seed=k)
        start = clock()
        env.core.step([ACTION])
        found.append(clock() - start)
    return statistics.median(found[25:])


def frames_per_second(
    decisions: int = 15, checkpoint: str = "shipped", clock: Clock = time.process_time
) -> float:
    """Pictures per second through ``DreamEnv(render_mode="rgb_array")`` at 15 per dreamt second, dreaming included.

    Parameters
    ----------
    decisions
        In a round.
    checkpoint, clock
        See ``measure_dream``.

    Returns
    -------
    float
        On one core.
    """
    env = DreamEnv(render_mode="rgb_array", checkpoint=checkpoint)
    env.reset(seed=0)
    env.pictures()

    def work() -> None:
        env.reset(seed=1)
        for _ in range(decisions):
            env.step(np.array(ACTION))
            env.pictures(TICKS_PER_DECISION)

    seconds = _median_s(work, clock)
    env.close()
    return TICKS_PER_DECISION * decisions / seconds


def _median_s(work: Callable[[], None], clock: Clock) -> float:
    """Median seconds of a round."""
    found = []
    for _ in range(ROUNDS):
        start = clock()
        work()
        found.append(clock() - start)
    return statistics.median(found)
