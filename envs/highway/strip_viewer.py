"""A viewer that draws the road once for many pictures."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pygame
from highway_env.road.graphics import WorldSurface

from envs.highway.history import History
from envs.highway.rendering import DebrisViewer, Drawable
from envs.specification import episode
from envs.specification.world import World

STRIP_PX: Final = 2400
"""How far a strip reaches beyond what is shown. Strips begin at its multiples: no picture depends on those before."""


class StripViewer(DebrisViewer):
    """Draws straight roads faster: a strip of road, edges and posts is copied until the ego has left it."""

    def __init__(self, env: Drawable, history: History) -> None:
        super().__init__(env, history)
        self._strips: dict[int, WorldSurface] = {}  # by the width of what they are for

    def begin_episode(self) -> None:
        """Clear the strips of the last episode."""
        self._strips.clear()

    def _draw_road(self, surface: WorldSurface, world: World) -> None:
        """Copy the piece of a strip that the surface shows."""
        length_m = STRIP_PX / surface.scaling
        left = length_m * math.floor(surface.origin[0] / length_m)
        strip = self._strips.get(surface.get_width())
        if strip is None or strip.origin[0] != left:
            strip = _empty_strip(surface, left, world)
            super()._draw_road(strip, world)
            self._strips[surface.get_width()] = strip
        offset = (
            surface.pix(surface.origin[0] - left),
            surface.pix(surface.origin[1] - strip.origin[1]),
        )
        surface.blit(strip, (0, 0), pygame.Rect(offset, surface.get_size()))


def _empty_strip(surface: WorldSurface, left_m: float, world: World) -> WorldSurface:
    """Where a strip from ``left_m`` will be drawn."""
    edges, height_m = world.episode_f, surface.get_height() / surface.scaling
    top_m, bottom_m = float(surface.origin[1]), float(surface.origin[1]) + height_m
    if bottom_m - top_m < edges[episode.RIGHT_EDGE] - edges[episode.LEFT_EDGE]:
        # the close-up follows the ego across the road
        top_m = float(edges[episode.LEFT_EDGE]) - 0.5 * height_m
        bottom_m = float(edges[episode.RIGHT_EDGE]) + 0.5 * height_m
    size = (surface.get_width() + STRIP_PX + 1, surface.pix(bottom_m - top_m) + 1)
    strip = WorldSurface(size, 0, pygame.Surface(size))
    strip.scaling, strip.origin = surface.scaling, np.array([left_m, top_m])
    return strip
