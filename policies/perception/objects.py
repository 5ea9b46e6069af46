"""Tracked objects moved on to the present by straight-line prediction, and whether a plan is needed."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, column
from policies.base import Observation
from policies.command import nearest_centre
from policies.following import IN_PATH_M, SIDE_M, half_extent, half_extents

Array = NDArray[np.float64]

ASIDE_M: Final = 6.0
"""Objects further aside than this, plus their half extent, do not matter unless they move [A: a lane and a half]."""

LEAST_AHEAD_M: Final = 40.0
"""Objects nearer than this matter however slow the ego is [A]."""

SPARE_S: Final = 0.6
"""Objects are considered so long before the plan reaches them [A]."""

CLOSING_S: Final = 3.0
"""A vehicle in the ego's path that is met within this time is a reason to plan [A]."""

BESIDE_M: Final = 0.5 * EGO_WIDTH_M + SIDE_M
"""Half the ego's width and the room that it needs beside a vehicle."""


class TrackedObjects(NamedTuple):
    """Objects of ``B`` worlds at present, and whether traffic calls for a plan."""

    x: Array  # (B, J) ahead of the ego's centre, m
    y: Array  # across the road, m
    z: Array
    vx: Array  # m/s; 0 for what lies still
    vy: Array
    vz: Array
    half_x: Array  # half extents along and across the road, m
    half_y: Array
    rows: Array  # (B, J, D) the observation
    mirror: Array  # (B, J): 1 right of its lane's centre, -1 left of it
    matters: NDArray[np.bool_]  # (B, J)
    traffic: NDArray[np.bool_]  # (B,)

    def nearest(self, chosen: NDArray[np.int64]) -> Array:
        """The two nearest objects that matter and are ahead: ``(K, 2, 4)`` for ``library.write_actions``."""
        order, ahead = self.order(chosen)
        found = [ahead, self.y[chosen], self.half_y[chosen], self.half_x[chosen]]
        return np.stack([np.take_along_axis(value, order, axis=1) for value in found], axis=-1)

    def order(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
        """Slots ``(K, 2)`` of the two nearest objects, and distances ``(K, J)``, infinite for what does not matter."""
        x, half = self.x[chosen], self.half_x[chosen]
        ahead = np.where(self.matters[chosen] & (x > -half - 2.5), x, np.inf)
        return np.argsort(ahead, axis=1, kind="stable")[:, :2], ahead


def find_objects(observation: Observation, rest_sd: float, horizon_s: float) -> TrackedObjects:
    """Predict the objects on straight lines, and decide whether they or the traffic matter.

    A hidden object is moved on with its last velocity for as long as it has been hidden.

    Parameters
    ----------
    observation
        Batched.
    rest_sd
        An object lies still if its measured speed is within this many standard deviations of zero.
    horizon_s
        Length of the plans.
    """
    ego = observation["ego"].astype(np.float64)
    rows = observation["debris"].astype(np.float64)
    speed = ego[:, column.E_SPEED, None]
    vx, vy = rows[..., column.D_VX], rows[..., column.D_VY]
    z, vz = rows[..., column.D_Z], rows[..., column.D_VZ]
    # objects at rest have measured speeds too
    moves = np.hypot(vx, vy) > rest_sd * rows[..., column.D_SD_V]
    moves |= (z > 0.05) | (np.abs(vz) > 0.3)
    vx, vy = np.where(moves, vx, 0.0), np.where(moves, vy, 0.0)
    age = rows[..., column.D_AGE_SINCE_SEEN]
    x = rows[..., column.D_DX] + vx * age
    y = ego[:, column.E_Y, None] + rows[..., column.D_DY] + vy * age
    z = np.where(age > 0.0, 0.0, z)
    length, width = rows[..., column.D_LENGTH], rows[..., column.D_WIDTH]
    half_x, half_y = half_extents(length, width, rows[..., column.D_YAW])

    reach = np.maximum(LEAST_AHEAD_M, (speed - np.minimum(vx, 0.0)) * (horizon_s + SPARE_S))
    aside = np.abs(y - ego[:, column.E_Y, None]) - half_y
    sweep = np.maximum(np.abs(vy) * horizon_s, 0.0)
    matters = (rows[..., column.D_TRACKED] > 0.5) & (x > -half_x - 3.0) & (x < reach)
    matters &= aside < ASIDE_M + sweep
    return TrackedObjects(
        x, y, z, vx, vy, vz, half_x, half_y, rows,
        mirror=np.where(y >= nearest_centre(y), 1.0, -1.0),
        matters=matters,
        traffic=_closes_in(observation),
    )  # fmt: skip


def _closes_in(observation: Observation) -> NDArray[np.bool_]:
    """Whether the ego will soon reach a vehicle ahead in its path, ``(B,)``."""
    vehicles = observation["vehicles"].astype(np.float64)
    speed = observation["ego"][:, column.E_SPEED, None].astype(np.float64)
    # here a hidden vehicle is moved on over the road, not against the ego: it is taken to be further away
    along = vehicles[..., column.V_VX]
    ahead = vehicles[..., column.V_DX] + vehicles[..., column.V_AGE_SINCE_SEEN] * along
    gap = ahead - 0.5 * (vehicles[..., column.V_LENGTH] + EGO_LENGTH_M)
    closing = np.maximum(speed - along, 1e-3)
    reach = np.maximum(half_extent(vehicles) + BESIDE_M, IN_PATH_M)
    in_path = np.abs(vehicles[..., column.V_DY]) < reach
    is_tracked = vehicles[..., column.V_TRACKED] > 0.5
    soon = is_tracked & in_path & (ahead > 0.0) & (gap < CLOSING_S * closing)
    return np.asarray(soon.any(axis=1))
