"""The world as it is perceived: a copy of the true one in which everything stands where the filtered tracks put it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, debris, episode, track, vehicle
from envs.specification.world import Batch
from policies.base import Observation
from policies.perception.tracks import Perception
from policies.world_model.model import state as kept
from policies.world_model.model.state import read_states

FAR_M: Final = 3_000.0
"""What has no track is put so far behind the ego, where nothing of it counts [A]."""

LEAST_SIZE: Final = 0.3
"""A drawn size is at least this share of the estimated one [A]."""


class PerceivedWorlds:
    """Copies of running worlds in which vehicles and objects are where ``policies.perception`` puts them.

    What a driver intends, sizes of vehicles and contents of objects stay true. What has no track is out of reach.

    Parameters
    ----------
    size
        Number of worlds.
    """

    def __init__(self, size: int) -> None:
        self._tracking = Perception(size)
        self._is_new = np.ones(size, np.bool_)
        self.worlds: Batch | None = None
        """``(B,)`` of the last ``update``."""
        self._things = np.zeros((size, DEBRIS_SLOTS, kept.NUM_THING))

    def __len__(self) -> int:
        return len(self._is_new)

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Clear the memory of some worlds."""
        self._is_new |= mask

    def update(self, observation: Observation, worlds: Batch) -> None:
        """Process one observation of these worlds."""
        tracks = self._tracking.update(observation, self._is_new)
        self._is_new[:] = False
        states = read_states(tracks.observation, tracks.speeds, np.arange(len(worlds)))
        seen = worlds.copy()
        for b, world in enumerate(seen.view(np.ndarray)):
            _place_vehicles(world, states.cars[b])
            _place_objects(world, states.things[b])
        self.worlds, self._things = seen, states.things

    def scatter(self, scenarios: Batch, b: int, rng: np.random.Generator) -> None:
        """Draw the errors of places and sizes in scenarios of world ``b``, in place, by the tracks' deviations."""
        d, count = scenarios["debris_f"], len(scenarios)
        targets = scenarios["track_i"][0, track.TARGET, VEHICLE_SLOTS:]
        for slot in range(DEBRIS_SLOTS):
            draws = rng.standard_normal((count, 5))
            draws -= draws.mean(axis=0)
            j, thing = int(targets[slot]), self._things[b, slot]
            if j < 0 or scenarios["debris_i"][0, debris.CARRIER, j] >= 0:
                continue
            d[:, debris.X, j] += thing[kept.D_SD_X] * draws[:, 0]
            d[:, debris.Y, j] += thing[kept.D_SD_Y] * draws[:, 1]
            for k, row in enumerate((debris.LENGTH, debris.WIDTH, debris.HEIGHT)):
                size = d[:, row, j]
                d[:, row, j] = np.maximum(
                    size + thing[kept.D_SD_SIZE] * draws[:, 2 + k], LEAST_SIZE * size
                )


def _place_vehicles(world: np.void, cars: NDArray[np.float64]) -> None:
    """Move the vehicles of one world to their tracks, in place."""
    v, x0 = world["vehicle_f"], world["vehicle_f"][vehicle.X, 0]
    slots = {int(world["track_i"][track.TARGET, s]): s for s in range(VEHICLE_SLOTS)}
    for k in range(1, int(world["episode_i"][episode.NUM_VEHICLES])):
        if k not in slots:
            v[vehicle.X, k] = x0 - FAR_M - 50.0 * k
            continue
        car = cars[slots[k]]
        v[vehicle.X, k], v[vehicle.Y, k] = x0 + car[kept.C_X], car[kept.C_Y]
        v[vehicle.SPEED, k] = max(car[kept.C_VX], 0.0)


def _place_objects(world: np.void, things: NDArray[np.float64]) -> None:
    """Move the objects of one world to their tracks, in place; what is still carried is left on its carrier."""
    d, i, x0 = world["debris_f"], world["debris_i"], world["vehicle_f"][vehicle.X, 0]
    slots = {
        int(target): s for s, target in enumerate(world["track_i"][track.TARGET, VEHICLE_SLOTS:])
    }
    for j in range(int(world["episode_i"][episode.NUM_DEBRIS])):
        if j not in slots:
            d[debris.X, j], i[debris.CARRIER, j] = x0 - FAR_M, -1
            d[[debris.VX, debris.VY, debris.VZ], j] = 0.0
        elif i[debris.CARRIER, j] < 0:
            thing = things[slots[j]]
            place = thing[[kept.D_X, kept.D_Y, kept.D_Z, kept.D_VX, kept.D_VY, kept.D_VZ]]
            rows = [debris.X, debris.Y, debris.Z, debris.VX, debris.VY, debris.VZ]
            d[rows, j] = place + np.array([x0, 0.0, 0.0, 0.0, 0.0, 0.0])
            size = [debris.LENGTH, debris.WIDTH, debris.HEIGHT]
            d[size, j] = np.maximum(thing[[kept.D_LENGTH, kept.D_WIDTH, kept.D_HEIGHT]], 0.01)
