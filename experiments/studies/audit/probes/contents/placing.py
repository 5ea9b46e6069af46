"""Replaces the objects of moments by others, in the simulator's state and in past observations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.sensing.measure import LOOK_CONCENTRATION, LOOK_DECAY_M
from envs.specification import column, debris, vehicle
from envs.specification.debris import NUM_LOOKS
from experiments.studies.audit.probes.contents.cases import Cases
from experiments.studies.audit.scenes.bodies import Array, Indices, object_targets
from experiments.studies.audit.scenes.moments import Moments


def put(moments: Moments, slots: Indices, cases: Cases) -> Moments:
    """The same moments with other objects, and another speed of the ego.

    Places and all vehicles stay. Observations are as the sensor has them on average, for as long as the object has been
    tracked; the ego's own past is not rewritten.

    Parameters
    ----------
    moments, slots
        ``K`` moments and the slot of the object in each.
    cases
        ``K`` objects to put there.
    """
    index = np.arange(moments.size)
    worlds = moments.worlds.copy()
    at = object_targets(worlds)[index, slots]
    for row, values in (
        (debris.LENGTH, cases.size[:, 0]), (debris.WIDTH, cases.size[:, 1]), (debris.HEIGHT, cases.size[:, 2]),
        (debris.MASS, cases.mass), (debris.CRUSH_PRESSURE, cases.crush), (debris.STIFFNESS, cases.stiffness),
        (debris.SHARPNESS, cases.sharpness), (debris.FRICTION, cases.friction), (debris.DRAG_AREA, cases.drag),
        (debris.LIFT_AREA, cases.lift),
        # any wind may move it: the threshold only saves time
        (debris.AIR_THRESHOLD, np.zeros(moments.size)),
    ):  # fmt: skip
        worlds["debris_f"][index, row, at] = values
    for row, flags in (
        (debris.LOOK, cases.look), (debris.IS_METAL, cases.is_metal), (debris.IS_WARM, cases.is_warm),
        (debris.IS_ANCHORED, np.zeros(moments.size)),
    ):  # fmt: skip
        worlds["debris_i"][index, row, at] = flags
    worlds["vehicle_f"][index, vehicle.SPEED, 0] = cases.speed
    observed = {key: rows.copy() for key, rows in moments.observed.items()}
    observed["ego"][:, :, column.E_SPEED] = cases.speed[:, None]
    rows = observed["debris"][index, :, slots]
    now = rows[:, -1:]
    is_it = (rows[..., column.D_TRACKED] > 0.5) & (
        rows[..., column.D_IDENTITY] == now[..., column.D_IDENTITY]
    )
    observed["debris"][index, :, slots] = np.where(is_it[..., None], _seen(rows, cases), rows)
    return moments._replace(worlds=worlds, observed=observed)


def _seen(rows: NDArray[np.float32], cases: Cases) -> NDArray[np.float32]:
    """Observations of the objects, ``(K, LENGTH, D)``."""
    found = rows.copy()
    found[..., column.D_LENGTH : column.D_HEIGHT + 1] = cases.size[:, None]
    found[..., column.D_RADAR] = cases.is_metal[:, None]
    found[..., column.D_THERMAL] = cases.is_warm[:, None]
    found[..., column.D_LOOK : column.D_LOOK + NUM_LOOKS] = mean_look(
        cases.look[:, None], rows[..., column.D_DX]
    )
    return found


def mean_look(look: Indices, distance: NDArray[np.floating]) -> Array:
    """Mean of the sensor's look posterior, ``(..., NUM_LOOKS)``, at a distance in m."""
    shape = 1.0 + LOOK_CONCENTRATION * np.exp(-np.abs(distance) / LOOK_DECAY_M)
    is_it = np.arange(NUM_LOOKS) == np.asarray(look)[..., None]
    found: Array = np.where(is_it, shape[..., None], 1.0) / (shape + NUM_LOOKS - 1.0)[..., None]
    return found
