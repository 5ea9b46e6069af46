"""Speed of the dream: many worlds, one world, and its pictures; medians of several rounds."""

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

VECTOR_DECISIONS: Final = 40
SINGLE_DECISIONS: Final = 200
PICTURE_DECISIONS: Final = 15
"""Decisions that are timed: of every world in a round, of one world, of one world with pictures in a round."""

DREAM_DECISIONS: Final = 25
"""The measurement of one world begins a new dream after this many decisions; the first dream is not timed."""

ACTION: Final = (0.45, -0.2)
"""Action that holds the speed and drives somewhat to the left, so that few dreams end early."""

DREAM_STEPS: Final = f"dream, {WORLDS} worlds, decisions/s/core"
ONE_WORLD: Final = "dream, one world, times real time"
PICTURES: Final = "dream, pictures, times real time"
DREAM_PICTURES: Final = "dream, pictures/s"
"""Names of some figures."""

FRAMES_PER_S: Final = TICKS_PER_DECISION / DECISION_S

Clock = Callable[[], float]
"""Function that returns seconds; ``time.process_time`` or ``time.perf_counter``."""


def measure_dream(
    checkpoint: str = "shipped", clock: Clock = time.process_time
) -> dict[str, float]:
    """Measure every figure, by a name that contains the unit; ``checkpoint`` is as in ``DreamSettings``."""
    steps = _decisions_per_second(checkpoint, clock)
    single = _seconds_per_step(checkpoint, clock)
    frames = _frames_per_second(checkpoint, clock)
    return {
        DREAM_STEPS: steps,
        "dream, one world, ms per decision": 1e3 * single,
        ONE_WORLD: DECISION_S / single,
        DREAM_PICTURES: frames,
        PICTURES: frames / FRAMES_PER_S,
    }


def imagined_minute_s(dream: Mapping[str, float]) -> dict[str, float]:
    """Seconds needed to simulate one minute of a dream, by name, from the figures of ``measure_dream``.

    Without pictures it is dreamt in many worlds at once, with pictures in one.
    """
    return {
        "imagined minute, dream": 60.0 / DECISION_S / dream[DREAM_STEPS],
        "imagined minute, dream with pictures": 60.0 * FRAMES_PER_S / dream[DREAM_PICTURES],
    }


def _decisions_per_second(checkpoint: str, clock: Clock) -> float:
    """Decisions per second of all worlds of ``DreamVectorEnv.step`` on one core, restarts and ``info`` included."""
    env = DreamVectorEnv(WORLDS, checkpoint=checkpoint)
    env.reset(seed=0)
    actions = np.tile(ACTION, (WORLDS, 1))
    env.step(actions)

    def work() -> None:
        for _ in range(VECTOR_DECISIONS):
            env.step(actions)

    return WORLDS * VECTOR_DECISIONS / _median_s(work, clock)


def _seconds_per_step(checkpoint: str, clock: Clock) -> float:
    """Median seconds of one ``DreamCore.step`` of one world, ``info`` included."""
    env = DreamEnv(checkpoint=checkpoint)
    found = []
    for k in range(SINGLE_DECISIONS + DREAM_DECISIONS):
        if k % DREAM_DECISIONS == 0:
            env.reset(seed=k)
        start = clock()
        env.core.step([ACTION])
        found.append(clock() - start)
    return statistics.median(found[DREAM_DECISIONS:])


def _frames_per_second(checkpoint: str, clock: Clock) -> float:
    """Pictures per second of ``DreamEnv(render_mode="rgb_array")`` on one core at 15 per dreamt second."""
    env = DreamEnv(render_mode="rgb_array", checkpoint=checkpoint)
    env.reset(seed=0)
    env.pictures()

    def work() -> None:
        env.reset(seed=1)
        for _ in range(PICTURE_DECISIONS):
            env.step(np.array(ACTION))
            env.pictures(TICKS_PER_DECISION)

    seconds = _median_s(work, clock)
    env.close()
    return TICKS_PER_DECISION * PICTURE_DECISIONS / seconds


def _median_s(work: Callable[[], None], clock: Clock) -> float:
    """Median seconds of ``work`` over the rounds."""
    found = []
    for _ in range(ROUNDS):
        start = clock()
        work()
        found.append(clock() - start)
    return statistics.median(found)
