"""Converts accelerations and lateral targets in SI units to actions, and moves a lateral target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.action import decode_acceleration, decode_target, encode_acceleration, encode_target
from envs.specification import DECISION_S, EGO_WIDTH_M, LANE_WIDTH_M, column
from policies.base import Observation

Array = NDArray[np.float64]
Numbers = Array | float


def lateral_range(observation: Observation) -> tuple[Array, Array]:
    """Leftmost and rightmost lateral target of every world, m; each ``(B,)``."""
    ego = observation["ego"].astype(np.float64)
    half = 0.5 * EGO_WIDTH_M
    return ego[:, column.E_LEFT_EDGE] + half, ego[:, column.E_RIGHT_EDGE] - half


def encode_actions(
    acceleration_mps2: Numbers, target_y_m: Numbers, low_m: Numbers, high_m: Numbers
) -> Array:
    """Actions in [-1, 1] on a new last axis; the lateral targets of -1 and 1 are ``low_m`` and ``high_m``.

    Shapes are broadcast. Accelerations are clipped to -8 .. +3 m/s2, lateral targets to the range.
    """
    first = encode_acceleration(acceleration_mps2)
    second = encode_target(target_y_m, low_m, high_m)
    actions = np.empty((*np.broadcast_shapes(np.shape(first), np.shape(second)), 2))
    actions[..., 0], actions[..., 1] = first, second
    return np.clip(actions, -1.0, 1.0, out=actions)


def decode_actions(actions: Array, low_m: Numbers, high_m: Numbers) -> tuple[Array, Array]:
    """Accelerations (m/s2) and lateral targets (m) of actions ``(..., 2)``; the inverse of ``encode_actions``."""
    return decode_acceleration(actions[..., 0]), decode_target(actions[..., 1], low_m, high_m)


def to_action(observation: Observation, acceleration_mps2: Numbers, target_y_m: Numbers) -> Array:
    """Actions ``(B, 2)`` in [-1, 1] from an acceleration and a lateral position per world, or one pair for all.

    Parameters
    ----------
    observation
        Of the same decision: it holds the edges of the road.
    acceleration_mps2
        Clipped to -8 .. +3.
    target_y_m
        Lateral position of the ego's centre; clipped to the road.

    Examples
    --------
    >>> import numpy as np
    >>> ego = np.zeros((1, column.NUM_EGO), np.float32)
    >>> ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 10.0
    >>> to_action({"ego": ego}, -8.0, 4.0)
    array([[-1.,  0.]])
    """
    return encode_actions(acceleration_mps2, target_y_m, *lateral_range(observation))


def nearest_centre(y_m: Array) -> Array:
    """Centre of the lane nearest to a lateral position, m; half-way positions belong to the right lane."""
    return np.floor(y_m / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M


def move_towards(
    target: Array, drift: Array, goal: Array, acceleration_mps2: Numbers
) -> tuple[Array, Array]:
    """Lateral target and its drift after one decision towards a goal, with limited lateral acceleration.

    Parameters
    ----------
    target, drift, goal
        ``(B,)``: m, m/s, m.
    acceleration_mps2
        At both ends of the way.
    """
    away = goal - target
    # nine tenths of the speed from which it still comes to rest, because decisions are whole
    wanted = np.sign(away) * 0.9 * np.sqrt(2.0 * acceleration_mps2 * np.abs(away))
    wanted = np.where(np.abs(away) < 0.5 * acceleration_mps2 * DECISION_S**2, 0.0, wanted)
    step = acceleration_mps2 * DECISION_S
    drift = drift + np.clip(wanted - drift, -step, step)
    return target + drift * DECISION_S, drift
