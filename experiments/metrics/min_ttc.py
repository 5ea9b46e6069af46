"""Smallest time to collision with a vehicle or an object."""

from __future__ import annotations

from experiments.rollout.loop import Episode


def min_ttc_s(episode: Episode) -> float:
    """Smallest time to collision of the episode, s; lower is worse, ``inf`` if nothing was ever closed on.

    Parameters
    ----------
    episode
        At least one decision long.

    Returns
    -------
    float
        As the simulator measures it every tick.
    """
    return float(episode.ttc_s.min())
