"""From a choice to the reasons that are shown and recorded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from envs.action import TAU_LATERAL_S
from envs.specification import DECISION_S
from policies.base import Option
from policies.planning.manoeuvres import Library, Scene, from_actions
from policies.planning.search import Choice

Array = NDArray[np.float64]


def sketch_paths(scene: Scene, k: int, actions: Array) -> Array:
    """Where plans would lead if nothing happened: speed integrated, lateral target followed with the loop's lag.

    Parameters
    ----------
    scene
        Worlds.
    k
        Which of them.
    actions
        ``(F, T, 2)``.

    Returns
    -------
    ndarray
        ``(F, T, 2)``: metres ahead of here, lateral position y, at the end of every decision.
    """
    acceleration, target = from_actions(scene.low[k], scene.high[k], actions)
    speed = scene.speed[k] + np.cumsum(acceleration, axis=-1) * DECISION_S
    # a car that has stopped stays so until the plan accelerates again
    speed = speed - np.minimum(np.minimum.accumulate(speed, axis=-1), 0.0)
    before = np.concatenate([np.full((len(speed), 1), scene.speed[k]), speed[:, :-1]], axis=1)
    path = np.empty(actions.shape)
    path[..., 0] = np.cumsum(0.5 * (before + speed) * DECISION_S, axis=-1)
    y = np.full(len(actions), scene.y[k])
    keeps = np.exp(-DECISION_S / TAU_LATERAL_S)
    for t in range(actions.shape[1]):
        y = target[:, t] + (y - target[:, t]) * keeps
        path[:, t, 1] = y
    return path


def make_options(
    choice: Choice, library: Library, scene: Scene, k: int, paths: Array | None = None
) -> Sequence[Option]:
    """The finalists of one world as options, best first.

    Parameters
    ----------
    choice
        Of the search.
    library
        That was searched.
    scene
        From which the library was made.
    k
        Which world.
    paths
        ``(F, T, 2)`` imagined by the model; sketched if not given.

    Returns
    -------
    sequence of Option
        Only feasible ones.
    """
    chosen = choice.finalists[k]
    drawn = sketch_paths(scene, k, library.actions[k, chosen]) if paths is None else paths
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
