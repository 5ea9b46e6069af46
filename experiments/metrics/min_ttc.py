"""Smallest time to collision with a vehicle or an object."""

from __future__ import annotations

from experiments.rollout.loop import Episode


def min_ttc_s(episode: Episode) -> float:
    """Smallest time to collision of the episode over all ticks, s; lower is worse, ``inf`` if nothing was closed on."""
    return float(episode.ttc_s.min())
