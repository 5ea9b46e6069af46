"""Converts the result of a search to options for display and records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from envs.action import TAU_LATERAL_S
from envs.specification import DECISION_S
from policies.base import Option
from policies.command import decode_actions
from policies.planning.manoeuvres import CandidatePlans, PlanStart
from policies.planning.search import Choice

Array = NDArray[np.float64]


def sketch_paths(start: PlanStart, k: int, actions: Array) -> Array:
    """Paths of plans ``(F, T, 2)`` in world ``k`` without any contact, ``(F, T, 2)``.

    Speed is integrated, the lateral target followed with the lag of the steering loop: metres ahead of the start and
    lateral position at the end of every decision.
    """
    acceleration, target = decode_actions(actions, start.low[k], start.high[k])
    speed = start.speed[k] + np.cumsum(acceleration, axis=-1) * DECISION_S
    # an ego that has stopped stays so until the plan accelerates again
    speed = speed - np.minimum(np.minimum.accumulate(speed, axis=-1), 0.0)
    before = np.concatenate([np.full((len(speed), 1), start.speed[k]), speed[:, :-1]], axis=1)
    path = np.empty(actions.shape)
    path[..., 0] = np.cumsum(0.5 * (before + speed) * DECISION_S, axis=-1)
    y = np.full(len(actions), start.y[k])
    keeps = np.exp(-DECISION_S / TAU_LATERAL_S)
    for t in range(actions.shape[1]):
        y = target[:, t] + (y - target[:, t]) * keeps
        path[:, t, 1] = y
    return path


def make_options(
    choice: Choice, library: CandidatePlans, start: PlanStart, k: int
) -> Sequence[Option]:
    """The feasible finalists of world ``k`` as options, best first, with sketched paths."""
    chosen = choice.finalists[k]
    drawn = sketch_paths(start, k, library.actions[k, chosen])
    return [
        Option(
            library.names[c],
            int(library.labels[k, c]),
            float(choice.score_usd[k, f]),
            float(choice.mean_usd[k, f]),
            float(choice.worst_usd[k, f]),
            drawn[f],
        )
        for f, c in enumerate(chosen.tolist())
        if np.isfinite(choice.score_usd[k, f])
    ]
