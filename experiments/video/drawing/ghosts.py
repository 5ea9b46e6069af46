"""Draws ghosts: the paths that a policy imagined, as thin lines on the road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from policies.base import Option

ALPHA: Final = 110
"""Opacity of the paths that were not chosen, 0-255 [A]: judgement."""

CHOSEN_ALPHA: Final = 235

LEAST_M: Final = 1.0
"""Shorter lines are left out: the ego covers them."""


def draw_ghosts(
    surface: pygame.Surface,
    area: pygame.Rect,
    canvas: Canvas,
    options: Sequence[Option],
    origin_x_m: float,
) -> None:
    """Draw every imagined path, the chosen one last and brightest.

    Parameters
    ----------
    surface
        What is drawn on.
    area
        The part of the surface that shows the road; nothing is drawn beyond it.
    canvas
        Where the road lies within ``area``.
    options
        The options of the last decision, the chosen one first.
    origin_x_m
        Position of the ego at that decision, from which paths are measured.
    """
    if not options:
        return
    sheet = pygame.Surface(area.size, pygame.SRCALPHA)
    for k in reversed(range(len(options))):
        path = np.asarray(options[k].path, dtype=np.float64).reshape(-1, 2)
        if len(path) < 2 or np.ptp(path[:, 0]) < LEAST_M:
            continue
        points = [canvas.point(origin_x_m + ahead, y) for ahead, y in path.tolist()]
        colour = (*ink.AMBER, CHOSEN_ALPHA) if k == 0 else (*ink.GHOST, ALPHA)
        pygame.draw.lines(sheet, colour, False, points, 2 if k == 0 else 1)
        pygame.draw.circle(sheet, colour, points[-1], 4 if k == 0 else 3)
    surface.blit(sheet, area.topleft)
