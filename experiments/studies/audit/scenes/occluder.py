"""What hides an object from the ego's camera, and what takes it away: changes of one record of the twin."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.scene import TRUCK_SIZE_M
from envs.sensing.sight import CAMERA_AHEAD_M
from envs.specification import VEHICLE_SLOTS, column, debris, episode, track, vehicle
from envs.specification.world import World

WALL_AT_M: Final = 5.0
"""From the camera to the wall: a truck close ahead [A]."""

WALL_LENGTH_M: Final = 1.0

WALL_IDENTITY: Final = 1e6
"""Of no other track."""

AWAY_M: Final = 10_000.0
"""An object that is taken away is put so far off."""


def put_wall(world: World, slot: int) -> None:
    """One more vehicle, between the camera and the tracked object, in place."""
    j = world.track_i[track.TARGET, VEHICLE_SLOTS + slot]
    v, k = world.vehicle_f, int(world.episode_i[episode.NUM_VEHICLES])
    camera, y = v[vehicle.X, 0] + CAMERA_AHEAD_M, v[vehicle.Y, 0]
    share = WALL_AT_M / (world.debris_f[debris.X, j] - camera)
    v[:, k], world.vehicle_i[:, k] = 0.0, 0
    v[vehicle.X, k] = camera + WALL_AT_M + 0.5 * WALL_LENGTH_M
    v[vehicle.Y, k] = y + share * (world.debris_f[debris.Y, j] - y)
    v[vehicle.LENGTH, k] = WALL_LENGTH_M
    v[vehicle.WIDTH, k], v[vehicle.HEIGHT, k] = TRUCK_SIZE_M[1], TRUCK_SIZE_M[2]
    world.episode_i[episode.NUM_VEHICLES] = k + 1


def show_wall(world: World, rows: NDArray[np.float32]) -> None:
    """Let whoever looks see the wall that ``put_wall`` has put, in place: a truck, tracked without error.

    A place behind something that nobody sees cannot be told from one in plain view where nothing is left.

    Parameters
    ----------
    world
        After ``put_wall``.
    rows
        ``(8, V)`` of its observation; a free slot is used, or that of the farthest vehicle.
    """
    v, k = world.vehicle_f, int(world.episode_i[episode.NUM_VEHICLES]) - 1
    tracked = rows[:, column.V_TRACKED] > 0.5
    free = np.where(tracked, np.abs(rows[:, column.V_DX]), np.inf)
    row = rows[int(np.argmax(free))]
    row[:] = 0.0
    row[[column.V_TRACKED, column.V_VISIBLE, column.V_IDENTITY]] = 1.0, 1.0, WALL_IDENTITY
    row[column.V_DX] = v[vehicle.X, k] - v[vehicle.X, 0]
    row[column.V_DY] = v[vehicle.Y, k] - v[vehicle.Y, 0]
    row[column.V_VX] = v[vehicle.SPEED, 0]
    for at, what in (
        (column.V_LENGTH, vehicle.LENGTH),
        (column.V_WIDTH, vehicle.WIDTH),
        (column.V_HEIGHT, vehicle.HEIGHT),
    ):
        row[at] = v[what, k]


def take_out(world: World, slot: int) -> None:
    """The tracked object is no longer there, in place; the track does not know."""
    j = world.track_i[track.TARGET, VEHICLE_SLOTS + slot]
    world.debris_f[debris.X, j] += AWAY_M
    world.debris_i[debris.IS_REAL, j] = 0
