"""What an observation would say without errors: physics is judged apart from the eyes."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, debris, track, vehicle

Rows = dict[str, np.ndarray[Any, np.dtype[np.float32]]]

_CAR = (
    column.V_DX,
    column.V_DY,
    column.V_VX,
    column.V_VY,
    column.V_HEADING,
    column.V_LENGTH,
    column.V_WIDTH,
)
_CAR_ERRORS = (
    column.V_AGE_SINCE_SEEN,
    column.V_SD_X,
    column.V_SD_Y,
    column.V_SD_V,
    column.V_SD_SIZE,
)
_THING = (
    column.D_DX, column.D_DY, column.D_Z, column.D_VX, column.D_VY, column.D_VZ, column.D_YAW,
    column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT,
)  # fmt: skip
_THING_ERRORS = (
    column.D_AGE_SINCE_SEEN, column.D_SD_X, column.D_SD_Y, column.D_SD_V, column.D_SD_SIZE,
)  # fmt: skip


def see_truly(world: np.void, seen: Rows) -> Rows:
    """One observation with true places, speeds and sizes of what it tracks, and deviations of zero.

    Parameters
    ----------
    world
        The simulator's record.
    seen
        What was observed of it: ``ego (E,)``, ``vehicles (8, V)``, ``debris (4, D)``.

    Returns
    -------
    dict
        Copies. What is not tracked stays unknown; looks, echoes and lamps stay as they were.
    """
    found = {key: rows.copy() for key, rows in seen.items()}
    v, d = world["vehicle_f"], world["debris_f"]
    x, y = v[vehicle.X, 0], v[vehicle.Y, 0]
    targets = world["track_i"][track.TARGET]
    for slot in range(VEHICLE_SLOTS):
        k, row = targets[slot], found["vehicles"][slot]
        if k < 0:
            continue
        speed, heading = v[vehicle.SPEED, k], v[vehicle.HEADING, k]
        row[list(_CAR)] = (
            v[vehicle.X, k] - x, v[vehicle.Y, k] - y, speed * np.cos(heading), speed * np.sin(heading),
            heading, v[vehicle.LENGTH, k], v[vehicle.WIDTH, k],
        )  # fmt: skip
        row[list(_CAR_ERRORS)] = 0.0
        row[column.V_VISIBLE] = 1.0
    for slot in range(DEBRIS_SLOTS):
        k, row = targets[VEHICLE_SLOTS + slot], found["debris"][slot]
        if k < 0:
            continue
        row[list(_THING)] = (
            d[debris.X, k] - x, d[debris.Y, k] - y, d[debris.Z, k], d[debris.VX, k], d[debris.VY, k],
            d[debris.VZ, k], d[debris.YAW, k], d[debris.LENGTH, k], d[debris.WIDTH, k], d[debris.HEIGHT, k],
        )  # fmt: skip
        row[list(_THING_ERRORS)] = 0.0
        row[column.D_VISIBLE] = 1.0
    return found
