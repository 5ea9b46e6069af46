"""Keeping a distance from the vehicle ahead: the cruise control that every policy may count on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, LANE_WIDTH_M, column
from policies.base import Observation

IN_PATH_M: Final = 0.5 * LANE_WIDTH_M
"""A vehicle whose centre is nearer than this to the ego's line is ahead, not beside [A: half a lane]."""

SIDE_M: Final = 0.3
"""Room to the side of vehicles ahead; with less, they are in the way [A]."""

TIME_GAP_S: Final = 1.0
"""Wanted time gap [A: the short setting of adaptive cruise controls; with a longer one the car brakes for gaps that the
traffic around it is happy with]."""

STANDSTILL_M: Final = 3.0
"""Wanted bumper-to-bumper gap at standstill [A]."""

ACCELERATION_MPS2: Final = 1.5
"""Treiber, Hennecke and Helbing (2000), Phys. Rev. E 62, 1805: 0.73; raised, because a car that has slowed for an
object holds up traffic [A]."""

COMFORTABLE_BRAKING_MPS2: Final = 2.0
"""Treiber et al. (2000): 1.67, rounded up [A]."""

UNEASY_MPS2: Final = 2.5
"""Braking beyond this needs a collision in sight: a car that has cut in closely, and drives as fast, is let go [A]."""

URGENT_S: Final = 4.0
"""A collision is in sight if it is nearer than this at the present speeds [A]."""


def half_extent(vehicles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half of what every vehicle takes across the road, m: one that stands askew after a crash takes more.

    Parameters
    ----------
    vehicles
        ``(B, 8, V)`` columns of the observation.

    Returns
    -------
    ndarray
        ``(B, 8)``.
    """
    heading = vehicles[:, :, column.V_HEADING]
    across = vehicles[:, :, column.V_WIDTH] * np.abs(np.cos(heading))
    along = vehicles[:, :, column.V_LENGTH] * np.abs(np.sin(heading))
    return 0.5 * (across + along)


def follow(
    observation: Observation,
    wanted_speed_mps: NDArray[np.float64] | float,
    time_gap_s: float = TIME_GAP_S,
) -> NDArray[np.float64]:
    r"""Acceleration of the intelligent driver model behind the nearest vehicle in the ego's path.

    .. math:: a \left[ 1 - (v / v_0)^4 - (s^* / s)^2 \right], \qquad
        s^* = s_0 + v T + \frac{v \, \Delta v}{2 \sqrt{a b}}

    Parameters
    ----------
    observation
        Vehicles that are hidden now are placed where they were last seen, moved on with their last speed.
    wanted_speed_mps
        :math:`v_0`, ``(B,)`` or one for all.
    time_gap_s
        :math:`T`.

    Returns
    -------
    ndarray
        m/s2, ``(B,)``; at most ``ACCELERATION_MPS2``; below ``-UNEASY_MPS2`` only if a collision is in sight.
    """
    speed = observation["ego"][:, column.E_SPEED].astype(np.float64)
    vehicles = observation["vehicles"].astype(np.float64)
    along = vehicles[:, :, column.V_VX]
    ahead = vehicles[:, :, column.V_DX] + vehicles[:, :, column.V_AGE_SINCE_SEEN] * (
        along - speed[:, None]
    )
    gap = ahead - 0.5 * (vehicles[:, :, column.V_LENGTH] + EGO_LENGTH_M)
    in_path = np.maximum(IN_PATH_M, half_extent(vehicles) + 0.5 * EGO_WIDTH_M + SIDE_M)
    is_lead = (
        (vehicles[:, :, column.V_TRACKED] > 0.0)
        & (ahead > 0.0)
        & (np.abs(vehicles[:, :, column.V_DY]) < in_path)
    )
    gap = np.maximum(np.where(is_lead, gap, np.inf), 0.1)
    rows, nearest = np.arange(len(speed)), gap.argmin(axis=1)
    closing = speed - along[rows, nearest]
    braking = 2.0 * np.sqrt(ACCELERATION_MPS2 * COMFORTABLE_BRAKING_MPS2)
    wanted_gap = STANDSTILL_M + np.maximum(speed * time_gap_s + speed * closing / braking, 0.0)
    free = (np.maximum(speed, 0.0) / np.maximum(wanted_speed_mps, 0.1)) ** 4
    crowd = (wanted_gap / gap[rows, nearest]) ** 2
    wanted: NDArray[np.float64] = ACCELERATION_MPS2 * (1.0 - free - crowd)
    is_urgent = gap[rows, nearest] < URGENT_S * closing
    return np.where(is_urgent, wanted, np.maximum(wanted, -UNEASY_MPS2))
