"""Room behind the ego at the start."""

from __future__ import annotations

import math

import numpy as np

from envs.specification import vehicle
from experiments.rollout.loop import Episode


def gap_behind_m(episode: Episode) -> float:
    """Bumper-to-bumper gap to the follower in the ego's lane at the start of the episode, m; ``inf`` without one."""
    f, lane = episode.instance.vehicle_f, episode.instance.vehicle_i[vehicle.LANE]
    behind = (lane == lane[0]) & (f[vehicle.X] < f[vehicle.X, 0])
    if not behind.any():
        return math.inf
    apart = f[vehicle.X, 0] - f[vehicle.X] - 0.5 * (f[vehicle.LENGTH, 0] + f[vehicle.LENGTH])
    return float(np.maximum(apart[behind], 0.0).min())
