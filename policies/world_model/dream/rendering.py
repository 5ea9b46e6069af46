"""Rendering of a dream by the viewer of the reference engine; uncertain objects are faint."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import numpy as np

from envs.copies import Copyable
from envs.highway.env import DebrisEnv
from envs.highway.history import History
from envs.highway.scene import build_road
from envs.highway.strip_viewer import StripViewer
from envs.specification import (
    TICKS_PER_DECISION,
    VEHICLE_SLOTS,
    contact,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import FIELDS, Array, World, empty_world
from policies.world_model.dream.drawn_worlds import drawn_worlds
from policies.world_model.dream.simulation.core import DreamCore
from policies.world_model.model import state as s

FIRST_X_M: Final = 1000.0
"""Position along the drawn road at which dreams start, because that road has an end."""

FAINTEST: Final = 0.15
"""Opacity of the least certain objects, as a share [A]: judgement."""

HALF_SURE_M: Final = 1.0
"""With this standard deviation of its place an object is half as opaque [A]: judgement."""

JUMP_M: Final = 20.0
"""What moves further within a decision is another vehicle in the same slot: it is not drawn in between."""

_DRAWN: Final = (
    ("vehicle_f", vehicle.X, (vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.SPEED)),
    ("debris_f", debris.X, (debris.X, debris.Y, debris.Z, debris.YAW)),
    ("track_f", track.X, (track.X, track.Y, track.HEADING)),
)
"""Arrays that are drawn in between, the row by which a jump is noticed, and the rows that are drawn."""


class _Poses(NamedTuple):
    """Positions and headings of all moving bodies at one decision."""

    decision: int
    arrays: tuple[Array, ...]  # as _DRAWN


class Drawn(NamedTuple):
    """A state of a dream as it is drawn."""

    world: World
    scene: Any  # debris_types, family and variant, as of a ScenarioInstance
    certainty: tuple[float, ...]  # opacity of every object


class DreamPicture(Copyable):
    """Draws the first world of a ``DreamCore``; copies are drawn on surfaces of their own.

    Parameters
    ----------
    core
        What is dreamt.
    later_ticks
        Added to the clock that is shown: a dream begins its own time anew.
    """

    REBUILT = ("_viewer",)

    def __init__(self, core: DreamCore, later_ticks: int = 0) -> None:
        self._core = core
        self._later_ticks = later_ticks
        config = {**DebrisEnv.default_config(), "offscreen_rendering": True}
        # what the viewer looks at of an environment
        record = empty_world()
        world = SimpleNamespace(**{name: getattr(record, name).copy() for name in FIELDS})
        self._scene: Any = SimpleNamespace(config=config, world=world)
        self._history: History | None = None
        self._before = self._now = _Poses(0, ())
        self._rebuild()

    def _rebuild(self) -> None:
        self._viewer: StripViewer | None = None

    def begin(self) -> None:
        """Begin a new dream, without interpolation from the previous one."""
        self._look()
        self._before = self._now
        self._scene.road = build_road(self._scene.world)
        if self._history is not None:
            self._history.clear()
        if self._viewer is not None:
            self._viewer.begin_episode()

    def record(self) -> None:
        """Add the latest decision of the dream: path and contacts."""
        self._before = self._now
        self._look()
        if self._history is not None:
            self._history.record_tick(self._scene.world)

    def draw(self, share: float = 1.0) -> Array:
        """The picture after a share of the last decision, ``(height, width, 3)`` uint8; share 1 is the present."""
        if self._history is None:
            self.begin()
            self._history = History()
        if self._viewer is None:
            self._viewer = StripViewer(self._scene, self._history)
        self._place(share)
        self._viewer.certainty = self._certainty()
        path = self._viewer.history.path
        last = path.pop() if path else None
        if last is not None:
            f = self._scene.world.vehicle_f[:, 0]
            path.append((float(f[vehicle.X]), float(f[vehicle.Y]), float(f[vehicle.HEADING])))
        self._viewer.display()
        if last is not None:
            path[-1] = last
        return self._viewer.get_image()

    def state(self, share: float = 1.0) -> Drawn:
        """A copy of the state after a share of the last decision; its clock shows the nearest tick."""
        if not self._now.arrays:
            self.begin()
        self._place(share)
        world = empty_world()
        for name in FIELDS:
            getattr(world, name)[...] = getattr(self._scene.world, name)
        world.episode_i[episode.TICK] -= round((1.0 - share) * TICKS_PER_DECISION)
        return Drawn(world, self._scene.instance, self._certainty())

    def _place(self, share: float) -> None:
        """Interpolate between the last two decisions, in place."""
        for (name, along, rows), before, now in zip(
            _DRAWN, self._before.arrays, self._now.arrays, strict=True
        ):
            shown = getattr(self._scene.world, name)
            shown[...] = now
            if share < 1.0:
                follows = np.abs(now[along] - before[along]) < JUMP_M
                for row in rows:
                    between = before[row] + share * (now[row] - before[row])
                    shown[row] = np.where(follows, between, now[row])

    def _certainty(self) -> tuple[float, ...]:
        """Opacity of every drawn object: probability of existence times certainty of its position."""
        core, found = self._core, []
        belief = core.sources.belief[int(core.pieces[0])]
        for slot in self._live():
            at = VEHICLE_SLOTS + slot
            f = core.record(0).track_f
            spread = float(np.hypot(f[track.SD_X, at], f[track.SD_Y, at]))
            known = belief[slot].sum() > 0.0
            exists = 1.0 - float(belief[slot, 0]) if known else 1.0
            found.append(max(exists / (1.0 + spread / HALF_SURE_M), FAINTEST))
        return tuple(found)

    def _live(self) -> list[int]:
        """Slots of live objects."""
        live: list[int] = np.flatnonzero(self._core.dreams.things[0, :, s.D_LIVE] > 0.0).tolist()
        return live

    def _look(self) -> None:
        """Copy the dream to the record that is drawn."""
        core, world = self._core, self._scene.world
        source = core.record(0)
        for name in source.dtype.names:
            getattr(world, name)[...] = getattr(source, name)
        world.vehicle_f[vehicle.X] += FIRST_X_M
        world.track_f[track.X] += FIRST_X_M
        tick = int(source.episode_i[episode.TICK]) + self._later_ticks
        world.episode_i[episode.TICK] = tick
        world.episode_i[episode.DECISION] = tick // TICKS_PER_DECISION
        world.contacts[:, contact.TICK] += self._later_ticks
        names, live = core.names(0), self._live()
        drawn = drawn_worlds(core)[0]
        world.debris_f[...], world.debris_i[...] = drawn["debris_f"], drawn["debris_i"]
        world.debris_f[debris.X] += FIRST_X_M
        world.track_i[track.TARGET, VEHICLE_SLOTS:] = -1
        for j, slot in enumerate(live):
            _put_track(world, source, j, slot)
        world.episode_i[episode.NUM_DEBRIS] = len(live)
        families = core.settings.imagination.starts.families
        self._scene.instance = SimpleNamespace(
            # a class has the name of its commonest type
            debris_types=tuple(names[slot].split(" / ")[0] for slot in live),
            family=families[int(core.pieces[0])],
            variant=f"dreamt, member {int(core.dreams.member[0]) + 1}",
        )
        arrays = tuple(getattr(world, name).copy() for name, _, _ in _DRAWN)
        self._now = _Poses(int(world.episode_i[episode.DECISION]), arrays)

    def close(self) -> None:
        """Release the viewer."""
        if self._viewer is not None:
            self._viewer.close()
            self._viewer = None


def _put_track(world: World, source: World, j: int, slot: int) -> None:
    """Copy the track of an object's slot to that of drawn object ``j``, in place."""
    here, there = VEHICLE_SLOTS + j, VEHICLE_SLOTS + slot
    world.track_i[:, here] = source.track_i[:, there]
    if world.track_i[track.TARGET, here] >= 0:
        world.track_i[track.TARGET, here] = j
    world.track_f[:, here] = source.track_f[:, there]
    world.track_f[track.X, here] += FIRST_X_M
