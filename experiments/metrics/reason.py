"""The most frequent reason of a policy: the rule that fired, or the manoeuvre that was chosen."""

from __future__ import annotations

import numpy as np

from experiments.rollout.loop import Episode
from policies.base import KEEP


def reason(episode: Episode) -> str:
    """Most frequent reason among the decisions whose label is not ``keep``; empty without any; of ties the first."""
    acted = episode.reasons[(episode.labels != KEEP) & (episode.reasons >= 0)]
    return episode.names[int(np.bincount(acted).argmax())] if acted.size else ""
