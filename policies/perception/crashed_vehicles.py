"""Detects crashed vehicles ahead, which call for a plan earlier than their distance calls for braking."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, column
from policies.base import Observation
from policies.following import IN_PATH_M, SIDE_M, half_extent
from policies.perception.velocity_filter import HARSHEST

CRASH_MPS2: Final = 9.0
"""Deceleration above which a vehicle has struck something [A: no brakes reach it]."""

CLOSING_MPS: Final = 2.0
"""A vehicle that has struck something, but is slower than the ego by less than this, is taken to drive on [A]."""

SLIDE_S: Final = 1.0
"""A crashed vehicle slides on for its speed times this (highway-env: crashed vehicles slow at 1/s)."""


def has_crash_ahead(
    observation: Observation, speeds: NDArray[np.float64], horizon_s: float
) -> NDArray[np.bool_]:
    """Whether a crashed vehicle lies in the ego's path within the reach of a plan, ``(B,)``.

    Parameters
    ----------
    observation
        Batched.
    speeds
        ``(B, 8, NUM_SPEEDS)`` of ``policies.perception.velocity_filter``.
    horizon_s
        Length of the plans.
    """
    cars = observation["vehicles"].astype(np.float64)
    speed = observation["ego"][:, column.E_SPEED, None].astype(np.float64)
    along = cars[..., column.V_VX]
    ahead = cars[..., column.V_DX] + cars[..., column.V_AGE_SINCE_SEEN] * along
    room = ahead - 0.5 * (cars[..., column.V_LENGTH] + EGO_LENGTH_M) + SLIDE_S * along
    in_path = np.maximum(IN_PATH_M, half_extent(cars) + 0.5 * EGO_WIDTH_M + SIDE_M)
    found = (cars[..., column.V_TRACKED] > 0.5) & (speeds[..., HARSHEST] > CRASH_MPS2)
    found &= (np.abs(cars[..., column.V_DY]) < in_path) & (ahead > 0.0)
    found &= (speed - along > CLOSING_MPS) & (room < horizon_s * speed)
    return np.asarray(found.any(axis=1))
