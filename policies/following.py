"""Keeping a distance from the vehicle ahead: the observed vehicles, and the cruise control of every policy."""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import shared
from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, LANE_WIDTH_M, column
from policies.base import Observation

Array = NDArray[np.float64]
Metres = TypeVar("Metres", float, Array)

IN_PATH_M: Final = 0.5 * LANE_WIDTH_M
"""A vehicle whose centre is nearer than this to the ego's line is ahead, not beside [A: half a lane]."""

SIDE_M: Final = 0.3
"""Room to the side of vehicles ahead; with less, they are in the way [A]."""

TIME_GAP_S: Final = 1.0
"""Wanted time gap [A: the short setting of adaptive cruise controls; with a longer one the ego brakes for gaps that the
traffic around it accepts]."""

STANDSTILL_M: Final = 3.0
"""Wanted bumper-to-bumper gap at standstill [A]."""

ACCELERATION_MPS2: Final = 1.5
"""Acceleration of the driver model: 0.73 in Treiber, Hennecke and Helbing (2000), Phys. Rev. E 62, 1805; raised, as
an ego that has slowed for an object holds up traffic [A]."""

COMFORTABLE_BRAKING_MPS2: Final = 2.0
"""Treiber et al. (2000): 1.67, rounded up [A]."""

UNEASY_MPS2: Final = 2.5
"""Braking beyond this needs a collision in sight: a vehicle that cuts in closely and drives as fast is let go [A]."""

URGENT_S: Final = 4.0
"""A collision is in sight if it is nearer than this at the present speeds [A]."""


class ObservedVehicles(NamedTuple):
    """Vehicle slots of the observation, each ``(B, 8)``; a hidden vehicle moves on with its last speed."""

    tracked: NDArray[np.bool_]
    dx: Array  # centre ahead of the ego's, m
    dy: Array  # to the right of the ego's, m
    vx: Array  # m/s along the road
    half_lengths: Array  # half the vehicle's and half the ego's length, m
    half_across: Array  # half of what it takes across the road, m


@shared
def half_extents(length: Metres, width: Metres, heading: Metres) -> tuple[Metres, Metres]:
    """Half extents of a rotated box along and across the road, m."""
    cos, sin = np.abs(np.cos(heading)), np.abs(np.sin(heading))
    return 0.5 * (length * cos + width * sin), 0.5 * (width * cos + length * sin)


def half_extent(vehicles: Array) -> Array:
    """Half extent of every vehicle ``(B, 8, V)`` across the road, m, ``(B, 8)``."""
    length, width = vehicles[..., column.V_LENGTH], vehicles[..., column.V_WIDTH]
    return half_extents(length, width, vehicles[..., column.V_HEADING])[1]


def read_vehicles(observation: Observation, speed: Array) -> ObservedVehicles:
    """Read the vehicles of an observation; hidden ones move on relative to the ego's ``speed`` ``(B,)``, m/s."""
    vehicles = observation["vehicles"].astype(np.float64)
    along = vehicles[:, :, column.V_VX]
    return ObservedVehicles(
        vehicles[:, :, column.V_TRACKED] > 0.0,
        vehicles[:, :, column.V_DX]
        + vehicles[:, :, column.V_AGE_SINCE_SEEN] * (along - speed[:, None]),
        vehicles[:, :, column.V_DY],
        along,
        0.5 * (vehicles[:, :, column.V_LENGTH] + EGO_LENGTH_M),
        half_extent(vehicles),
    )


def follow(
    observation: Observation, wanted_speed_mps: Array | float, time_gap_s: float = TIME_GAP_S
) -> Array:
    r"""Acceleration of the intelligent driver model behind the nearest vehicle in the ego's path, ``(B,)`` m/s2.

    .. math:: a \left[ 1 - (v / v_0)^4 - (s^* / s)^2 \right], \qquad
        s^* = s_0 + v T + \frac{v \, \Delta v}{2 \sqrt{a b}}

    At most ``ACCELERATION_MPS2``; below ``-UNEASY_MPS2`` only if a collision is in sight.

    Parameters
    ----------
    observation
        Batched.
    wanted_speed_mps
        :math:`v_0`, ``(B,)`` or one for all.
    time_gap_s
        :math:`T`.
    """
    speed = observation["ego"][:, column.E_SPEED].astype(np.float64)
    vehicles = read_vehicles(observation, speed)
    in_path = np.maximum(IN_PATH_M, vehicles.half_across + 0.5 * EGO_WIDTH_M + SIDE_M)
    is_lead = vehicles.tracked & (vehicles.dx > 0.0) & (np.abs(vehicles.dy) < in_path)
    gap = np.maximum(np.where(is_lead, vehicles.dx - vehicles.half_lengths, np.inf), 0.1)
    rows, nearest = np.arange(len(speed)), gap.argmin(axis=1)
    closing = speed - vehicles.vx[rows, nearest]
    braking = 2.0 * np.sqrt(ACCELERATION_MPS2 * COMFORTABLE_BRAKING_MPS2)
    wanted_gap = STANDSTILL_M + np.maximum(speed * time_gap_s + speed * closing / braking, 0.0)
    free = (np.maximum(speed, 0.0) / np.maximum(wanted_speed_mps, 0.1)) ** 4
    crowd = (wanted_gap / gap[rows, nearest]) ** 2
    wanted: Array = ACCELERATION_MPS2 * (1.0 - free - crowd)
    is_urgent = gap[rows, nearest] < URGENT_S * closing
    return np.where(is_urgent, wanted, np.maximum(wanted, -UNEASY_MPS2))


@shared
def driver_acceleration(speed: float, wanted_speed: float, gap: float, lead_speed: float) -> float:
    """The model of ``follow`` for one vehicle ahead, m/s2, for compiled code; ``gap`` is infinite without one."""
    share = 1.0 - (max(speed, 0.0) / max(wanted_speed, 0.1)) ** 4
    if gap < math.inf:
        braking = 2.0 * math.sqrt(ACCELERATION_MPS2 * COMFORTABLE_BRAKING_MPS2)
        dynamic = speed * TIME_GAP_S + speed * (speed - lead_speed) / braking
        close = (STANDSTILL_M + max(dynamic, 0.0)) / max(gap, 0.1)
        share -= close * close
    return ACCELERATION_MPS2 * share
