"""The simulator itself as a subject: the upper bound, which must pass every probe."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs.batched.env import STATE_SCHEMA, DebrisVectorEnv
from envs.specification import vehicle
from experiments.studies.audit.scenes.bodies import (
    OBJECT_ROWS,
    Array,
    Indices,
    Mask,
    X,
    gather,
    object_targets,
    read_vehicles,
    vehicle_targets,
)
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Driver, Futures, simulate
from policies.base import Observation


class Twin:
    """The true futures, with the true noise."""

    name = "twin"

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """Roll out futures; see ``Subject.roll``."""
        return simulate(_Worlds(moments, which), moments, which, steps, drive)


class _Worlds:
    """The twin's worlds as a ``Simulation``, continued from moments; bodies are those tracked at the moment."""

    def __init__(self, moments: Moments, which: Indices) -> None:
        instances = [moments.instances[k] for k in which]
        self._env = DebrisVectorEnv(len(which), scenario=lambda *_: instances[0])
        generator = np.random.Generator(np.random.PCG64(0)).bit_generator.state
        worlds = moments.worlds[which]
        state = {
            "schema": STATE_SCHEMA,
            "worlds": worlds.view(self._env.batch.dtype),
            "instances": instances,
            "generators": [generator] * len(which),
        }
        self._env.load_state_dict(state)
        self._seen: Observation = {
            key: np.ascontiguousarray(rows[which, -1]) for key, rows in moments.observed.items()
        }
        self._origin = worlds["vehicle_f"][:, vehicle.X, 0]
        self._vehicles, self._objects = vehicle_targets(worlds), object_targets(worlds)
        self._types = [
            [one.debris_types[target] if target >= 0 else None for target in targets]
            for one, targets in zip(instances, self._objects, strict=True)
        ]

    def observe(self) -> Observation:
        return self._seen

    def step(self, actions: Array) -> tuple[Mask, dict[str, Any]]:
        self._seen, _, terminated, truncated, info = self._env.step(actions)
        return terminated | truncated, info

    def bodies(self) -> tuple[Array, Array, Array]:
        worlds = self._env.batch.view(np.ndarray)
        ego = read_vehicles(worlds, np.zeros((len(worlds), 1), np.int64))
        found = (
            ego,
            read_vehicles(worlds, self._vehicles),
            gather(worlds["debris_f"], OBJECT_ROWS, self._objects),
        )
        for bodies in found:
            bodies[..., X] -= self._origin[:, None]
        return found[0][:, 0], found[1], found[2]

    def events(self, info: dict[str, Any], alive: Mask) -> tuple[Mask, Mask]:
        # of two objects of the same type in one scene both count as met
        touched = np.zeros(self._objects.shape, np.bool_)
        for b in np.flatnonzero(alive):
            met = {one["object"] for one in info["contacts"][b] if one["vehicle"] == 0}
            touched[b] = [kind in met for kind in self._types[b]]
        return touched, info["events"]["collision"]
