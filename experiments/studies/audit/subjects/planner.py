"""The planner without learning as a subject: straight lines for others, the catalogue for contents, the known cost."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.cli.loading import load_policy
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Array
from policies.constant_velocity import ConstantVelocity

NAME: Final = "constant velocity"


def judge(moments: Moments, actions: Array) -> Array:
    """What it expects manoeuvres to cost.

    Parameters
    ----------
    moments
        ``M``.
    actions
        ``(M, C, T, 2)``.

    Returns
    -------
    ndarray
        ``(M, C)`` US$.

    Raises
    ------
    TypeError
        If the policy of that name is another one.
    """
    policy = load_policy("constant_velocity", ())
    if not isinstance(policy, ConstantVelocity):
        raise TypeError(
            f"constant_velocity: got {type(policy).__name__}, expected ConstantVelocity"
        )
    policy.reset(np.ones(moments.size, np.bool_), np.arange(moments.size))
    times = range(moments.observed["ego"].shape[1])
    observed = [
        {key: np.ascontiguousarray(rows[:, t]) for key, rows in moments.observed.items()}
        for t in times
    ]
    for seen in observed:
        # open accounts are those of what it would have done itself: what was done is not observed
        policy.act(seen)
    return policy.judge(observed[-1], actions)
