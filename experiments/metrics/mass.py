"""Mass of the objects on the road."""

from __future__ import annotations

from envs.specification import debris
from experiments.rollout.loop import Episode


def mass_kg(episode: Episode) -> float:
    """Mass of the heaviest real object, kg; 0 if nothing is real. Hidden from policies."""
    instance = episode.instance
    real = instance.debris_i[debris.IS_REAL] == 1
    return float(instance.debris_f[debris.MASS, real].max(initial=0.0))
