"""From a ScenarioInstance to the arrays of a world, and the hash of a world's state."""

from __future__ import annotations

import numpy as np

from envs.physics.compilation import compiled
from envs.scenario.instance import ARRAYS, ScenarioInstance
from envs.scenario.trajectory import COURSE
from envs.specification import course, debris, episode, vehicle
from envs.specification.world import FIELDS, World

_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_PRIME_LOW, _PRIME_HIGH = np.uint64(0x9E3779B1), np.uint64(0x85EBCA77)

_VEHICLE_ROWS = (vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.SPEED)
_DEBRIS_ROWS = (debris.X, debris.Y, debris.Z, debris.VX, debris.VY, debris.VZ)
_EPISODE_ROWS = (episode.TICK, episode.COLLIDED, episode.LOST_CONTROL, episode.OFF_ROAD)


def load_instance(world: World, instance: ScenarioInstance) -> None:
    """Overwrite a world with the initial state of an instance, in place; everything else becomes zero.

    Caches that only one engine keeps (sort order, cosines) are that engine's to fill.
    """
    for name in FIELDS:
        getattr(world, name)[...] = 0
    for name in ARRAYS:
        source, target = getattr(instance, name), getattr(world, name)
        target[..., : source.shape[-1]] = source
    world.track_i[0] = -1
    _load_courses(world, instance)


def _load_courses(world: World, instance: ScenarioInstance) -> None:
    """Write the trajectories of an instance one behind the other, in place; their vehicles follow them from now on."""
    end = 0
    for one in instance.trajectories:
        first, end = end, end + len(one.time_s)
        for row, name in enumerate(COURSE):
            world.course_f[row, first:end] = getattr(one, name)
        world.course_i[:, one.vehicle] = first, end
        world.vehicle_i[vehicle.KIND, one.vehicle] = vehicle.KIND_COURSE
    world.course_i[course.END, 0] = end


@compiled
def state_hash(world: World) -> int:
    """A 62-bit fingerprint of the state and its cost, the same in both engines.

    Multiplicative hash (two 32-bit lanes kept in uint64, so nothing overflows) over the bits of the positions and
    speeds of vehicles and objects, the clock, the flags and the total cost. -0.0 counts as 0.0.
    """
    n, j = world.episode_i[episode.NUM_VEHICLES], world.episode_i[episode.NUM_DEBRIS]
    values = np.empty(len(_VEHICLE_ROWS) * n + len(_DEBRIS_ROWS) * j + len(_EPISODE_ROWS) + 1)
    at = 0
    for row in _VEHICLE_ROWS:
        for k in range(n):
            values[at] = world.vehicle_f[row, k] + 0.0
            at += 1
    for row in _DEBRIS_ROWS:
        for k in range(j):
            values[at] = world.debris_f[row, k] + 0.0
            at += 1
    for row in _EPISODE_ROWS:
        values[at] = float(world.episode_i[row])
        at += 1
    values[at] = world.episode_f[episode.TOTAL_COST] + 0.0
    bits = values.view(np.uint64)
    low, high = np.uint64(2166136261), np.uint64(374761393)
    for word in bits:
        low = ((low ^ (word & _MASK)) * _PRIME_LOW) & _MASK
        high = ((high ^ (word >> _HALF) ^ (low >> np.uint64(15))) * _PRIME_HIGH) & _MASK
        low ^= high >> np.uint64(13)
    return int(((high >> np.uint64(2)) << _HALF) | low)
