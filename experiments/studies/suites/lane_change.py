"""A driver that changes lane once for an object where a gap allows it, to see what the traffic makes of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.specification import LANE_WIDTH_M, column, episode, vehicle
from envs.specification.world import World, world_at
from policies.base import Observation
from policies.command import move_towards, to_action
from policies.following import follow

LATERAL_MPS2: Final = 1.0
"""Lateral acceleration: 4 s for a lane, as the floors drive [A]."""

LEAST_GAP_M: Final = 5.0
"""Gap between bumpers, ahead and behind, below which no lane change begins [A]."""

REACTION_S: Final = 0.5
"""Time gap that the vehicle behind keeps in addition [A]."""

CLOSING_S: Final = 3.0
"""Seconds at the present closing speed for which a gap has room [A: three quarters of the lane change]."""


class LaneChange:
    """Changes lane once, when an object is tracked ahead and a gap in a neighbouring lane allows it.

    It reads the traffic from the simulator, so that it never misses a vehicle. Before and after, and without a gap, it
    keeps its lane, speed and distance.
    """

    privileged = True

    def __init__(self) -> None:
        self._worlds: DebrisVectorEnv | None = None
        self._goal, self._target, self._drift = np.zeros((3, 0))

    def bind(self, worlds: DebrisVectorEnv) -> None:
        """Receive the environment with the worlds to be driven."""
        self._worlds = worlds

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget the lane change of some worlds."""
        del seeds
        if len(self._goal) != len(mask):
            self._goal, self._target, self._drift = np.full((3, len(mask)), np.nan)
        self._goal[mask] = np.nan

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Keep the lane, or steer to the centre of the new one."""
        assert self._worlds is not None  # noqa: S101 (bound before the first reset, as the interface says)
        ego = observation["ego"].astype(np.float64)
        is_new = np.isnan(self._goal)
        lane_y = np.round(ego[:, column.E_Y] / LANE_WIDTH_M) * LANE_WIDTH_M
        self._goal = np.where(is_new, lane_y, self._goal)
        self._target = np.where(is_new, ego[:, column.E_Y], self._target)
        self._drift = np.where(is_new, 0.0, self._drift)
        tracked = observation["debris"][:, :, column.D_TRACKED] > 0.0
        is_ahead = (tracked & (observation["debris"][:, :, column.D_DX] > 0.0)).any(axis=1)
        has_kept = self._goal == np.round(self._target / LANE_WIDTH_M) * LANE_WIDTH_M
        for b in np.flatnonzero(is_ahead & has_kept & ~is_new).tolist():
            self._goal[b] += find_side(world_at(self._worlds.batch, b)) * LANE_WIDTH_M
        self._target, self._drift = move_towards(
            self._target, self._drift, self._goal, LATERAL_MPS2
        )
        return to_action(observation, follow(observation, ego[:, column.E_SET_SPEED]), self._target)


def find_side(world: World) -> int:
    """The side, -1 or 1, to which a gap allows a lane change of the ego, the left one first; 0 if there is none."""
    lane = int(world.vehicle_i[vehicle.LANE, 0])
    for side in (-1, 1):
        if 0 <= lane + side < world.episode_i[episode.NUM_LANES] and _has_gap(world, lane + side):
            return side
    return 0


def _has_gap(world: World, lane: int) -> bool:
    """Whether every vehicle that is in a lane, or on its way into it, leaves room for the ego."""
    n = int(world.episode_i[episode.NUM_VEHICLES])
    f, i = world.vehicle_f[:, 1:n], world.vehicle_i[:, 1:n]
    own_x, own_speed = world.vehicle_f[[vehicle.X, vehicle.SPEED], 0]
    apart = f[vehicle.X] - own_x
    gap = np.abs(apart) - 0.5 * (f[vehicle.LENGTH] + world.vehicle_f[vehicle.LENGTH, 0])
    closing = np.where(apart > 0.0, own_speed - f[vehicle.SPEED], f[vehicle.SPEED] - own_speed)
    wanted = LEAST_GAP_M + CLOSING_S * np.maximum(closing, 0.0)
    wanted += np.where(apart < 0.0, REACTION_S * f[vehicle.SPEED], 0.0)
    is_there = (i[vehicle.LANE] == lane) | (i[vehicle.TARGET_LANE] == lane)
    return bool((~is_there | (gap >= wanted)).all())
