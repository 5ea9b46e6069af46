"""Vehicles and objects as rows of numbers, read from the simulator's records or from observations.

A body is ``NUM_BODY`` numbers in SI units, in the order of the columns below. A slot without a track is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, debris, track, vehicle

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.int64]
Records = NDArray[np.void]
Observed = dict[str, NDArray[np.float32]]

X, Y, VX, VY, HEADING, LENGTH, WIDTH, HEIGHT = range(8)
NUM_BODY: Final = 8

VEHICLE_COLUMNS: Final = (
    column.V_DX, column.V_DY, column.V_VX, column.V_VY, column.V_HEADING, column.V_LENGTH, column.V_WIDTH,
    column.V_HEIGHT,
)  # fmt: skip
"""Columns of an observed vehicle in the order of a body; places are relative to the ego."""

OBJECT_COLUMNS: Final = (
    column.D_DX, column.D_DY, column.D_VX, column.D_VY, column.D_YAW, column.D_LENGTH, column.D_WIDTH,
    column.D_HEIGHT,
)  # fmt: skip

OBJECT_ROWS: Final = (
    debris.X, debris.Y, debris.VX, debris.VY, debris.YAW, debris.LENGTH, debris.WIDTH, debris.HEIGHT,
)  # fmt: skip
"""Rows of an object in the simulator's record in the order of a body."""

_VEHICLE_ROWS: Final = (
    vehicle.X, vehicle.Y, vehicle.SPEED, vehicle.HEADING, vehicle.LENGTH, vehicle.WIDTH, vehicle.HEIGHT,
)  # fmt: skip


def vehicle_targets(worlds: Records) -> Indices:
    """Index in the record of the vehicle tracked in each slot, ``(B, 8)``; -1 without a track."""
    found: Indices = worlds["track_i"][:, track.TARGET, :VEHICLE_SLOTS]
    return found


def object_targets(worlds: Records) -> Indices:
    """Index in the record of the object tracked in each slot, ``(B, 4)``; -1 without a track."""
    slots = slice(VEHICLE_SLOTS, VEHICLE_SLOTS + DEBRIS_SLOTS)
    found: Indices = worlds["track_i"][:, track.TARGET, slots]
    return found


def gather(values: NDArray[np.generic], rows: Sequence[int], targets: Indices) -> Array:
    """Some rows of the bodies that slots track, ``(B, S, len(rows))``.

    Parameters
    ----------
    values
        A field of the records, ``(B, R, K)``.
    rows
        Of the ``R``.
    targets
        ``(B, S)`` indices of the ``K``.
    """
    worlds, at = np.arange(len(targets))[:, None], np.maximum(targets, 0)
    found = np.stack([values[worlds, row, at] for row in rows], axis=-1)
    return np.where((targets >= 0)[..., None], found, np.nan)


def read_vehicles(worlds: Records, targets: Indices) -> Array:
    """Vehicles as bodies, ``(B, S, NUM_BODY)``."""
    rows = gather(worlds["vehicle_f"], _VEHICLE_ROWS, targets)
    x, y, speed, heading, *size = np.moveaxis(rows, -1, 0)
    return as_body(x, y, speed, heading, size)


def as_body(
    x: Array, y: Array, speed: Array, heading: Array, size: Sequence[Array | float]
) -> Array:
    """Bodies whose velocity points along their heading; ``size`` is length, width and height, m."""
    values = x, y, speed * np.cos(heading), speed * np.sin(heading), heading, *size
    return np.stack(np.broadcast_arrays(*values), axis=-1)


def is_real(worlds: Records, targets: Indices) -> Mask:
    """Whether slots track an object that exists, ``(B, S)``."""
    found: Mask = gather(worlds["debris_i"], [debris.IS_REAL], targets)[..., 0] == 1
    return found


def metres_ahead(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Distance to observed objects ahead of the ego, ``(..., 4)`` m; inf for free slots and objects behind."""
    away = rows[..., column.D_DX]
    return np.where((rows[..., column.D_TRACKED] > 0.5) & (away > 0.0), away, np.inf)
