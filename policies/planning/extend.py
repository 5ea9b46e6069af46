"""Plans from other sources than the library: the previous best, shifted in time, and those of other policies."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import TAU_LATERAL_S
from envs.specification import DECISION_S
from policies.base import BRAKE, KEEP, RUN_OVER, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.command import decode_actions

Array = NDArray[np.float64]

INCUMBENT: Final = "as planned"
"""Name of the previous best plan."""

BRAKES_MPS2: Final = 1.5
"""A plan that slows down harder than this somewhere brakes [A]."""

AROUND_M: Final = 1.0
"""A plan that goes further aside than this gets out of the way; less is a straddle or an edge [A]."""

ASIDE_M: Final = 0.2
"""A plan that stays within this of the lane's centre drives on [A]."""


def shift_plans(plans: Array, steps: int = 1) -> Array:
    """Plans ``(..., T, 2)`` without their first decisions; the last one is repeated."""
    horizon = plans.shape[-2]
    index = np.minimum(np.arange(horizon) + steps, horizon - 1)
    shifted: Array = plans[..., index, :]
    return shifted


def fit_plans(plans: Array, horizon: int) -> Array:
    """Plans ``(..., T, 2)`` cut, or continued with their last decision, to another length."""
    index = np.minimum(np.arange(horizon), plans.shape[-2] - 1)
    fitted: Array = plans[..., index, :]
    return fitted


def label_plans(plans: Array, lateral: Array, *, is_ahead: bool) -> NDArray[np.int64]:
    """Manoeuvre family of every plan ``(P, T, 2)``, ``(P,)``, as indices into ``policies.base.LABELS``.

    Sideways if it gets out of the way, else braking, else over.

    Parameters
    ----------
    plans
        In [-1, 1].
    lateral
        As for ``library.write_actions``.
    is_ahead
        Whether there is an object ahead.
    """
    _, _, low, high, home = lateral
    acceleration, target = decode_actions(plans, low, high)
    aside = target - home
    furthest = np.take_along_axis(aside, np.abs(aside).argmax(axis=-1)[..., None], axis=-1)[..., 0]
    label = np.full(len(plans), RUN_OVER if is_ahead else KEEP)
    label = np.where(is_ahead & (np.abs(furthest) > ASIDE_M), STRADDLE, label)
    label = np.where(acceleration.min(axis=-1) < -BRAKES_MPS2, BRAKE, label)
    label = np.where(furthest < -AROUND_M, STEER_LEFT, label)
    return np.where(furthest > AROUND_M, STEER_RIGHT, label)


def sketch_paths(actions: Array, speed: float, y: float, lateral: Array) -> Array:
    """Paths of plans ``(P, T, 2)`` without any contact, ``(P, T, 2)``.

    Speed is integrated, the lateral target followed with the lag of the steering loop: metres ahead of the start and
    lateral position at the end of every decision. ``lateral`` is as for ``library.write_actions``.
    """
    acceleration, target = decode_actions(actions, lateral[2], lateral[3])
    after = speed + np.cumsum(acceleration, axis=-1) * DECISION_S
    # an ego that has stopped stays so until the plan accelerates again
    after = after - np.minimum(np.minimum.accumulate(after, axis=-1), 0.0)
    before = np.concatenate([np.full((len(after), 1), speed), after[:, :-1]], axis=1)
    path = np.empty(actions.shape)
    path[..., 0] = np.cumsum(0.5 * (before + after) * DECISION_S, axis=-1)
    now = np.full(len(actions), y)
    keeps = np.exp(-DECISION_S / TAU_LATERAL_S)
    for t in range(actions.shape[1]):
        now = target[:, t] + (now - target[:, t]) * keeps
        path[:, t, 1] = now
    return path
