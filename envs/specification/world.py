"""The arrays of one world, or of ``B`` worlds with a leading axis: the state that both engines share."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from envs.specification import (
    DEBRIS_SLOTS,
    MAX_DEBRIS,
    MAX_VEHICLES,
    VEHICLE_SLOTS,
    column,
    component,
    contact,
    debris,
    episode,
    track,
    vehicle,
)

Array = np.ndarray[Any, np.dtype[Any]]

NUM_SLOTS = VEHICLE_SLOTS + DEBRIS_SLOTS


class World(NamedTuple):
    """Structure of arrays; the modules of ``envs.specification`` name the rows.

    A batch is the same tuple with a leading axis ``B`` on every field. Kernels take the tuple of one world.
    """

    vehicle_f: Array  # (vehicle.NUM_FLOATS, N) float64
    vehicle_i: Array  # (vehicle.NUM_INTS, N) int64
    debris_f: Array  # (debris.NUM_FLOATS, J) float64
    debris_i: Array  # (debris.NUM_INTS, J) int64
    episode_f: Array  # (episode.NUM_FLOATS,) float64
    episode_i: Array  # (episode.NUM_INTS,) int64
    track_f: Array  # (track.NUM_FLOATS, NUM_SLOTS) float64
    track_i: Array  # (track.NUM_INTS, NUM_SLOTS) int64
    contacts: Array  # (contact.MAX_CONTACTS, contact.NUM_FLOATS) float64
    cost: Array  # (component.NUM_COMPONENTS,) float64: US$ of the last decision
    ego: Array  # (E,) float32: the observation
    vehicles: Array  # (VEHICLE_SLOTS, V) float32
    objects: Array  # (DEBRIS_SLOTS, D) float32


def _shapes() -> dict[str, tuple[tuple[int, ...], type]]:
    """Shape and dtype of every field of one world."""
    return {
        "vehicle_f": ((vehicle.NUM_FLOATS, MAX_VEHICLES), np.float64),
        "vehicle_i": ((vehicle.NUM_INTS, MAX_VEHICLES), np.int64),
        "debris_f": ((debris.NUM_FLOATS, MAX_DEBRIS), np.float64),
        "debris_i": ((debris.NUM_INTS, MAX_DEBRIS), np.int64),
        "episode_f": ((episode.NUM_FLOATS,), np.float64),
        "episode_i": ((episode.NUM_INTS,), np.int64),
        "track_f": ((track.NUM_FLOATS, NUM_SLOTS), np.float64),
        "track_i": ((track.NUM_INTS, NUM_SLOTS), np.int64),
        "contacts": ((contact.MAX_CONTACTS, contact.NUM_FLOATS), np.float64),
        "cost": ((component.NUM_COMPONENTS,), np.float64),
        "ego": ((column.NUM_EGO,), np.float32),
        "vehicles": ((VEHICLE_SLOTS, column.NUM_VEHICLE), np.float32),
        "objects": ((DEBRIS_SLOTS, column.NUM_DEBRIS), np.float32),
    }


STATE_FIELDS = tuple(_shapes())
"""Names of the fields in order."""


def empty_world(num_worlds: int | None = None) -> World:
    """Zeroed arrays of one world, or of ``num_worlds`` worlds with a leading axis."""
    lead = () if num_worlds is None else (num_worlds,)
    return World(**{name: np.zeros(lead + shape, dtype) for name, (shape, dtype) in _shapes().items()})


def world_at(batch: World, index: int) -> World:
    """Views of one world of a batch."""
    return World(*(field[index] for field in batch))
