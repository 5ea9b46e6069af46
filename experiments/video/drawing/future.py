"""Draws the imagined future: one ghost per second of every vehicle and object, fainter where the members disagree."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pygame
from numpy.typing import NDArray

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import SMALL
from envs.highway.drawing.palette import Colour
from envs.specification import DECISION_HZ
from experiments.video.drawing.lines import Pen
from policies.base import Foresight

Array = NDArray[np.float64]

EVERY_S: Final = 1.0
"""Ghosts stand this far apart in time: more would cover each other."""

LENGTH_M, WIDTH_M = 4.5, 1.8
"""Size of the ghosts of the ego and of all vehicles: that of the ego."""

OBJECT_M: Final = 0.9
"""Size of the ghosts of objects."""

HALF_SURE_M: Final = 1.0
"""Spread of the members that halves the opacity [A]."""

BRIGHTEST, FAINTEST = 200, 22
"""Opacity, 0-255."""


def find_opacity(positions: Array) -> NDArray[np.int64]:
    """Opacity of ghosts at positions ``(M, ..., 2)`` by member, m, with NaN for empty slots.

    ``(...)`` 0 to 255: ``BRIGHTEST`` where all members agree, half of it where they spread by ``HALF_SURE_M``, 0 for an
    empty slot.
    """
    there = np.isfinite(positions).all(axis=(0, -1))
    spread = np.sqrt(np.where(there, positions.var(axis=0).sum(axis=-1), 0.0))
    opacity = np.maximum(BRIGHTEST / (1.0 + spread / HALF_SURE_M), FAINTEST)
    return np.where(there, np.round(opacity), 0).astype(np.int64)


def draw_future(
    pen: Pen, area: pygame.Rect, canvas: Canvas, future: Foresight, origin_x_m: float
) -> None:
    """Draw the ego, the vehicles and the objects of the chosen plan every second, the latest first.

    Parameters
    ----------
    pen
        Its surface is drawn on.
    area
        The part of the surface that shows the road.
    canvas
        Where the road lies within ``area``.
    future
        The future of the chosen plan.
    origin_x_m
        Position of the ego when it imagined the future.
    """
    sheet = pygame.Surface(area.size, pygame.SRCALPHA)
    step = round(EVERY_S * DECISION_HZ)
    moments = range(step - 1, future.ego.shape[1], step)
    for t in reversed(moments):
        for slot in range(future.vehicles.shape[2]):
            _ghost(sheet, canvas, future.vehicles[:, t, slot], origin_x_m, ink.GHOST)
        for slot in range(future.objects.shape[2]):
            _ghost(sheet, canvas, future.objects[:, t, slot], origin_x_m, ink.STRUCK, OBJECT_M)
        _ghost(sheet, canvas, future.ego[:, t], origin_x_m, ink.AMBER)
        ahead, y = future.ego[:, t].mean(axis=0).tolist()
        u, v = canvas.point(origin_x_m + ahead, y - 0.5 * WIDTH_M)
        text = f"{(t + 1) / DECISION_HZ:.0f} s"
        pen.letters.write(sheet, text, round(u) - 7, round(v) - 14, SMALL, ink.AMBER)
    pen.surface.blit(sheet, area.topleft)


def _ghost(
    sheet: pygame.Surface,
    canvas: Canvas,
    positions: Array,
    origin_x_m: float,
    colour: Colour,
    size_m: float | None = None,
) -> None:
    """One ghost at the mean of the members' positions."""
    opacity = int(find_opacity(positions))
    if not opacity:
        return
    ahead, y = positions.mean(axis=0).tolist()
    if not math.isfinite(ahead + y):
        return
    length, width = (LENGTH_M, WIDTH_M) if size_m is None else (size_m, size_m)
    left, top = canvas.point(origin_x_m + ahead - 0.5 * length, y - 0.5 * width)
    box = pygame.Rect(
        round(left), round(top), round(length * canvas.scaling), round(width * canvas.scaling)
    )
    if box.colliderect(sheet.get_rect()):
        pygame.draw.rect(sheet, (*colour, opacity // 3), box, border_radius=3)
        pygame.draw.rect(sheet, (*colour, opacity), box, width=2, border_radius=3)
