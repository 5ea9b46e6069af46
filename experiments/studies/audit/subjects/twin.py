"""The simulator itself as a subject: the ceiling, which must pass every probe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import STATE_SCHEMA, DebrisVectorEnv
from envs.specification import VEHICLE_SLOTS, debris, track, vehicle
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.rollout import (
    Array,
    Course,
    Driver,
    Indices,
    empty_course,
    note_contacts,
)

_VEHICLE = (vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.LENGTH, vehicle.WIDTH)


class Twin:
    """What really happens, with the true noise."""

    name = "twin"

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Course:
        """See ``Subject``."""
        count = len(which)
        instances = [moments.instances[k] for k in which]
        env = DebrisVectorEnv(count, scenario=lambda *_: instances[0])
        generator = np.random.Generator(np.random.PCG64(0)).bit_generator.state
        state = {
            "schema": STATE_SCHEMA,
            "worlds": moments.worlds[which].view(env.batch.dtype),
            "instances": instances,
            "generators": [generator] * count,
        }
        env.load_state_dict(state)
        found = empty_course(count, steps)
        found.crashed[:] = moments.crashed[which]
        origin = moments.worlds["vehicle_f"][which, vehicle.X, 0]
        targets = moments.worlds["track_i"][which, track.TARGET]
        alive = np.ones(count, np.bool_)
        _write(found, 0, env.batch.view(np.ndarray), alive, origin, targets)
        seen = {
            key: np.ascontiguousarray(rows[which, -1]) for key, rows in moments.observed.items()
        }
        for t in range(steps):
            seen, _, terminated, truncated, info = env.step(drive(t, seen))
            found.usd[alive, t] = info["cost"]["total"][alive]
            note_contacts(found, t, alive, info["contacts"])
            found.touched[:, t + 1] = found.touched[:, t]
            found.collided[:, t + 1] = found.collided[:, t] | (alive & info["events"]["collision"])
            for b in np.flatnonzero(alive):
                met = {one["object"] for one in info["contacts"][b] if one["vehicle"] == 0}
                types = instances[b].debris_types
                for slot, target in enumerate(targets[b, VEHICLE_SLOTS:]):
                    # by type: of two alike in one scene both count, which no probe minds
                    found.touched[b, t + 1, slot] |= target >= 0 and types[target] in met
            ended = alive & (terminated | truncated)
            found.length[ended] = t + 1
            alive &= ~ended
            _write(found, t + 1, env.batch.view(np.ndarray), alive, origin, targets)
        return found


def _write(
    found: Course,
    t: int,
    worlds: NDArray[np.void],
    alive: NDArray[np.bool_],
    origin: Array,
    targets: Indices,
) -> None:
    """Bodies after so many decisions, in place."""
    for b in np.flatnonzero(alive):
        v, d = worlds["vehicle_f"][b], worlds["debris_f"][b]
        found.ego[b, t] = _vehicle(v, 0, origin[b])
        for slot, target in enumerate(targets[b, :VEHICLE_SLOTS]):
            if target >= 0:
                found.vehicles[b, t, slot] = _vehicle(v, target, origin[b])
        for slot, target in enumerate(targets[b, VEHICLE_SLOTS:]):
            if target >= 0:
                found.objects[b, t, slot] = (
                    d[debris.X, target] - origin[b], d[debris.Y, target], d[debris.VX, target], d[debris.VY, target],
                    d[debris.YAW, target], d[debris.LENGTH, target], d[debris.WIDTH, target],
                )  # fmt: skip


def _vehicle(v: Array, column: int, origin: float) -> Array:
    """One vehicle as a body."""
    x, y, heading, length, width = v[list(_VEHICLE), column]
    speed = v[vehicle.SPEED, column]
    body = np.zeros(c.NUM_BODY)
    body[:] = (
        x - origin,
        y,
        speed * np.cos(heading),
        speed * np.sin(heading),
        heading,
        length,
        width,
    )
    return body
