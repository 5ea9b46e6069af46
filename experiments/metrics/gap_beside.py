"""Room beside the ego at the start."""

from __future__ import annotations

import math

import numpy as np

from envs.specification import episode, vehicle
from experiments.rollout.loop import Episode


def gap_beside_m(driven: Episode) -> float:
    """Room along the road in the freer of the lanes next to the ego at the start of the episode, m.

    Bumper-to-bumper distance to the nearest vehicle there, ahead or behind; 0 if it is beside the ego or there is no
    lane, ``inf`` without a vehicle there. The shoulder counts as a lane.
    """
    instance = driven.instance
    f, lane = instance.vehicle_f, instance.vehicle_i[vehicle.LANE]
    last = instance.episode_i[episode.NUM_LANES] + instance.episode_i[episode.HAS_SHOULDER] - 1
    apart = np.abs(f[vehicle.X] - f[vehicle.X, 0]) - 0.5 * (
        f[vehicle.LENGTH, 0] + f[vehicle.LENGTH]
    )
    rooms = [
        float(np.maximum(apart[lane == side], 0.0).min(initial=math.inf))
        for side in (lane[0] - 1, lane[0] + 1)
        if 0 <= side <= last
    ]
    return max(rooms, default=0.0)
