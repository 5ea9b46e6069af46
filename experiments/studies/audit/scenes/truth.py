"""Observations without measurement errors, so that motion is judged apart from perception."""

from __future__ import annotations

from typing import Final

from envs.specification import column, debris, vehicle
from experiments.studies.audit.scenes import bodies
from experiments.studies.audit.scenes.bodies import Observed, Records

_VEHICLE_ERRORS: Final = [
    column.V_AGE_SINCE_SEEN, column.V_SD_X, column.V_SD_Y, column.V_SD_V, column.V_SD_SIZE,
]  # fmt: skip
_OBJECT_ERRORS: Final = [
    column.D_AGE_SINCE_SEEN, column.D_SD_X, column.D_SD_Y, column.D_SD_V, column.D_SD_SIZE,
]  # fmt: skip
_OBJECT_COLUMNS: Final = [*bodies.OBJECT_COLUMNS, column.D_Z, column.D_VZ]
_OBJECT_ROWS: Final = [*bodies.OBJECT_ROWS, debris.Z, debris.VZ]


def see_truly(worlds: Records, seen: Observed) -> Observed:
    """Observations with true positions, speeds and sizes of tracked bodies, and deviations of zero.

    Parameters
    ----------
    worlds
        The simulator's records, ``(N,)``.
    seen
        What was observed of them: ``ego (N, E)``, ``vehicles (N, 8, V)``, ``debris (N, 4, D)``.

    Returns
    -------
    dict
        Copies. What is not tracked stays unknown; looks, echoes and lamps stay as they were.
    """
    found = {key: rows.copy() for key, rows in seen.items()}
    ego = worlds["vehicle_f"][:, [vehicle.X, vehicle.Y], 0]
    vehicles, objects = bodies.vehicle_targets(worlds), bodies.object_targets(worlds)
    true_vehicles = bodies.read_vehicles(worlds, vehicles)
    true_objects = bodies.gather(worlds["debris_f"], _OBJECT_ROWS, objects)
    for key, slots, true, columns, errors, visible in (
        ("vehicles", vehicles, true_vehicles, list(bodies.VEHICLE_COLUMNS), _VEHICLE_ERRORS, column.V_VISIBLE),
        ("debris", objects, true_objects, _OBJECT_COLUMNS, _OBJECT_ERRORS, column.D_VISIBLE),
    ):  # fmt: skip
        true[..., [bodies.X, bodies.Y]] -= ego[:, None]
        tracked = slots >= 0
        rows = found[key][tracked]
        rows[:, columns], rows[:, errors], rows[:, visible] = true[tracked], 0.0, 1.0
        found[key][tracked] = rows
    return found
