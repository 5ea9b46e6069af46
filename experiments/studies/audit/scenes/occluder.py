"""Changes a record of the twin: puts an occluder between the ego's camera and an object, or removes the object."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.scene import TRUCK_SIZE_M
from envs.sensing.sight import CAMERA_AHEAD_M
from envs.specification import VEHICLE_SLOTS, column, debris, episode, track, vehicle
from envs.specification.world import World

OCCLUDER_AT_M: Final = 5.0
"""Distance from the camera to the occluder: a truck close ahead [A]."""

OCCLUDER_LENGTH_M: Final = 1.0

OCCLUDER_IDENTITY: Final = 1e6
"""Identity of the occluder's track, which no other track has."""

AWAY_M: Final = 10_000.0
"""Distance to which a removed object is moved."""


def put_occluder(world: World, slot: int) -> None:
    """Put an extra vehicle, as wide and high as a truck, between the camera and the tracked object, in place."""
    j = world.track_i[track.TARGET, VEHICLE_SLOTS + slot]
    v, k = world.vehicle_f, int(world.episode_i[episode.NUM_VEHICLES])
    camera, y = v[vehicle.X, 0] + CAMERA_AHEAD_M, v[vehicle.Y, 0]
    share = OCCLUDER_AT_M / (world.debris_f[debris.X, j] - camera)
    v[:, k], world.vehicle_i[:, k] = 0.0, 0
    v[vehicle.X, k] = camera + OCCLUDER_AT_M + 0.5 * OCCLUDER_LENGTH_M
    v[vehicle.Y, k] = y + share * (world.debris_f[debris.Y, j] - y)
    v[vehicle.LENGTH, k] = OCCLUDER_LENGTH_M
    v[vehicle.WIDTH, k], v[vehicle.HEIGHT, k] = TRUCK_SIZE_M[1], TRUCK_SIZE_M[2]
    world.episode_i[episode.NUM_VEHICLES] = k + 1


def observe_occluder(world: World, rows: NDArray[np.float32]) -> None:
    """Add the occluder to the observed vehicles ``(8, V)``, in place, tracked without error.

    Without it a place that is hidden could not be distinguished from one in plain view that is empty. It takes a free
    slot, or that of the farthest vehicle.
    """
    v, k = world.vehicle_f, int(world.episode_i[episode.NUM_VEHICLES]) - 1
    tracked = rows[:, column.V_TRACKED] > 0.5
    row = rows[int(np.argmax(np.where(tracked, np.abs(rows[:, column.V_DX]), np.inf)))]
    row[:] = 0.0
    row[[column.V_TRACKED, column.V_VISIBLE, column.V_IDENTITY]] = 1.0, 1.0, OCCLUDER_IDENTITY
    row[column.V_DX] = v[vehicle.X, k] - v[vehicle.X, 0]
    row[column.V_DY] = v[vehicle.Y, k] - v[vehicle.Y, 0]
    row[column.V_VX] = v[vehicle.SPEED, 0]
    row[column.V_LENGTH], row[column.V_WIDTH] = v[vehicle.LENGTH, k], v[vehicle.WIDTH, k]
    row[column.V_HEIGHT] = v[vehicle.HEIGHT, k]


def remove_object(world: World, slot: int) -> None:
    """Remove the tracked object from the road, in place; its track stays."""
    j = world.track_i[track.TARGET, VEHICLE_SLOTS + slot]
    world.debris_f[debris.X, j] += AWAY_M
    world.debris_i[debris.IS_REAL, j] = 0
