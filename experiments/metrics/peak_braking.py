"""Hardest braking of the ego."""

from __future__ import annotations

import numpy as np

from envs.specification import DECISION_S, column
from experiments.rollout.loop import Episode


def peak_braking_mps2(episode: Episode) -> float:
    """Largest mean deceleration over one decision, m/s2, >= 0; higher is worse.

    From the speeds at the ends of each decision, so that one noisy tick does not count; a contact that slows the ego
    does.
    """
    speed = episode.ego[:, column.E_SPEED].astype(np.float64)
    return max(0.0, float(-np.diff(speed).min() / DECISION_S))
