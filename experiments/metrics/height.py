"""How high the thing on the road is."""

from __future__ import annotations

from envs.specification import debris
from experiments.rollout.loop import Episode


def height_m(episode: Episode) -> float:
    """Height of the highest object, real or not, m; 0 without any.

    Parameters
    ----------
    episode
        Any.

    Returns
    -------
    float
        Of the instance, so the same for every policy.
    """
    return float(episode.instance.debris_f[debris.HEIGHT].max(initial=0.0))
