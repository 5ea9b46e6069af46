"""The picture of a dream: the reference engine's own, with everything at its dreamt place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from envs.highway.env import DebrisEnv
from envs.highway.rendering import DebrisViewer
from envs.highway.scene import build_road
from envs.specification import VEHICLE_SLOTS, debris, episode, track, vehicle
from envs.specification.world import Array, empty_world
from policies.world_model import state as s
from policies.world_model.classes import NUM_PATCHES
from policies.world_model.dream.core import DreamCore

FIRST_X_M: Final = 1000.0
"""Where dreams begin along the drawn road, which has a beginning."""

_MOTION: Final = (
    (debris.X, s.D_X), (debris.Y, s.D_Y), (debris.Z, s.D_Z), (debris.VX, s.D_VX), (debris.VY, s.D_VY),
    (debris.VZ, s.D_VZ), (debris.YAW, s.D_YAW), (debris.LENGTH, s.D_LENGTH), (debris.WIDTH, s.D_WIDTH),
    (debris.HEIGHT, s.D_HEIGHT),
)  # fmt: skip


class DreamPicture:
    """Draws the first world of a core.

    Parameters
    ----------
    core
        What is dreamt.
    """

    def __init__(self, core: DreamCore) -> None:
        self._core = core
        config = {**DebrisEnv.default_config(), "offscreen_rendering": True}
        # what the viewer looks at of an environment
        self._scene: Any = SimpleNamespace(config=config, world=empty_world())
        self._viewer: DebrisViewer | None = None

    def begin(self) -> None:
        """A new dream begins: nobody drives or lies where he did."""
        self._look()
        self._scene.road = build_road(self._scene.world)
        if self._viewer is not None:
            self._viewer.begin_episode()

    def record(self) -> None:
        """Remember the decision that has just been dreamt: the path, and contacts."""
        self._look()
        if self._viewer is not None:
            self._viewer.record_tick(self._scene.world)

    def draw(self) -> Array:
        """The present picture, ``(height, width, 3)`` uint8."""
        if self._viewer is None:
            self.begin()
            self._viewer = DebrisViewer(self._scene)
        self._look()
        self._viewer.display()
        return self._viewer.get_image()

    def _look(self) -> None:
        """Copy the dream into the record that is drawn."""
        core, world = self._core, self._scene.world
        source = core.record(0)
        for name in source.dtype.names:
            getattr(world, name)[...] = getattr(source, name)
        world.vehicle_f[vehicle.X] += FIRST_X_M
        world.track_f[track.X] += FIRST_X_M
        things, names = core.dreams.things[0], core.names(0)
        live = np.flatnonzero(things[:, s.D_LIVE] > 0.0)
        world.track_i[track.TARGET, VEHICLE_SLOTS:] = -1
        for j, slot in enumerate(live.tolist()):
            here, there = VEHICLE_SLOTS + j, VEHICLE_SLOTS + slot
            world.track_i[:, here] = source.track_i[:, there]
            world.track_f[:, here] = source.track_f[:, there]
            world.track_f[track.X, here] += FIRST_X_M
            for row, at in _MOTION:
                world.debris_f[row, j] = things[slot, at]
            world.debris_f[debris.X, j] += FIRST_X_M
            kind = int(core.dreams.theta[0, slot])
            world.debris_i[:, j] = 0
            world.debris_i[debris.IS_REAL, j] = int(kind > 0)
            world.debris_i[debris.IS_PATCH, j] = int(0 < kind <= NUM_PATCHES)
            world.debris_i[debris.LOOK, j] = core.dreams.look[0, slot]
            world.debris_i[debris.CARRIER, j] = -1
        world.episode_i[episode.NUM_DEBRIS] = len(live)
        families = core.settings.imagination.starts.families
        self._scene.instance = SimpleNamespace(
            # a class has the name of its commonest type
            debris_types=tuple(names[slot].split(" / ")[0] for slot in live.tolist()),
            family=f"dream of {families[int(core.pieces[0])]}",
            variant=f"member {int(core.dreams.member[0]) + 1}",
        )

    def close(self) -> None:
        """Free the viewer."""
        if self._viewer is not None:
            self._viewer.close()
            self._viewer = None
