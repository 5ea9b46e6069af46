"""Checks of an instance's arrays before an engine loads them; every error is one line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from envs.errors import UserError
from envs.specification import MAX_DEBRIS, MAX_VEHICLES, debris, episode, vehicle
from envs.specification.world import Array

# (row, name, lowest, highest): inclusive limits, SI units
_VEHICLE_LIMITS = (
    (vehicle.X, "x_m", 0.0, 9_000.0),
    (vehicle.Y, "y_m", -10.0, 30.0),
    (vehicle.SPEED, "speed_mps", 0.0, 60.0),
    (vehicle.TARGET_SPEED, "target_speed_mps", 0.0, 60.0),
    (vehicle.LENGTH, "length_m", 1.0, 30.0),
    (vehicle.WIDTH, "width_m", 0.5, 3.0),
    (vehicle.HEIGHT, "height_m", 0.5, 5.0),
    (vehicle.MASS, "mass_kg", 100.0, 60_000.0),
)
_DEBRIS_LIMITS = (
    (debris.X, "x_m", -1_000.0, 10_000.0),
    (debris.Y, "y_m", -200.0, 200.0),
    (debris.Z, "z_m", 0.0, 10.0),
    (debris.LENGTH, "length_m", 0.01, 60.0),
    (debris.WIDTH, "width_m", 0.01, 10.0),
    (debris.HEIGHT, "height_m", 0.0, 5.0),
    (debris.MASS, "mass_kg", 0.0, 5_000.0),
    (debris.CRUSH_PRESSURE, "crush_pressure_pa", 0.0, 1e9),
    (debris.STIFFNESS, "stiffness_npm", 0.0, 1e9),
    (debris.DRAG_AREA, "drag_area_m2", 0.0, 100.0),
    (debris.LIFT_AREA, "lift_area_m2", 0.0, 100.0),
    (debris.PIECES, "pieces", 0.0, 1e6),
    (debris.SHARPNESS, "sharpness", 0.0, 1.0),
    (debris.FRICTION, "friction", 0.0, 2.0),
    (debris.RESTITUTION, "restitution", 0.0, 1.0),
    (debris.TYRE_FRICTION, "tyre_friction", 0.0, 2.0),
)
_EPISODE_LIMITS = (
    (episode.FRICTION, "friction", 0.0, 2.0),
    (episode.SIGHT_RANGE, "sight_range_m", 1.0, 250.0),
    (episode.SET_SPEED, "set_speed_mps", 0.1, 60.0),
    (episode.FLOW, "flow_vps", 0.0, 5.0),
)
# integers that index something, kinds and flags: a wrong one would read beyond an array
_VEHICLE_CHOICES = (
    (vehicle.KIND, "kind", vehicle.KIND_IDM, vehicle.KIND_EGO),
    (vehicle.MAY_CHANGE_LANE, "may_change_lane", 0, 1),
    (vehicle.IS_TRUCK, "is_truck", 0, 1),
)
_DEBRIS_CHOICES = (
    (debris.LOOK, "look", 0, debris.NUM_LOOKS - 1),
    (debris.IS_REAL, "is_real", 0, 1),
    (debris.IS_PATCH, "is_patch", 0, 1),
    (debris.IS_ANCHORED, "is_anchored", 0, 1),
    (debris.BLOCKS_TRAFFIC, "blocks_traffic", 0, 1),
)
_EPISODE_CHOICES = (
    (episode.NUM_LANES, "num_lanes", 1, 4),
    (episode.HAS_SHOULDER, "has_shoulder", 0, 1),
    (episode.LIGHT, "light", 0, len(episode.LIGHT_NAMES) - 1),
    (episode.WEATHER, "weather", 0, len(episode.WEATHER_NAMES) - 1),
    (episode.NUM_CONTACTS, "num_contacts", 0, 0),
)
_MARGIN_M = 0.01
"""Vehicles may touch at the start up to this depth."""


def check_arrays(arrays: Mapping[str, Array], num_names: int) -> None:
    """Refuse arrays of an instance whose shapes, values or geometry are impossible.

    Parameters
    ----------
    arrays
        Every field of ``envs.scenario.instance.ARRAYS``.
    num_names
        Number of object types that the instance names.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """
    n, j = (arrays[key].shape[-1] if arrays[key].ndim else 0 for key in ("vehicle_f", "debris_f"))
    shapes = {
        "vehicle_f": (vehicle.NUM_FLOATS, n),
        "vehicle_i": (vehicle.NUM_INTS, n),
        "debris_f": (debris.NUM_FLOATS, j),
        "debris_i": (debris.NUM_INTS, j),
        "episode_f": (episode.NUM_FLOATS,),
        "episode_i": (episode.NUM_INTS,),
    }
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape:
            raise UserError(f"instance: {name}: got shape {array.shape}, expected {shape}")
        if not np.isfinite(array).all():
            raise UserError(f"instance: {name}: got a number that is not finite")
    _check_counts(arrays["episode_i"], n, j)
    if num_names != j:
        raise UserError(f"instance: debris_types: got {num_names} names, expected {j}")
    _check_limits("vehicle", arrays["vehicle_f"], _VEHICLE_LIMITS)
    _check_limits("debris", arrays["debris_f"], _DEBRIS_LIMITS)
    _check_limits("episode", arrays["episode_f"][:, None], _EPISODE_LIMITS)
    _check_choices(arrays, n)
    real = (arrays["debris_i"][debris.IS_REAL] == 1) & (arrays["debris_i"][debris.IS_PATCH] == 0)
    masses = arrays["debris_f"][debris.MASS][real]
    if (masses <= 0.0).any():
        raise UserError(f"instance: debris mass_kg: got {masses.min():g}, expected a number > 0")
    _check_no_overlap(arrays["vehicle_f"])


def _check_counts(episode_i: Array, n: int, j: int) -> None:
    """Check the numbers of vehicles and objects."""
    for key, got, low, high in (
        ("num_vehicles", n, 1, MAX_VEHICLES),
        ("num_debris", j, 0, MAX_DEBRIS),
    ):
        if not low <= got <= high:
            raise UserError(f"instance: {key}: got {got}, expected {low} to {high}")
    counts = episode_i[episode.NUM_VEHICLES], episode_i[episode.NUM_DEBRIS]
    if counts != (n, j):
        raise UserError(
            f"instance: num_vehicles, num_debris: got {counts[0]}, {counts[1]}, but the arrays contain {n}, {j}"
        )


def _check_choices(arrays: Mapping[str, Array], n: int) -> None:
    """Check kinds, flags, lanes and carriers."""
    episode_i, vehicle_i = arrays["episode_i"], arrays["vehicle_i"]
    _check_limits("episode", episode_i[:, None], _EPISODE_CHOICES)
    _check_limits("vehicle", vehicle_i, _VEHICLE_CHOICES)
    _check_limits("debris", arrays["debris_i"], _DEBRIS_CHOICES)
    last = int(episode_i[[episode.NUM_LANES, episode.HAS_SHOULDER]].sum()) - 1
    lanes = (
        (vehicle.LANE, "lane", 0, last),
        (vehicle.TARGET_LANE, "target_lane", 0, last),
        (vehicle.SCRIPT_LANE, "script_lane", -1, last),
        (vehicle.RETURN_LANE, "return_lane", -1, last),
    )
    _check_limits("vehicle", vehicle_i, lanes)
    _check_limits("debris", arrays["debris_i"], ((debris.CARRIER, "carrier", -1, n - 1),))
    kinds = vehicle_i[vehicle.KIND]
    if kinds[0] != vehicle.KIND_EGO or (kinds[1:] == vehicle.KIND_EGO).any():
        raise UserError("instance: vehicle kind: expected the ego first, and only one")


def _check_limits(
    kind: str, array: Array, limits: tuple[tuple[int, str, float, float], ...]
) -> None:
    """Check that every listed row lies within its limits."""
    rows, lowest, highest = _as_columns(limits)
    part = array[rows]
    if ((part >= lowest) & (part <= highest)).all():
        return
    for row, name, low, high in limits:
        bad = array[row][(array[row] < low) | (array[row] > high)]
        if bad.size:
            raise UserError(
                f"instance: {kind} {name}: got {bad[0]:g}, expected {low:g} to {high:g}"
            )


@lru_cache(maxsize=64)
def _as_columns(
    limits: tuple[tuple[int, str, float, float], ...],
) -> tuple[Array, Array, Array]:
    """Rows, and least and greatest values as columns, of a list of limits."""
    rows = np.array([row for row, *_ in limits])
    lowest = np.array([[low] for _, _, low, _ in limits], dtype=np.float64)
    highest = np.array([[high] for _, _, _, high in limits], dtype=np.float64)
    return rows, lowest, highest


def _check_no_overlap(vehicle_f: Array) -> None:
    """Check that no two vehicles occupy the same place at the start."""
    dx = np.abs(vehicle_f[vehicle.X][:, None] - vehicle_f[vehicle.X][None, :])
    dy = np.abs(vehicle_f[vehicle.Y][:, None] - vehicle_f[vehicle.Y][None, :])
    length = (vehicle_f[vehicle.LENGTH][:, None] + vehicle_f[vehicle.LENGTH][None, :]) / 2
    width = (vehicle_f[vehicle.WIDTH][:, None] + vehicle_f[vehicle.WIDTH][None, :]) / 2
    hit = (dx < length - _MARGIN_M) & (dy < width - _MARGIN_M)
    np.fill_diagonal(hit, val=False)
    if hit.any():
        i, k = (int(a[0]) for a in np.nonzero(hit))
        raise UserError(
            f"instance: vehicles {i} and {k} overlap at the start; expected free space between them"
        )
