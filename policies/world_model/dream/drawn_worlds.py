"""The dreamt state in the layout of simulated worlds, for pictures."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import VEHICLE_SLOTS, debris, episode, vehicle
from envs.specification.debris import LOOKS
from envs.specification.vehicle import PAINTS
from envs.specification.world import Batch
from policies.planning.anchor import PARKED_M
from policies.world_model.dream.simulation.core import DreamCore
from policies.world_model.estimation.content_classes import NUM_PATCHES
from policies.world_model.model import state as s

PAINT: Final = "silver"
"""Paint of dreamt vehicles: observations have none."""

_GROUND_MARK: Final = LOOKS.index("ground-mark")

_MOTION: Final = (
    (debris.X, s.D_X), (debris.Y, s.D_Y), (debris.Z, s.D_Z), (debris.VX, s.D_VX), (debris.VY, s.D_VY),
    (debris.VZ, s.D_VZ), (debris.YAW, s.D_YAW), (debris.LENGTH, s.D_LENGTH), (debris.WIDTH, s.D_WIDTH),
    (debris.HEIGHT, s.D_HEIGHT),
)  # fmt: skip


def drawn_worlds(core: DreamCore) -> Batch:
    """Worlds that look like the dreams, ``(B,)``; copies, which nothing simulates.

    A dream has no paints, no turning objects and no loads on trucks: vehicles are silver, objects lie flat and alone.
    What is dreamt to be nothing is drawn only where it looks like a mark on the ground.
    """
    worlds = core.dreams.records.copy()
    far = core.dreams.cars[:, :, s.C_LIVE] == 0.0
    f, others = worlds["vehicle_f"], slice(1, VEHICLE_SLOTS + 1)
    f[:, vehicle.X, others][far] = PARKED_M
    f[:, vehicle.JOLT, others] = core.dreams.cars[:, :, s.C_JOLT]
    worlds["vehicle_i"][:, vehicle.PAINT] = PAINTS.index(PAINT)
    _put_objects(core, worlds)
    return worlds


def _put_objects(core: DreamCore, worlds: Batch) -> None:
    """Copy the dreamt objects to the worlds, the live ones first, in place."""
    dreams, f, i = core.dreams, worlds["debris_f"], worlds["debris_i"]
    live = dreams.things[:, :, s.D_LIVE] > 0.0
    order = np.argsort(~live, axis=1, kind="stable")
    things = np.take_along_axis(dreams.things, order[:, :, None], axis=1)
    kind, look = (
        np.take_along_axis(of_slot, order, axis=1) for of_slot in (dreams.theta, dreams.look)
    )
    for row, column in _MOTION:
        f[:, row] = things[:, :, column]
    i[:] = 0
    i[:, debris.IS_REAL] = kind > 0
    i[:, debris.IS_PATCH] = (kind > 0) & (kind <= NUM_PATCHES)
    i[:, debris.LOOK] = look
    i[:, debris.CARRIER] = -1
    i[:, debris.FLICKERS] = (kind == 0) & (look != _GROUND_MARK)
    worlds["episode_i"][:, episode.NUM_DEBRIS] = live.sum(axis=1)
