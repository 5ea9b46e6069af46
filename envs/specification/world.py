"""The state of a world: one record with fixed layout, shared by both engines.

A batch is a one-dimensional record array; a world is one record of it. Compiled functions take the record, which is a
single pointer with every shape and stride known at compile time: compilation and calls stay cheap.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, cast

import numpy as np

from envs.specification import (
    DEBRIS_SLOTS,
    MAX_DEBRIS,
    MAX_VEHICLES,
    VEHICLE_SLOTS,
    column,
    component,
    contact,
    course,
    debris,
    episode,
    track,
    vehicle,
)

Array = np.ndarray[Any, np.dtype[Any]]

NUM_SLOTS = VEHICLE_SLOTS + DEBRIS_SLOTS


class World(Protocol):
    """Fields of one world; the modules of ``envs.specification`` name the rows.

    On a batch (``Batch``) every field has a leading axis ``B``.
    """

    vehicle_f: Array  # (vehicle.NUM_FLOATS, N) float64
    vehicle_i: Array  # (vehicle.NUM_INTS, N) int64
    debris_f: Array  # (debris.NUM_FLOATS, J) float64
    debris_i: Array  # (debris.NUM_INTS, J) int64
    episode_f: Array  # (episode.NUM_FLOATS,) float64
    episode_i: Array  # (episode.NUM_INTS,) int64
    course_i: Array  # (course.NUM_INTS, N) int64
    track_f: Array  # (track.NUM_FLOATS, NUM_SLOTS) float64
    track_i: Array  # (track.NUM_INTS, NUM_SLOTS) int64
    contacts: Array  # (contact.MAX_CONTACTS, contact.NUM_FLOATS) float64
    cost: Array  # (component.NUM_COMPONENTS,) float64: US$ of the last decision
    ego: Array  # (E,) float32: the observation
    vehicles: Array  # (VEHICLE_SLOTS, V) float32
    debris: Array  # (DEBRIS_SLOTS, D) float32
    course_f: Array  # (course.NUM_FLOATS, course.MAX_MOMENTS) float64


Batch = np.ndarray[Any, np.dtype[np.void]]
"""``B`` worlds: a record array of ``LAYOUT``."""

LAYOUT: Final = np.dtype(
    [
        ("vehicle_f", np.float64, (vehicle.NUM_FLOATS, MAX_VEHICLES)),
        ("vehicle_i", np.int64, (vehicle.NUM_INTS, MAX_VEHICLES)),
        ("debris_f", np.float64, (debris.NUM_FLOATS, MAX_DEBRIS)),
        ("debris_i", np.int64, (debris.NUM_INTS, MAX_DEBRIS)),
        ("episode_f", np.float64, (episode.NUM_FLOATS,)),
        ("episode_i", np.int64, (episode.NUM_INTS,)),
        ("course_i", np.int64, (course.NUM_INTS, MAX_VEHICLES)),
        ("track_f", np.float64, (track.NUM_FLOATS, NUM_SLOTS)),
        ("track_i", np.int64, (track.NUM_INTS, NUM_SLOTS)),
        ("contacts", np.float64, (contact.MAX_CONTACTS, contact.NUM_FLOATS)),
        ("cost", np.float64, (component.NUM_COMPONENTS,)),
        ("ego", np.float32, (column.NUM_EGO,)),
        ("vehicles", np.float32, (VEHICLE_SLOTS, column.NUM_VEHICLE)),
        ("debris", np.float32, (DEBRIS_SLOTS, column.NUM_DEBRIS)),
        ("course_f", np.float64, (course.NUM_FLOATS, course.MAX_MOMENTS)),
    ],
    align=True,
)
"""Memory layout of one world."""

FIELDS: Final = tuple(LAYOUT.names or ())
"""Names of the fields in order."""


def empty_batch(num_worlds: int) -> Batch:
    """Zeroed worlds, shape ``(num_worlds,)``."""
    return np.zeros(num_worlds, LAYOUT).view(np.recarray)


def world_at(batch: Batch, index: int) -> World:
    """One world of a batch: a view, so changes reach the batch."""
    return cast("World", batch[index])


def empty_world() -> World:
    """A zeroed world of its own."""
    return world_at(empty_batch(1), 0)
