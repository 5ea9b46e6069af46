"""Explorer: drives with a cruise control, and starts a random manoeuvre when an object comes near."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, LANE_WIDTH_M, column
from policies.base import Observation
from policies.command import lateral_range, to_action
from policies.following import follow
from policies.perception.objects import find_objects
from policies.planning.library import MANOEUVRES, write_actions
from policies.planning.ways import RETURN_S, ease

Array = NDArray[np.float64]

HORIZON: Final = 30
"""Largest number of decisions of a manoeuvre."""

EARLIEST_S, LATEST_S = 0.6, 6.0
"""A manoeuvre begins so long before the object is reached; drawn anew for every episode."""

SHIFT_SD_M: Final = 0.35
"""Standard deviation of how far its places are from where the library has them: every offset is met."""

RECKLESS: Final = 0.3
"""Share of episodes in which a manoeuvre is carried out whatever traffic does."""

KEEP_SHARE: Final = 0.35
"""Share of manoeuvres that keep the lane and the speed: objects are run over often enough to learn the effect."""

LONELY_PER_S: Final = 0.1
"""Manoeuvres per second without an object."""


class Explorer:
    """Drives as a cruise control and tries random manoeuvres near objects: experience that careful drivers lack."""

    privileged = False

    def __init__(self) -> None:
        self._size = 0

    def _resize(self, size: int) -> None:
        """Create empty memory for ``size`` worlds."""
        self._size = size
        self._random = [np.random.default_rng(0)] * size
        self._is_new = np.ones(size, np.bool_)
        self._target, self._drift, self._begin_s, self._shift = np.zeros((4, size))
        self._is_reckless = np.zeros(size, np.bool_)
        self._plan = np.zeros((size, HORIZON, 2))
        self._step, self._end = np.zeros((2, size), np.int64)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Draw random driving parameters for new episodes."""
        if self._size != len(mask):
            self._resize(len(mask))
        self._is_new |= mask
        for b in np.flatnonzero(mask):
            random = self._random[b] = np.random.default_rng(int(seeds[b]))
            self._begin_s[b] = random.uniform(EARLIEST_S, LATEST_S)
            self._shift[b] = random.normal(0.0, SHIFT_SD_M)
            self._is_reckless[b] = random.random() < RECKLESS
            self._step[b] = self._end[b] = 0

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Cruise, continue the manoeuvre under way, or begin one."""
        ego = observation["ego"].astype(np.float64)
        low, high = lateral_range(observation)
        self._target = np.where(self._is_new, ego[:, column.E_Y], self._target)
        self._drift = np.where(self._is_new, 0.0, self._drift)
        self._is_new[:] = False
        things = find_objects(observation, 2.5, LATEST_S)
        near = things.nearest(np.arange(self._size))
        home = np.clip(np.round(self._target / LANE_WIDTH_M) * LANE_WIDTH_M, low, high)
        wanted = follow(observation, ego[:, column.E_SET_SPEED])
        acceleration, target = wanted.copy(), np.empty(self._size)
        for b in range(self._size):
            lateral = np.array([self._target[b], self._drift[b], low[b], high[b], home[b]])
            if self._step[b] >= self._end[b] and self._begins(b, near[b], ego[b, column.E_SPEED]):
                self._draw_plan(b, ego[b], lateral, near[b])
            if self._step[b] < self._end[b]:
                first, second = self._plan[b, self._step[b]]
                self._step[b] += 1
                command = -8.0 + 0.5 * (first + 1.0) * 11.0
                acceleration[b] = command if self._is_reckless[b] else min(command, wanted[b])
                target[b] = low[b] + 0.5 * (second + 1.0) * (high[b] - low[b])
            else:
                target[b] = ease(lateral[0], lateral[1], home[b], RETURN_S)[0]
        target = np.clip(target, low, high)
        self._drift = (target - self._target) / DECISION_S
        self._target = target
        return to_action(observation, acceleration, target)

    def _begins(self, b: int, near: NDArray[np.float64], speed: float) -> bool:
        """Whether a manoeuvre begins now."""
        if np.isfinite(near[0, 0]):
            return bool(near[0, 0] < self._begin_s[b] * max(speed, 3.0))
        return bool(self._random[b].random() < LONELY_PER_S * DECISION_S)

    def _draw_plan(self, b: int, ego: Array, lateral: Array, near: Array) -> None:
        """Draw a manoeuvre of the library, with its lateral positions shifted a little."""
        random = self._random[b]
        row = 0 if random.random() < KEEP_SHARE else int(random.integers(len(MANOEUVRES)))
        shifted = near.copy()
        shifted[:, 1] += self._shift[b]
        plan = np.zeros((1, HORIZON, 2))
        speed, wanted = ego[column.E_SPEED], ego[column.E_SET_SPEED]
        write_actions(MANOEUVRES[row : row + 1], speed, wanted, lateral, shifted, True, plan)
        self._plan[b] = plan[0]
        self._step[b], self._end[b] = 0, int(random.integers(8, HORIZON + 1))
        self._begin_s[b] = random.uniform(EARLIEST_S, LATEST_S)
