"""Floors: policies with one fixed reaction to objects; the best of them is 0 of the score."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import BRAKE_LIMIT_MPS2
from envs.errors import not_allowed
from envs.specification import LANE_WIDTH_M, column
from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT, STRADDLE, Explanation, Observation
from policies.command import move_towards, to_action
from policies.following import follow
from policies.numbers_within import check_numbers

PLACES: Final = ("centre", "straddle", "edge", "left", "right")
"""Where to drive: lane centre; over the nearest object; away from it inside the lane; one lane left; one lane right."""

_LABELS: Final = {
    "centre": KEEP,
    "straddle": STRADDLE,
    "edge": STRADDLE,
    "left": STEER_LEFT,
    "right": STEER_RIGHT,
}

SHIFT_LIMIT_M: Final = 0.8
"""Largest in-lane shift (envs/physics/SOURCES.md 5)."""


class Constant:
    """A fixed reaction: the same braking and the same lateral position whenever an object is tracked ahead.

    It keeps its distance from the vehicle ahead, as any cruise control does: the zero of the score is about objects,
    not about driving into queues. Without an object ahead it returns to its set speed and stays in the lane it is in.

    Parameters
    ----------
    place
        One of ``PLACES``.
    braking_mps2
        Deceleration while an object is ahead, 0 to 8.
    lateral_mps2
        Lateral acceleration with which the target moves sideways and comes to rest, 0.2 to 3: a lane takes 4 s at
        1 m/s2 [A: 0.6 to 2 were tried on train seeds; this is the cheapest for most floors].
    lowest_speed_mps
        Speed below which it does not brake any more, so that it passes the object.

    Raises
    ------
    UserError
        If a value is not allowed.
    """

    privileged = False

    def __init__(
        self,
        place: str = "centre",
        braking_mps2: float = 0.0,
        lateral_mps2: float = 1.0,
        lowest_speed_mps: float = 0.0,
    ) -> None:
        if place not in PLACES:
            raise not_allowed("place", place, PLACES)
        check_numbers(
            ("braking_mps2", braking_mps2, 0.0, -BRAKE_LIMIT_MPS2),
            ("lateral_mps2", lateral_mps2, 0.2, 3.0),
            ("lowest_speed_mps", lowest_speed_mps, 0.0, 60.0),
        )
        self._place = place
        self._braking = float(braking_mps2)
        self._lateral = float(lateral_mps2)
        self._lowest = float(lowest_speed_mps)
        self._home = np.zeros(0)
        self._target = np.zeros(0)
        self._drift = np.zeros(0)
        self._is_new = np.zeros(0, np.bool_)
        self._acts = np.zeros(0, np.bool_)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the stored lane of some worlds."""
        del seeds
        if len(self._home) != len(mask):
            self._home, self._target, self._drift = np.zeros((3, len(mask)))
            self._is_new = np.ones(len(mask), np.bool_)
        self._is_new = self._is_new | mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Steer to the position; brake while an object is ahead."""
        ego = observation["ego"].astype(np.float64)
        debris = observation["debris"].astype(np.float64)
        y, speed = ego[:, column.E_Y], ego[:, column.E_SPEED]
        lane = np.round(y / LANE_WIDTH_M) * LANE_WIDTH_M
        self._home = np.where(self._is_new, lane, self._home)
        self._target = np.where(self._is_new, y, self._target)
        self._drift = np.where(self._is_new, 0.0, self._drift)
        self._is_new = np.zeros(len(y), np.bool_)

        ahead = np.where(debris[:, :, column.D_TRACKED] > 0.0, debris[:, :, column.D_DX], np.inf)
        ahead = np.where(ahead > 0.0, ahead, np.inf)
        nearest = ahead.argmin(axis=1)
        rows = np.arange(len(y))
        self._acts = np.isfinite(ahead[rows, nearest])
        object_y = y + debris[rows, nearest, column.D_DY]

        place = np.where(self._acts, self._place_for(object_y), self._target_when_clear())
        self._target, self._drift = move_towards(self._target, self._drift, place, self._lateral)
        brakes = self._acts & (speed > self._lowest)
        cruise = follow(observation, ego[:, column.E_SET_SPEED])
        slowed = np.minimum(cruise, np.where(brakes, -self._braking, 0.0))
        is_slow = self._acts & (self._braking > 0.0)
        acceleration = np.where(is_slow, slowed, cruise)
        return to_action(observation, acceleration, self._target)

    def _place_for(self, object_y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lateral position to steer to while an object is ahead."""
        offset = object_y - self._home
        if self._place == "straddle":
            return self._home + np.clip(offset, -SHIFT_LIMIT_M, SHIFT_LIMIT_M)
        if self._place == "edge":
            return self._home - np.where(offset >= 0.0, SHIFT_LIMIT_M, -SHIFT_LIMIT_M)
        if self._place == "left":
            return self._home - LANE_WIDTH_M
        if self._place == "right":
            return self._home + LANE_WIDTH_M
        return self._home

    def _target_when_clear(self) -> NDArray[np.float64]:
        """Lane centre nearest to the present target; a lane change is not reversed."""
        return np.round(self._target / LANE_WIDTH_M) * LANE_WIDTH_M

    def explain(self) -> Explanation:
        """The fixed reaction, while an object is ahead."""
        label = BRAKE if self._braking > 0.0 else _LABELS[self._place]
        return Explanation(
            labels=np.where(self._acts, label, KEEP),
            reasons=self._acts.astype(np.int64),
            names=("nothing ahead", "object ahead"),
        )


class Uniform:
    """Draws every component of the action uniformly, to check that random activity earns nothing."""

    privileged = False

    def __init__(self) -> None:
        self._generators: list[np.random.Generator] = []

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Seed the random generators of some worlds."""
        if len(self._generators) != len(mask):
            self._generators = [np.random.default_rng(0)] * len(mask)
        for b in np.flatnonzero(mask):
            self._generators[b] = np.random.default_rng(int(seeds[b]))

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Draw two random numbers per world."""
        del observation
        return np.stack([rng.uniform(-1.0, 1.0, 2) for rng in self._generators])
