"""An oracle's observation of one world: its objects, and the one that matters next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from envs.sensing.sight import is_line_free
from envs.sensing.tracker import object_slot
from envs.specification import (
    LANE_WIDTH_M,
    MAX_VEHICLES,
    VEHICLE_SLOTS,
    column,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import World
from policies.following import half_extents
from policies.oracle.belief import Array, ObjectBelief

SLOWEST_MPS: Final = 5.0
"""A slower ego is taken to be about to drive on at this speed [A]."""

LEAST_CLOSING_SHARE: Final = 0.05
"""An object that runs ahead nearly as fast as the ego is met after at most 20 times its distance [A]."""

SETTLED_M: Final = 0.15
SETTLED_MPS: Final = 0.05
"""Nearer to the middle of a lane, and drifting less, the ego drives straight on [A]."""


def note_observation(
    world: np.void, rows: NDArray[np.float32], beliefs: Sequence[ObjectBelief]
) -> None:
    """Update the beliefs about the objects of a world.

    Parameters
    ----------
    world
        Positions and visible motion are read, and what hides what.
    rows
        ``(DEBRIS_SLOTS, NUM_DEBRIS)`` debris rows of its observation.
    beliefs
        One per object; changed.
    """
    f, i = world["debris_f"], world["debris_i"]
    ego_x, ego_y = world["vehicle_f"][[vehicle.X, vehicle.Y], 0]
    for j, belief in enumerate(beliefs):
        x, y, slot = f[debris.X, j], f[debris.Y, j], object_slot(cast("World", world), j)
        if i[debris.CARRIER, j] >= 0 or f[debris.VX, j] != 0.0 or f[debris.VY, j] != 0.0:
            belief.note_motion()
        if slot < 0 or x < ego_x:
            continue
        row = rows[slot - VEHICLE_SLOTS]
        distance, is_seen = float(np.hypot(x - ego_x, y - ego_y)), row[column.D_VISIBLE] > 0.0
        if is_seen:
            belief.note_sighting(row, distance)
        # the sighting with which a track begins is no evidence, because every track has one
        if row[column.D_TRACK_AGE] > 0.0:
            top = f[debris.Z, j] + f[debris.HEIGHT, j]
            if is_seen or is_line_free(cast("World", world), x, y, top, MAX_VEHICLES, 0.0):
                belief.note_detection(bool(is_seen), distance)


def arrival_s(world: np.void, j: int) -> float:
    """Time until the ego meets object ``j`` at its present speed, s; inf if it is behind."""
    ahead = world["debris_f"][debris.X, j] - world["vehicle_f"][vehicle.X, 0]
    if ahead < -0.5 * world["vehicle_f"][vehicle.LENGTH, 0]:
        return float("inf")
    speed = max(float(world["vehicle_f"][vehicle.SPEED, 0]), SLOWEST_MPS)
    closing = max(speed - world["debris_f"][debris.VX, j], LEAST_CLOSING_SHARE * speed)
    return float(max(ahead, 0.0) / closing)


def find_ahead(
    world: np.void, beliefs: Sequence[ObjectBelief], reach_s: float, negligible_usd: float
) -> list[int]:
    """Indices of the objects that matter, in the order in which they are reached.

    Objects that are met later than ``reach_s``, or whose typical contacts are expected to cost less than
    ``negligible_usd``, do not matter.
    """
    arrival = [arrival_s(world, j) for j in range(len(beliefs))]
    order = sorted(range(len(beliefs)), key=lambda k: (arrival[k], k))
    return [
        j for j in order if arrival[j] <= reach_s and beliefs[j].expected_usd() >= negligible_usd
    ]


def lateral_state(world: np.void, drift_mps: float) -> Array:
    """Lateral state of the ego as ``library.write_actions`` takes it, ``(5,)``.

    ``drift_mps`` is how fast the lateral target has been moving.
    """
    v, e = world["vehicle_f"], world["episode_f"]
    half = 0.5 * v[vehicle.WIDTH, 0]
    low, high = e[episode.LEFT_EDGE] + half, e[episode.RIGHT_EDGE] - half
    home = min(max(nearest_centre(v[vehicle.Y, 0]), low), high)
    return np.array([e[episode.TARGET_Y], drift_mps, low, high, home])


def nearest_objects(
    world: np.void, ahead: Sequence[int], after_s: float = 0.0, closer_m: float = 0.0
) -> Array:
    """The next two objects as ``library.write_actions`` takes them, ``(2, 4)``.

    Parameters
    ----------
    world
        Its true positions.
    ahead
        Indices of objects in the order in which they are reached.
    after_s
        Plans begin so much later, the ego driving on at its speed till then.
    closer_m
        Plans pass so much closer than the margin of the library: true positions have no error.
    """
    f = world["debris_f"]
    speed = max(float(world["vehicle_f"][vehicle.SPEED, 0]), SLOWEST_MPS)
    found = np.full((2, 4), np.inf)
    found[:, 1:] = 0.0
    later = [j for j in ahead if arrival_s(world, j) > after_s]
    for row, j in zip(found, later, strict=False):
        # an object that runs ahead is met later, as if it lay further away
        row[0] = (arrival_s(world, j) - after_s) * speed
        row[1] = f[debris.Y, j]
        row[3], row[2] = half_extents(f[debris.LENGTH, j], f[debris.WIDTH, j], f[debris.YAW, j])
        row[2] -= closer_m
    return found


def nearest_centre(y_m: float) -> float:
    """Centre of the lane that contains a lateral position, m."""
    return float(round(y_m / LANE_WIDTH_M) * LANE_WIDTH_M)


def is_settled(world: np.void, drift_mps: float) -> bool:
    """Whether the ego drives straight near the middle of a lane."""
    y, target = world["vehicle_f"][vehicle.Y, 0], world["episode_f"][episode.TARGET_Y]
    is_there = abs(y - nearest_centre(y)) < SETTLED_M and abs(target - y) < SETTLED_M
    return bool(is_there and abs(drift_mps) < SETTLED_MPS)
