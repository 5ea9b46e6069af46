"""The picture of the reference engine: highway-env's road and window, our drawings, read-out and close-up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

import numpy as np
import pygame
from highway_env.envs.common.graphics import EnvViewer
from highway_env.road.graphics import LaneGraphics, WorldSurface
from highway_env.road.road import Road

from envs.errors import UserError
from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import SMALL, Lettering, Tag, draw_tags
from envs.highway.drawing.objects import draw_icon
from envs.highway.drawing.panel import draw_panel, format_usd
from envs.highway.history import MARK_TICKS, History
from envs.highway.picture import (
    describe_object,
    draw_debris_and_vehicles,
    draw_intention,
    draw_visibility,
    item_of,
    readout_of,
)
from envs.highway.picture_settings import DRIVER, check_driver, check_value
from envs.specification import episode, vehicle
from envs.specification.world import Array, World

OVERSAMPLING: Final = 2
"""The road is drawn this much larger and scaled down: smooth edges at any angle."""

PANEL_PX: Final = 96
"""Height of the read-out."""

LENS_PX: Final = (320, PANEL_PX - 1)
"""Size of the close-up in the read-out's right end."""

LENS_SCALING: Final = 27.0
"""Pixels per metre of the close-up: 12 m of road; a tyre's width is 5 px."""

LENS_AHEAD_M: Final = 2.2
"""The close-up is centred this far ahead of the ego's centre."""

SMALLEST_HEIGHT_PX, SMALLEST_WIDTH_PX = 200, 900
"""Lower pictures have no read-out, narrower ones no close-up."""

POST_M: Final = 50.0
"""Posts on the verges stand this far apart, as on German motorways (RPS)."""

DISTANCES_M: Final = (25, 50, 75, 100)
"""Distances ahead of the ego written on the verge."""


class Drawable(Protocol):
    """Attributes of an environment that a viewer reads; ``DebrisEnv`` and the scene of a dream have them."""

    config: dict[str, Any]  # screen_width, screen_height, scaling, centering_position, ...
    world: World
    road: Road
    instance: Any  # a ScenarioInstance


class DebrisViewer(EnvViewer):
    """Draws a ``Drawable``; the camera follows the ego along the road.

    Parameters
    ----------
    env
        The environment or scene.
    history
        Its past, which the caller records.

    Raises
    ------
    UserError
        If ``SDL_VIDEODRIVER=dummy`` is set, with which highway-env returns black pictures, or if the size of the
        picture is not even, which videos need.
    """

    def __init__(self, env: Drawable, history: History) -> None:
        check_driver()
        for key in ("screen_width", "screen_height"):
            check_value(key, env.config[key])
        with _no_window_if(env.config["offscreen_rendering"]):
            super().__init__(env)
        self.history = history
        self.certainty: tuple[float, ...] = ()
        """Factor of the opacity of every object; empty = 1."""
        self.draw_below_text: Callable[[Canvas], None] | None = None
        """Draws more on the road, with nothing of the text covered."""
        self._letters = Lettering()
        width, height = self.sim_surface.get_size()
        self._panel_px = PANEL_PX if height >= SMALLEST_HEIGHT_PX else 0
        self._lens_px = LENS_PX[0] if self._panel_px and width >= SMALLEST_WIDTH_PX else 0
        self._scene = _large_surface((width, height - self._panel_px))
        # highway-env draws lanes a little too short on small surfaces: only the middle of this one is shown
        self._lens = _large_surface((2 * LENS_PX[0], LENS_PX[1]))

    def display(self) -> None:
        """Draw the present state, and show it if there is a window."""
        world, names = self.env.world, self.env.instance.debris_types
        self.history.note_decision(world)
        letters = self._letters
        letters.begin_frame()
        canvas = self._draw_scene(world, names)
        if self.draw_below_text is not None:
            self.draw_below_text(canvas)
        self._write_distances(world, letters)
        self._write_tags(canvas, world, names, letters)
        if self._panel_px:
            width, height = self.sim_surface.get_size()
            area = pygame.Rect(0, height - PANEL_PX, width - self._lens_px, PANEL_PX)
            readout = readout_of(world, self.env.instance, self.history)
            draw_panel(self.sim_surface, area, readout, letters)
        if self._lens_px:
            self._draw_lens(world, names, letters)
        if not self.offscreen:
            self.screen.blit(self.sim_surface, (0, 0))
            if self.config["real_time_rendering"]:
                self.clock.tick(self.config["simulation_frequency"])
            pygame.display.flip()

    def get_image(self) -> Array:
        """The picture, ``(height, width, 3)`` uint8.

        Raises
        ------
        UserError
            If it has one colour only: nothing was drawn.
        """
        width, height = self.sim_surface.get_size()
        # three times faster than copying by axes, as highway-env does
        pixels = pygame.image.tobytes(self.sim_surface, "RGB")
        frame = np.frombuffer(pixels, np.uint8).reshape(height, width, 3).copy()
        if frame.min() == frame.max():
            raise UserError(f"render: the picture is blank; check {DRIVER}")
        return frame

    def window_position(self) -> Array:
        """Centre of the picture: the ego along the road, across it the middle of the carriageway."""
        f = self.env.world.episode_f
        y = 0.5 * (f[episode.LEFT_EDGE] + f[episode.RIGHT_EDGE])
        return np.array([self.env.world.vehicle_f[vehicle.X, 0], y])

    def close(self) -> None:
        """Close the window, if there is one; other viewers of this process keep theirs."""
        if not self.offscreen:
            pygame.display.quit()

    def _draw_scene(self, world: World, names: tuple[str, ...]) -> Canvas:
        """The road with everything on it, scaled down onto the picture; returns the picture's canvas."""
        picture, scene = self.sim_surface, self._scene
        scene.scaling = OVERSAMPLING * picture.scaling
        scene.centering_position = picture.centering_position
        scene.move_display_window_to(self.window_position())
        canvas = _canvas_of(scene)
        self._draw_road(scene, world)
        draw_intention(canvas, world)
        draw_debris_and_vehicles(canvas, world, names, self.history, certainty=self.certainty)
        draw_visibility(canvas, world)
        size = picture.get_width(), picture.get_height() - self._panel_px
        picture.blit(pygame.transform.smoothscale(scene, size), (0, 0))
        return Canvas(picture, canvas.left_m, canvas.top_m, picture.scaling)

    def _draw_lens(self, world: World, names: tuple[str, ...], letters: Lettering) -> None:
        """Draw a half transparent close-up of the ego and of the objects below and near it."""
        lens, f = self._lens, world.vehicle_f
        lens.scaling = OVERSAMPLING * LENS_SCALING
        lens.centering_position = [0.5, 0.5]
        lens.move_display_window_to(
            np.array([f[vehicle.X, 0] + LENS_AHEAD_M, f[vehicle.Y, 0]], dtype=np.float64)
        )
        self._draw_road(lens, world)
        draw_debris_and_vehicles(
            _canvas_of(lens), world, names, self.history, ego_alpha=0.55, certainty=self.certainty
        )
        width, height = self.sim_surface.get_size()
        corner = (width - LENS_PX[0], height - LENS_PX[1])
        shown = pygame.Rect(0, 0, OVERSAMPLING * LENS_PX[0], lens.get_height())
        shown.center = lens.get_rect().center
        close_up = pygame.transform.smoothscale(lens.subsurface(shown), LENS_PX)
        self.sim_surface.blit(close_up, corner)
        frame = pygame.Rect(corner[0], height - PANEL_PX, LENS_PX[0], PANEL_PX)
        pygame.draw.rect(self.sim_surface, ink.TEXT_DIM, frame, 1)
        letters.write(self.sim_surface, "close-up", corner[0] + 6, corner[1] + 4, SMALL, ink.TEXT)

    def _draw_road(self, surface: WorldSurface, world: World) -> None:
        """Verges with posts, then highway-env's lanes."""
        surface.fill(ink.VERGE)
        network = self.env.road.network
        for lane in network.lanes_list():
            colour = ink.SHOULDER if lane.forbidden else ink.ASPHALT
            LaneGraphics.draw_ground(lane, surface, colour, 0.5 * lane.width)
        for lane in network.lanes_list():
            LaneGraphics.display(lane, surface)
        f = world.episode_f
        size = max(OVERSAMPLING, surface.pix(0.35))
        first = POST_M * np.floor(surface.origin[0] / POST_M)
        for x in np.arange(first, first + surface.get_width() / surface.scaling + POST_M, POST_M):
            for y in (f[episode.LEFT_EDGE] - 0.9, f[episode.RIGHT_EDGE] + 0.9):
                u, v = surface.pos2pix(x, y)
                pygame.draw.rect(surface, ink.POST, (u, v - size // 2, 2 * size, size))

    def _write_distances(self, world: World, letters: Lettering) -> None:
        """Distances ahead of the ego's front, along the lower edge of the road's picture."""
        picture = self.sim_surface
        v = world.vehicle_f
        front = v[vehicle.X, 0] + 0.5 * v[vehicle.LENGTH, 0]
        bottom = picture.get_height() - self._panel_px
        left_m = self._scene.origin[0]
        for distance in DISTANCES_M:
            x = round((front + distance - left_m) * picture.scaling)
            pygame.draw.line(picture, ink.POST, (x, bottom - 8), (x, bottom - 2))
            letters.write(picture, f"{distance} m", x + 4, bottom - 15, SMALL, ink.POST)

    def _write_tags(
        self, canvas: Canvas, world: World, names: tuple[str, ...], letters: Lettering
    ) -> None:
        """Names of objects and texts of contacts."""
        picture = self.sim_surface
        bounds = pygame.Rect(0, 0, picture.get_width(), picture.get_height() - self._panel_px)
        now = int(world.episode_i[episode.TICK])
        tags = []
        for mark in self.history.marks:
            # contacts come before names: earlier tags get the better places
            colour = ink.STRADDLED if mark.mode == "straddle" else ink.STRUCK
            text = f"{mark.mode}  {format_usd(mark.cost_usd)}"
            sheet = letters.render(text, SMALL, ink.TEXT).copy()
            sheet.set_alpha(round(255 * (1.0 - (now - 1 - mark.tick) / MARK_TICKS)))
            tags.append(Tag(sheet, canvas.point(mark.x_m, mark.y_m), colour))
        for j, name in enumerate(names):
            item = item_of(world, name, j)
            text, colour = describe_object(world, name, j)
            sheet = _join(draw_icon(item), letters.render(text, SMALL, colour))
            tags.append(Tag(sheet, canvas.point(item.x_m, item.y_m), colour))
        draw_tags(picture, tags, bounds)


def _join(left: pygame.Surface, right: pygame.Surface) -> pygame.Surface:
    """Two sheets side by side on a transparent one."""
    width = left.get_width() + 5 + right.get_width()
    height = max(left.get_height(), right.get_height())
    sheet = pygame.Surface((width, height), pygame.SRCALPHA)
    for part, x in ((left, 0), (right, left.get_width() + 5)):
        sheet.blit(part, (x, (height - part.get_height()) // 2))
    return sheet


def _large_surface(size: tuple[int, int]) -> WorldSurface:
    """A surface on which highway-env draws roads, larger than the part that is shown."""
    large = (OVERSAMPLING * size[0], OVERSAMPLING * size[1])
    return WorldSurface(large, 0, pygame.Surface(large))


def _canvas_of(surface: WorldSurface) -> Canvas:
    """The canvas of our own drawing for the same part of the road."""
    left, top = surface.origin
    return Canvas(surface, float(left), float(top), surface.scaling, OVERSAMPLING)


@contextmanager
def _no_window_if(is_offscreen: bool) -> Iterator[None]:
    """Prevent highway-env from opening a display when only pictures are wanted.

    The variable is put back and the display closed again, so that a window can still be opened later.
    """
    if not is_offscreen or pygame.display.get_init():
        yield
        return
    before = os.environ.get(DRIVER)
    os.environ[DRIVER] = "offscreen"
    try:
        yield
    finally:
        pygame.display.quit()
        if before is None:
            del os.environ[DRIVER]
        else:
            os.environ[DRIVER] = before
