"""The planner without learning as a subject: straight lines, contents from the catalogue, and the known cost."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.cli.loading import load_policy
from experiments.studies.audit.scenes.bodies import Array
from experiments.studies.audit.scenes.moments import Moments
from policies.catalogue_planner import CataloguePlanner

NAME: Final = "catalogue planner"


def judge(moments: Moments, actions: Array) -> Array:
    """Expected cost ``(M, C)`` in US$ of manoeuvres ``(M, C, T, 2)``.

    Raises
    ------
    TypeError
        If the policy of that name is another one.
    """
    policy = load_policy("catalogue_planner", ())
    if not isinstance(policy, CataloguePlanner):
        raise TypeError(
            f"catalogue_planner: got {type(policy).__name__}, expected CataloguePlanner"
        )
    policy.reset(np.ones(moments.size, np.bool_), np.arange(moments.size))
    now: dict[str, np.ndarray] = {}
    for t in range(moments.observed["ego"].shape[1]):
        now = {key: np.ascontiguousarray(rows[:, t]) for key, rows in moments.observed.items()}
        # its cost ledger assumes its own actions: those that were taken are not observed
        policy.act(now)
    return policy.judge(now, actions)
