"""Why: the rule that fired, or the manoeuvre that was chosen, most often while the policy was not just keeping."""

from __future__ import annotations

import numpy as np

from experiments.rollout.loop import Episode
from policies.base import KEEP


def reason(episode: Episode) -> str:
    """Most frequent reason among the decisions whose label is not ``keep``; empty if there are none.

    Parameters
    ----------
    episode
        Any.

    Returns
    -------
    str
        One of the policy's names; ties go to the earlier name.
    """
    acted = episode.reasons[(episode.labels != KEEP) & (episode.reasons >= 0)]
    return episode.names[int(np.bincount(acted).argmax())] if acted.size else ""
