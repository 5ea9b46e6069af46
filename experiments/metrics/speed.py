"""Speed of the ego at the start."""

from __future__ import annotations

from envs.specification import vehicle
from experiments.rollout.loop import Episode


def speed_mps(episode: Episode) -> float:
    """Speed of the ego at the start of the episode, m/s."""
    return float(episode.instance.vehicle_f[vehicle.SPEED, 0])
