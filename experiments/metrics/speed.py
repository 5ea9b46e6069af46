"""How fast the encounter begins."""

from __future__ import annotations

from envs.specification import vehicle
from experiments.rollout.loop import Episode


def speed_mps(episode: Episode) -> float:
    """Speed of the ego at the start of the episode, m/s.

    Parameters
    ----------
    episode
        Any.

    Returns
    -------
    float
        Of the instance, so the same for every policy.
    """
    return float(episode.instance.vehicle_f[vehicle.SPEED, 0])
