"""Plans as smooth courses of acceleration and lateral position, and ways to change them a little."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.action import encode_acceleration, encode_target
from envs.specification import DECISION_S, LANE_WIDTH_M

Array = NDArray[np.float64]

SHIFTS_M: Final = (-1.1, -0.8, -0.4, 0.4, 0.8, 1.1)
"""In-lane shifts that are tried; 0.8 m is the one of envs/physics/SOURCES.md 5, 1.1 m the edge of a 4 m lane."""

SWEEPS_S: Final = (2.0, 3.5)
"""Times in which a new lateral position is reached: as quick as the steering law allows for a lane, and gently."""

BRAKINGS: Final = ((-3.0, 1.5), (-3.0, 3.0), (-5.0, 3.0), (-7.5, 1.5), (-7.5, 3.5))
"""Braking in m/s2 and for how long in s."""


class Road(NamedTuple):
    """Where one world's lateral targets may lie, m."""

    low: float
    high: float
    y: float

    def to_actions(self, acceleration: Array, target_y: Array) -> Array:
        """Actions in [-1, 1] for m/s2 and m, on a new last axis."""
        first = encode_acceleration(acceleration)
        second = encode_target(target_y, self.low, self.high)
        both: Array = np.stack(np.broadcast_arrays(first, second), axis=-1)
        return both.clip(-1.0, 1.0)


def library(road: Road, horizon: int, starts: Array) -> Array:
    """Manoeuvres from here: sideways and back or for good, braking and resuming, at several times.

    Parameters
    ----------
    road
        Of the world.
    horizon
        Decisions ``T``.
    starts
        ``(S,)`` seconds from now at which they begin.

    Returns
    -------
    ndarray
        ``(C, T, 2)`` actions; the first keeps lane and speed.
    """
    time = np.arange(1, horizon + 1) * DECISION_S
    centre = round(road.y / LANE_WIDTH_M) * LANE_WIDTH_M
    hold = np.zeros(horizon)
    found = [road.to_actions(hold, np.full(horizon, centre))]
    for start in starts:
        begun = time - start
        for sweep in SWEEPS_S:
            courses = [centre + side * LANE_WIDTH_M * _ramp(begun, sweep) for side in (-1.0, 1.0)]
            for shift in SHIFTS_M:
                back = _ramp(begun - sweep - 3.0, 2.5)
                courses.append(centre + shift * (_ramp(begun, sweep) - back))
            found.extend(road.to_actions(hold, course) for course in courses)
        for braking, duration in BRAKINGS:
            profile = np.where((begun > 0.0) & (begun <= duration), braking, 0.0)
            lost = -braking * duration
            again = (begun > duration + 2.0) & (begun <= duration + 2.0 + lost / 1.5)
            found.append(road.to_actions(np.where(again, 1.5, profile), np.full(horizon, centre)))
    return np.stack(found)


def vary(actions: Array, count: int, reach: int, scale: float, rng: np.random.Generator) -> Array:
    """Neighbours of a plan: a smooth bump on either component, a shift in time, or a stretch of the sideways motion.

    Parameters
    ----------
    actions
        ``(T, 2)``.
    count
        How many.
    reach
        Changes are centred within so many decisions from now.
    scale
        Size of a change, 1 for the first round.
    rng
        Consumed.

    Returns
    -------
    ndarray
        ``(count, T, 2)``.
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


def _ramp(time: Array, duration: float) -> Array:
    """Half a cosine from 0 to 1."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(time / duration, 0.0, 1.0))
