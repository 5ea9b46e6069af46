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
from policies.oracle.belief import ObjectBelief
from policies.planning.manoeuvres import PlanStart

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


def find_primary(
    world: np.void, beliefs: Sequence[ObjectBelief], reach_s: float, negligible_usd: float
) -> int:
    """Index of the object that matters and is reached first; -1 if there is none.

    Objects that are met later than ``reach_s``, or whose typical contacts are expected to cost less than
    ``negligible_usd``, do not matter.
    """
    arrival = [arrival_s(world, j) for j in range(len(beliefs))]
    for j in sorted(range(len(beliefs)), key=lambda k: (arrival[k], k)):
        if arrival[j] <= reach_s and beliefs[j].expected_usd() >= negligible_usd:
            return j
    return -1


def plan_start(world: np.void, j: int, drift_mps: float) -> PlanStart:
    """Start state of plans for one world, every field ``(1,)``.

    ``j`` is the index of the object that is met next, -1 if there is none; ``drift_mps`` how fast the lateral target
    has been moving.
    """
    v, e = world["vehicle_f"], world["episode_f"]
    speed, target = v[vehicle.SPEED, 0], e[episode.TARGET_Y]
    half = 0.5 * v[vehicle.WIDTH, 0]
    values = (
        speed,
        target,
        drift_mps,
        nearest_centre(v[vehicle.Y, 0]),
        e[episode.LEFT_EDGE] + half,
        e[episode.RIGHT_EDGE] - half,
        # an object that runs ahead is met later, as if it lay further away
        arrival_s(world, j) * max(speed, SLOWEST_MPS) if j >= 0 else np.inf,
        world["debris_f"][debris.Y, j] if j >= 0 else 0.0,
        e[episode.SET_SPEED],
    )
    return PlanStart(*(np.array([value], dtype=np.float64) for value in values))


def nearest_centre(y_m: float) -> float:
    """Centre of the lane that contains a lateral position, m."""
    return float(round(y_m / LANE_WIDTH_M) * LANE_WIDTH_M)


def is_settled(world: np.void, drift_mps: float) -> bool:
    """Whether the ego drives straight near the middle of a lane."""
    y, target = world["vehicle_f"][vehicle.Y, 0], world["episode_f"][episode.TARGET_Y]
    is_there = abs(y - nearest_centre(y)) < SETTLED_M and abs(target - y) < SETTLED_M
    return bool(is_there and abs(drift_mps) < SETTLED_MPS)
