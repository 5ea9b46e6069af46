"""Further candidate plans: the previous best, shifted in time, and plans from other sources."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.base import BRAKE, KEEP, RUN_OVER, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.command import decode_actions
from policies.planning.manoeuvres import CandidatePlans, PlanStart

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


def label_plans(start: PlanStart, plans: Array) -> NDArray[np.int64]:
    """Manoeuvre family of every plan, ``(K, P)``, as indices into ``policies.base.LABELS``.

    Sideways if it gets out of the way, else braking, else over. ``plans`` is ``(K, P, T, 2)`` in [-1, 1].
    """
    low, high = start.low[:, None, None], start.high[:, None, None]
    acceleration, target = decode_actions(plans, low, high)
    aside = target - start.centre[:, None, None]
    furthest = np.take_along_axis(aside, np.abs(aside).argmax(axis=-1)[..., None], axis=-1)[..., 0]
    is_ahead = np.isfinite(start.distance)[:, None]
    label = np.where(is_ahead, RUN_OVER, KEEP)
    label = np.where(is_ahead & (np.abs(furthest) > ASIDE_M), STRADDLE, label)
    label = np.where(acceleration.min(axis=-1) < -BRAKES_MPS2, BRAKE, label)
    label = np.where(furthest < -AROUND_M, STEER_LEFT, label)
    return np.where(furthest > AROUND_M, STEER_RIGHT, label)


def add_plans(
    library: CandidatePlans,
    plans: Array,
    labels: NDArray[np.int64],
    feasible: NDArray[np.bool_],
    names: tuple[str, ...],
) -> CandidatePlans:
    """Add ``P`` plans ``(K, P, T, 2)`` in [-1, 1] to ``K x C`` candidates, with families and existence flags."""
    return CandidatePlans(
        np.concatenate([library.actions, plans], axis=1),
        np.concatenate([library.labels, labels], axis=1),
        np.concatenate([library.feasible, feasible], axis=1),
        (*library.names, *names),
    )
