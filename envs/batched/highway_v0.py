"""The upstream environment ``highway-v0`` as B worlds of the twin: for parity and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.batched.kernels import obstacle
from envs.batched.kernels.parity_scene import FEATURES, OBSERVED, fill_world, observe, step_worlds
from envs.batched.kernels.workspace import make_workspace
from envs.specification import TICK_HZ, vehicle

Step = tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]

_OBSTACLE_SIZE_M = 2.0
"""Length and width of upstream's ``Obstacle``, m."""


class HighwayVectorEnv:
    """B worlds of upstream's ``highway-v0``: same seeds, same observations, rewards and flags.

    * **Observation**: ``(B, 5, 5)`` float32, rows ego and four nearest, columns presence, x, y, vx, vy, scaled to +-1.
    * **Action**: ``(B,)`` integers 0 lane left, 1 idle, 2 lane right, 3 faster, 4 slower.
    * **Reward**: upstream's, in [0, 1]. **Terminated**: the ego crashed. **Truncated**: the clock, a running sum as
      upstream's, reached the duration. There is no autoreset.

    The arrays returned by :meth:`reset` and :meth:`step` are overwritten by the next call.

    Parameters
    ----------
    vehicles_count
        Vehicles besides the ego.
    density
        highway-env's ``vehicles_density``.
    duration
        Length of an episode, s.
    policy_frequency
        Decisions per second; a decision has ``15 // policy_frequency`` ticks.
    num_obstacles
        Upstream obstacles per world, placed at :meth:`reset`.
    """

    def __init__(
        self,
        num_worlds: int,
        *,
        vehicles_count: int = 50,
        lanes_count: int = 4,
        density: float = 1.0,
        duration: float = 40.0,
        policy_frequency: int = 1,
        num_obstacles: int = 0,
    ) -> None:
        n = vehicles_count + 1
        self.lanes_count = lanes_count
        self.density = float(density)
        self.duration = duration
        self.decision_s = 1.0 / policy_frequency
        self.ticks = TICK_HZ // policy_frequency
        self.time = np.zeros(num_worlds)
        self.vehicle_f = np.zeros((num_worlds, vehicle.NUM_FLOATS, n))
        self.vehicle_i = np.zeros((num_worlds, vehicle.NUM_INTS, n), np.int64)
        self.obstacle_f = np.zeros((num_worlds, obstacle.NUM_FLOATS, num_obstacles))
        self.obstacle_i = np.zeros((num_worlds, obstacle.NUM_INTS, num_obstacles), np.int64)
        self.observation = np.zeros((num_worlds, OBSERVED, FEATURES), np.float32)
        self.reward = np.zeros(num_worlds)
        self._work = make_workspace(n, num_obstacles)
        # from NumPy, not math: upstream's draw then has the same bits on every processor
        self._lane_factor = float(np.exp(-5 / 40 * lanes_count))

    def reset(
        self, seeds: Sequence[int], obstacles: NDArray[np.float64] | None = None
    ) -> NDArray[np.float32]:
        """Start every world anew, world b as ``highway-v0`` does with ``reset(seed=seeds[b])``.

        ``obstacles`` are x, y (m) and heading (rad), shape ``(B, num_obstacles, 3)``; required if there are any.

        Raises
        ------
        ValueError
            If the number of seeds or the shape of ``obstacles`` does not fit.
        """
        num_worlds, _, num_obstacles = self.obstacle_f.shape
        if len(seeds) != num_worlds:
            raise ValueError(f"expected {num_worlds} seeds, one per world, got {len(seeds)}")
        shape = None if obstacles is None else obstacles.shape
        if num_obstacles and shape != (num_worlds, num_obstacles, 3):
            raise ValueError(
                f"expected obstacles of shape {(num_worlds, num_obstacles, 3)}, got {shape}"
            )
        for b, seed in enumerate(seeds):
            self._place_obstacles(b, obstacles)
            self._fill(b, seed)
        self.time[:] = 0.0
        return self.observation

    def _place_obstacles(self, b: int, obstacles: NDArray[np.float64] | None) -> None:
        """Load the obstacles of one world."""
        if obstacles is None:
            return
        floats = self.obstacle_f[b]
        floats[[obstacle.X, obstacle.Y, obstacle.HEADING]] = obstacles[b].T
        floats[[obstacle.LENGTH, obstacle.WIDTH]] = _OBSTACLE_SIZE_M
        floats[obstacle.DIAGONAL] = np.sqrt(2 * _OBSTACLE_SIZE_M**2)
        self.obstacle_i[b, obstacle.CRASHED] = 0
        self.obstacle_i[b, obstacle.COLLIDES] = 1

    def _fill(self, b: int, seed: int) -> None:
        """Sample one world and observe it."""
        n = self.vehicle_f.shape[2]
        words: NDArray[Any] = np.random.PCG64(seed).random_raw(4 * n + 8)
        fill_world(
            self.vehicle_f[b],
            self.vehicle_i[b],
            (words & np.uint64(2**32 - 1)).astype(np.int64),
            (words >> np.uint64(32)).astype(np.int64),
            (words >> np.uint64(11)) * 2.0**-53,
            self.lanes_count,
            self.density,
            self._lane_factor,
        )
        num_obstacles = self.obstacle_f.shape[2]
        observe(
            self.vehicle_f[b], n, self.obstacle_f[b], num_obstacles, self.lanes_count,
            self.observation[b],
        )  # fmt: skip

    def step(self, actions: NDArray[np.int64]) -> Step:
        """One decision in every world, for ``(B,)`` meta-actions: observation, reward, terminated, truncated."""
        self.time += self.decision_s
        step_worlds(
            self.vehicle_f,
            self.vehicle_i,
            self.obstacle_f,
            self.obstacle_i,
            self.lanes_count,
            self.ticks,
            np.ascontiguousarray(actions, np.int64),
            self._work,
            self.observation,
            self.reward,
        )
        terminated = self.vehicle_i[:, vehicle.CRASHED, 0] != 0
        return self.observation, self.reward, terminated, self.time >= self.duration
