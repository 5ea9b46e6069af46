"""Range at which an object can be recognised."""

from __future__ import annotations

from envs.sensing.sight import recognition_share
from envs.specification import debris, episode
from experiments.rollout.loop import Episode


def recognition_m(driven: Episode) -> float:
    """Range at which the nearest object is recognised in half of the decisions, m; 0 without any.

    By its size, light and weather; traffic may hide it longer.
    """
    instance = driven.instance
    if not instance.debris_f.shape[1]:
        return 0.0
    nearest = int(instance.debris_f[debris.X].argmin())
    size = instance.debris_f[[debris.LENGTH, debris.WIDTH, debris.HEIGHT], nearest]
    share = recognition_share(*size.tolist())
    return float(share * instance.episode_f[episode.SIGHT_RANGE])
