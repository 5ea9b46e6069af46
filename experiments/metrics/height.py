"""Height of the objects on the road."""

from __future__ import annotations

from envs.specification import debris
from experiments.rollout.loop import Episode


def height_m(episode: Episode) -> float:
    """Height of the highest object, real or not, m; 0 without any."""
    return float(episode.instance.debris_f[debris.HEIGHT].max(initial=0.0))
