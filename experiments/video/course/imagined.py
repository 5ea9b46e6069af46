"""The state that a policy imagines for a moment ahead, as far as it can be drawn from the driver's view."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_HZ, VEHICLE_SLOTS, debris, track, vehicle
from envs.specification.world import World
from policies.base import Foresight

AHEAD_S: Final = 1.0
"""The imagined state is this far ahead of the true one [A]: judgement."""

OUT_OF_SIGHT_M: Final = 1000.0
"""Bodies that are not tracked are moved back by this much."""

Array = NDArray[np.float64]


def imagine(world: World, future: Foresight, origin_x_m: float, since_s: float) -> World:
    """A copy of a state in which everything tracked is where the members of an ensemble imagine it on average.

    Parameters
    ----------
    world
        The true state; bodies that are not tracked are not in the copy.
    future
        Imagined in the last decision.
    origin_x_m
        Position of the ego at that decision.
    since_s
        Time since that decision; the copy is ``AHEAD_S`` later than now.
    """
    imagined: World = world.copy()  # type: ignore[attr-defined]  # a record, which the protocol does not say
    at = (since_s + AHEAD_S) * DECISION_HZ - 1.0
    imagined.vehicle_f[[vehicle.X, vehicle.Y], 0] = _place(future.ego, at, origin_x_m)
    targets = world.track_i[track.TARGET]
    _put(imagined.vehicle_f, (vehicle.X, vehicle.Y), targets[:VEHICLE_SLOTS],
         _places(future.vehicles, at, origin_x_m), 1)  # fmt: skip
    _put(imagined.debris_f, (debris.X, debris.Y), targets[VEHICLE_SLOTS:],
         _places(future.objects, at, origin_x_m), 0)  # fmt: skip
    return imagined


def _place(positions: Array, at: float, origin_x_m: float) -> Array:
    """Mean position ``(2,)`` after ``at + 1`` decisions of ``(M, T, 2)``."""
    low = int(np.clip(np.floor(at), 0, positions.shape[1] - 1))
    high = min(low + 1, positions.shape[1] - 1)
    share = min(max(at - low, 0.0), 1.0)
    mean = positions.mean(axis=0)
    place: Array = mean[low] + share * (mean[high] - mean[low]) + np.array([origin_x_m, 0.0])
    return place


def _places(positions: Array, at: float, origin_x_m: float) -> Array:
    """Likewise for every slot of ``(M, T, S, 2)``; NaN for empty slots."""
    slots = range(positions.shape[2])
    return np.array([_place(positions[:, :, slot], at, origin_x_m) for slot in slots])


def _put(
    arrays: NDArray[np.float64], rows: tuple[int, int], targets: NDArray[np.int64], places: Array, first: int
) -> None:  # fmt: skip
    """Move tracked columns to their places, and those from ``first`` on that are not tracked out of sight."""
    hidden = np.ones(arrays.shape[1], bool)
    hidden[:first] = False
    for target, place in zip(targets.tolist(), places, strict=True):
        if target >= 0 and np.isfinite(place).all():
            arrays[list(rows), target] = place
            hidden[target] = False
    arrays[rows[0], hidden] -= OUT_OF_SIGHT_M
