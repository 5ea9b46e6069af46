"""Bird's view: the road from above, at any moment of a course."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import pygame

from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.panel import Readout
from envs.highway.env import DebrisEnv
from envs.highway.history import History
from envs.highway.picture import readout_of
from envs.highway.rendering import PANEL_PX, SMALLEST_HEIGHT_PX
from envs.highway.scene import build_road
from envs.highway.strip_viewer import StripViewer
from envs.specification import vehicle
from envs.specification.world import World, world_at
from experiments.video.course.course import Course

SCALING: Final = 7.2
"""Pixels per metre."""

CENTRING: Final = (0.22, 0.5)
"""Where in the picture the ego is, as shares of its size."""


class Bird:
    """Draws a course from above with the viewer of the reference engine; large pictures contain its read-out.

    Parameters
    ----------
    course
        What is drawn.
    size
        Width and height, px, even.
    scaling
        Pixels per metre.
    centring
        Where in the picture the ego is, as shares of the size.
    """

    def __init__(
        self,
        course: Course,
        size: tuple[int, int],
        scaling: float = SCALING,
        centring: tuple[float, float] = CENTRING,
    ) -> None:
        self._course, self.size = course, size
        self._scaling, self._centring = scaling, centring
        config = {
            **DebrisEnv.default_config(),
            "screen_width": size[0],
            "screen_height": size[1],
            "scaling": scaling,
            "centering_position": list(centring),
            "offscreen_rendering": True,
        }
        world = world_at(course.worlds, 0)
        self._scene: Any = SimpleNamespace(config=config, world=world, road=build_road(world))
        self._history, self._known = History(), 0
        self._viewer: StripViewer | None = None

    @property
    def road_px(self) -> int:
        """Height of the part that shows the road."""
        return self.size[1] - (PANEL_PX if self.size[1] >= SMALLEST_HEIGHT_PX else 0)

    def draw(
        self, world: World, tick: float, more: Callable[[Canvas], None] | None = None
    ) -> pygame.Surface:
        """The picture of a state of the course, with more on its road; the next call draws on the same surface."""
        now = min(int(tick), self._course.num_ticks)
        self._remember(now)
        self._scene.world, self._scene.instance = world, self._course.scenes[now]
        if self._viewer is None:
            self._viewer = StripViewer(self._scene, self._history)
        if self._course.certainties:
            self._viewer.certainty = self._course.certainties[now]
        self._viewer.draw_below_text = more
        f = world.vehicle_f[:, 0]
        self._history.path.append(
            (float(f[vehicle.X]), float(f[vehicle.Y]), float(f[vehicle.HEADING]))
        )
        self._viewer.display()
        self._history.path.pop()
        surface: pygame.Surface = self._viewer.sim_surface
        return surface

    def read(self, world: World, tick: float) -> Readout:
        """The read-out of a state of the course."""
        now = min(int(tick), self._course.num_ticks)
        self._remember(now)
        return readout_of(world, self._course.scenes[now], self._history)

    def canvas(self, surface: pygame.Surface) -> Canvas:
        """Canvas of the road that was drawn last."""
        viewer: Any = self._viewer
        left_m, top_m = viewer.window_position()
        return Canvas(
            surface,
            float(left_m) - self._centring[0] * self.size[0] / self._scaling,
            float(top_m) - self._centring[1] * self.road_px / self._scaling,
            self._scaling,
        )

    def close(self) -> None:
        """Release the viewer."""
        if self._viewer is not None:
            self._viewer.close()
            self._viewer = None

    def _remember(self, now: int) -> None:
        """Add the ticks since the last picture to the past that is drawn; begin anew before it."""
        if now < self._known:
            self._history.clear()
            self._known = 0
        for tick in range(self._known + 1, now + 1):
            world = world_at(self._course.worlds, tick)
            self._history.record_tick(world)
            self._history.note_decision(world)
        self._known = now
