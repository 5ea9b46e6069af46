"""Wrecks: crashed or standing vehicles ahead, as obstacles with their own law of distance."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_WIDTH_M, column
from policies.base import Observation
from policies.following import SIDE_M, STANDSTILL_M, read_vehicles
from policies.perception.crashed_vehicles import CLOSING_MPS, CRASH_MPS2, SLIDE_S
from policies.perception.velocity_filter import HARSHEST
from policies.rule.thresholds import Thresholds

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

CERTAIN: Final = 100.0
"""Sightings that a wreck counts for: vehicles are never ghosts."""

ASIDE_M: Final = 6.0
"""A wreck further aside than this is left alone [A: a lane and a half]."""

COMMITTED_S: Final = 1.0
"""With less time than this the ego's present position decides whether a wreck is in the way, not its goal [A]."""


class Wrecks(NamedTuple):
    """The nearest wreck ahead in ``B`` worlds."""

    exists: Mask
    room: Array  # from the ego's front to where its rear comes to rest, m
    arrival_s: Array  # until the ego's front reaches it; inf without one
    lateral: Array  # m
    half_width: Array  # of the wreck, m
    height: Array  # m
    is_one: Mask  # (B, 8): vehicles that are wrecks


def find_wrecks(observation: Observation, speeds: Array, limits: Thresholds) -> Wrecks:
    """Find the nearest wreck ahead.

    Parameters
    ----------
    observation
        Of ``B`` worlds.
    speeds
        ``(B, 8, NUM_SPEEDS)`` of ``policies.perception.velocity_filter``; zero without perception, which leaves slow
        vehicles.
    limits
        Thresholds.
    """
    rows = observation["vehicles"]
    may_be = (rows[..., column.V_VX] < limits.wreck_speed_mps) | (
        speeds[..., HARSHEST] > CRASH_MPS2
    )
    may_be &= (rows[..., column.V_TRACKED] > 0.5) & (rows[..., column.V_DX] > 0.0)
    if not may_be.any():
        return _no_wrecks(*may_be.shape)
    ego = observation["ego"].astype(np.float64)
    speed = np.maximum(ego[:, column.E_SPEED], 1.0)
    seen = read_vehicles(observation, ego[:, column.E_SPEED])
    slides = np.maximum(seen.vx, 0.0)
    is_one = may_be & (seen.dx > seen.half_lengths) & (np.abs(seen.dy) < ASIDE_M)
    is_one &= speed[:, None] - slides > CLOSING_MPS
    room = np.where(is_one, seen.dx - seen.half_lengths + SLIDE_S * slides, np.inf)
    exists: Mask = np.asarray(is_one.any(axis=1))
    nearest = np.arange(len(speed)), room.argmin(axis=1)
    return Wrecks(
        exists,
        room[nearest],
        room[nearest] / speed,
        np.where(exists, ego[:, column.E_Y] + seen.dy[nearest], 0.0),
        np.where(exists, seen.half_across[nearest], 0.0),
        np.where(exists, rows[nearest][:, column.V_HEIGHT], 0.0),
        is_one,
    )


def _no_wrecks(size: int, slots: int) -> Wrecks:
    """No wreck in ``size`` worlds."""
    zero, far = np.zeros(size), np.full(size, np.inf)
    nowhere = np.zeros((size, slots), np.bool_)
    return Wrecks(nowhere[:, 0], far, far, zero, zero, zero, nowhere)


def stopping(wrecks: Wrecks, ego: Array, goal: Array, limits: Thresholds) -> Array:
    r"""Deceleration to stop before a wreck that is in the way, ``(B,)`` m/s2; 0 as long as it may wait.

    .. math:: a = \frac{v^2}{2 (r - s_0)}

    with the room :math:`r` to where the wreck comes to rest, and the gap :math:`s_0` of a standing queue.

    Parameters
    ----------
    wrecks
        The nearest wrecks.
    ego
        ``(B, E)`` of the observation.
    goal
        ``(B,)`` lateral position that the ego steers for, m: a wreck that it will pass beside is not in the way.
    limits
        Thresholds.
    """
    if not wrecks.exists.any():
        return np.zeros(len(goal))
    at = np.where(wrecks.arrival_s < COMMITTED_S, ego[:, column.E_Y], goal)
    reach = wrecks.half_width + 0.5 * EGO_WIDTH_M + SIDE_M
    is_met = wrecks.exists & (np.abs(wrecks.lateral - at) < reach)
    room = np.maximum(np.where(is_met, wrecks.room, np.inf) - STANDSTILL_M, 0.5)
    needed = np.square(ego[:, column.E_SPEED]) / (2.0 * room)
    return np.where(is_met & (needed >= limits.wreck_brake_mps2), needed, 0.0)


def without_wrecks(observation: Observation, wrecks: Wrecks, lamp_drop_mps: float) -> Observation:
    """Observation of the traffic that goes on: wrecks are left out, and braking vehicles ahead count as slower.

    Parameters
    ----------
    observation
        Of ``B`` worlds.
    wrecks
        Of the same worlds.
    lamp_drop_mps
        Speed that a vehicle ahead will have lost when the ego reacts to its brake lamp.
    """
    rows = observation["vehicles"]
    brakes = (rows[..., column.V_BRAKE_LAMP] > 0.5) & (rows[..., column.V_DX] > 0.0)
    if not (brakes.any() or wrecks.exists.any()):
        return observation
    vehicles = rows.copy()
    vehicles[..., column.V_TRACKED] *= ~wrecks.is_one
    slower = np.maximum(vehicles[..., column.V_VX] - lamp_drop_mps, 0.0)
    vehicles[..., column.V_VX] = np.where(brakes, slower, vehicles[..., column.V_VX])
    return {**observation, "vehicles": vehicles}
