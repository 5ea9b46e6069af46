"""What hides an object from the ego's camera, and what takes it away: changes of one record of the twin."""

from __future__ import annotations

from typing import Final

from envs.scenario.scene import TRUCK_SIZE_M
from envs.sensing.sight import CAMERA_AHEAD_M
from envs.specification import VEHICLE_SLOTS, debris, episode, track, vehicle
from envs.specification.world import World

WALL_AT_M: Final = 5.0
"""From the camera to the wall: a truck close ahead [A]."""

WALL_LENGTH_M: Final = 1.0

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


def take_out(world: World, slot: int) -> None:
    """The tracked object is no longer there, in place; the track does not know."""
    j = world.track_i[track.TARGET, VEHICLE_SLOTS + slot]
    world.debris_f[debris.X, j] += AWAY_M
    world.debris_i[debris.IS_REAL, j] = 0
