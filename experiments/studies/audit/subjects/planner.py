"""The planner without learning as a subject: straight lines, contents from the catalogue, and the known cost."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.cli.loading import load_policy
from experiments.studies.audit.scenes.bodies import Array
from experiments.studies.audit.scenes.moments import Moments
from policies.constant_velocity import ConstantVelocity

NAME: Final = "constant velocity"


def judge(moments: Moments, actions: Array) -> Array:
    """Expected cost ``(M, C)`` in US$ of manoeuvres ``(M, C, T, 2)``.

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
    now: dict[str, np.ndarray] = {}
    for t in range(moments.observed["ego"].shape[1]):
        now = {key: np.ascontiguousarray(rows[:, t]) for key, rows in moments.observed.items()}
        # its cost ledger assumes its own actions: those that were taken are not observed
        policy.act(now)
    return policy.judge(now, actions)
