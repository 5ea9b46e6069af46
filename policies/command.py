"""From metres and m/s2 to the action: what every policy says at last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.action import encode_acceleration, encode_target
from envs.specification import EGO_WIDTH_M, column
from policies.base import Observation


def lateral_range(
    observation: Observation,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leftmost and rightmost lateral target of every world, m; each ``(B,)``."""
    ego = observation["ego"].astype(np.float64)
    half = 0.5 * EGO_WIDTH_M
    return ego[:, column.E_LEFT_EDGE] + half, ego[:, column.E_RIGHT_EDGE] - half


def to_action(
    observation: Observation,
    acceleration_mps2: NDArray[np.float64] | float,
    target_y_m: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """The action that asks for an acceleration and a lateral position.

    Parameters
    ----------
    observation
        Of the same decision: it holds the edges of the road.
    acceleration_mps2
        ``(B,)`` or one for all; clipped to -8 .. +3.
    target_y_m
        ``(B,)`` or one for all: lateral position of the ego's centre; clipped to the road.

    Returns
    -------
    ndarray
        ``(B, 2)`` in [-1, 1].

    Examples
    --------
    >>> import numpy as np
    >>> ego = np.zeros((1, column.NUM_EGO), np.float32)
    >>> ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 10.0
    >>> to_action({"ego": ego}, -8.0, 4.0)
    array([[-1.,  0.]])
    """
    low, high = lateral_range(observation)
    action = np.empty((len(low), 2))
    action[:, 0] = encode_acceleration(acceleration_mps2)
    action[:, 1] = encode_target(target_y_m, low, high)
    return np.clip(action, -1.0, 1.0)
