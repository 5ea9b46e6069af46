"""Hardest impact of an object."""

from __future__ import annotations

from experiments.rollout.loop import Episode


def max_delta_v_mps(episode: Episode) -> float:
    """Largest loss of the ego's forward speed in one contact with an object, m/s; higher is worse, 0 without."""
    return max((row["delta_v_mps"] for row in episode.contacts if row["vehicle"] == 0), default=0.0)
