"""Plans for a whole episode in the true world, and small variations of them: the search of the clairvoyant."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, LANE_WIDTH_M
from policies.command import encode_actions
from policies.planning.manoeuvres import ramp

Array = NDArray[np.float64]

SHIFTS_M: Final = (-1.1, -0.8, -0.4, 0.4, 0.8, 1.1)
"""In-lane shifts that are tried; 0.8 m is the one of envs/physics/SOURCES.md 5, 1.1 m the edge of a 4 m lane."""

SWEEPS_S: Final = (2.0, 3.5)
"""Times in which a new lateral position is reached: as quick as the steering law allows for a lane, and gently."""

BRAKINGS: Final = ((-3.0, 1.5), (-3.0, 3.0), (-5.0, 3.0), (-7.5, 1.5), (-7.5, 3.5))
"""Braking in m/s2 and for how long in s."""


def first_plans(y: float, low: float, high: float, horizon: int, starts: Array) -> Array:
    """Initial plans ``(C, T, 2)``: sideways, with or without return, and braking; the first keeps lane and speed.

    Parameters
    ----------
    y, low, high
        Lateral position, and the lateral targets of the actions -1 and 1, m.
    horizon
        Decisions ``T``.
    starts
        ``(S,)`` seconds from now at which they begin.
    """
    time = np.arange(1, horizon + 1) * DECISION_S
    centre = round(y / LANE_WIDTH_M) * LANE_WIDTH_M
    hold, keep = np.zeros(horizon), np.full(horizon, centre)
    found = [encode_actions(hold, keep, low, high)]
    for start in starts:
        begun = time - start
        for sweep in SWEEPS_S:
            courses = [centre + side * LANE_WIDTH_M * ramp(begun, sweep) for side in (-1.0, 1.0)]
            for shift in SHIFTS_M:
                back = ramp(begun - sweep - 3.0, 2.5)
                courses.append(centre + shift * (ramp(begun, sweep) - back))
            found.extend(encode_actions(hold, course, low, high) for course in courses)
        for braking, duration in BRAKINGS:
            profile = np.where((begun > 0.0) & (begun <= duration), braking, 0.0)
            lost = -braking * duration
            again = (begun > duration + 2.0) & (begun <= duration + 2.0 + lost / 1.5)
            found.append(encode_actions(np.where(again, 1.5, profile), keep, low, high))
    return np.stack(found)


def vary(actions: Array, count: int, reach: int, scale: float, rng: np.random.Generator) -> Array:
    """Variations of a plan: a smooth bump on either component, a shift in time, or a stretched sideways motion.

    Parameters
    ----------
    actions
        ``(T, 2)``.
    count
        Number of neighbours: the result is ``(count, T, 2)``.
    reach
        Changes are centred within this many decisions from now.
    scale
        Size of a change, 1 for the first round.
    rng
        Consumed.
    """
    horizon = len(actions)
    index = np.arange(horizon)
    found = np.repeat(actions[None], count, axis=0)
    for varied in found:
        kind = rng.integers(4)
        if kind == 0:
            shift = int(rng.integers(1, 6)) * (1 if rng.random() < 0.5 else -1)
            varied[:] = actions[np.clip(index + shift, 0, horizon - 1)]
        elif kind == 1:
            level = actions[0, 1]
            varied[:, 1] = level + (actions[:, 1] - level) * rng.uniform(0.5, 1.4)
        for component in (0, 1):
            if kind in {2 + component, 1}:
                centre, width = rng.uniform(0.0, reach), rng.uniform(1.5, 12.0)
                bump = np.exp(-0.5 * ((index - centre) / width) ** 2)
                varied[:, component] += scale * rng.normal(0.0, 0.35) * bump
    return np.clip(found, -1.0, 1.0)
