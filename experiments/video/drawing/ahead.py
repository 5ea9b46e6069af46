"""Marks on the driver's view: names of objects with their distance, and the paths of imagined plans on the road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pygame
from numpy.typing import NDArray

from envs.camera import project
from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import SMALL, Tag, draw_tags
from envs.highway.picture import describe_object
from envs.specification import debris, episode, vehicle
from envs.specification.world import World
from experiments.video.drawing.lens import Lens
from experiments.video.drawing.lines import Pen
from policies.base import Option

NEAREST_M, FURTHEST_M = 3.5, 90.0
"""Marks stand on what is between these distances ahead of the ego's centre."""

STEP_M: Final = 1.0
"""Distance of the points of a drawn path."""

CHOSEN_ALPHA, ALPHA = 230, 90
"""Opacity of the chosen path and of the others, 0-255 [A]: judgement."""


def draw_names(pen: Pen, area: pygame.Rect, world: World, lens: Lens, names: Sequence[str]) -> None:
    """Write names of objects and their distance from the ego's front; the colour says whether the ego sees them."""
    tags = []
    for j, name in enumerate(names[: int(world.episode_i[episode.NUM_DEBRIS])]):
        d = world.debris_f[:, j]
        top = float(d[debris.Z] + d[debris.HEIGHT])
        place = (float(d[debris.X]), float(d[debris.Y]), top)
        u, v, depth = project(world, lens.camera, place, lens.view)
        ahead = depth + lens.view.ahead_m
        if NEAREST_M < ahead < FURTHEST_M:
            text, colour = describe_object(world, name, j)
            gap = max(ahead - 0.5 * float(world.vehicle_f[vehicle.LENGTH, 0]), 0.0)
            sheet = pen.letters.render(f"{text}, {gap:.0f} m", SMALL, colour)
            tags.append(Tag(sheet, (area.left + u, area.top + v), colour))
    draw_tags(pen.surface, tags, area)


def draw_paths(
    surface: pygame.Surface,
    area: pygame.Rect,
    world: World,
    lens: Lens,
    options: Sequence[Option],
    origin_x_m: float,
) -> None:
    """Draw every imagined path on the road, the chosen one, which is the first, last and brightest."""
    if not options:
        return
    sheet = pygame.Surface(area.size, pygame.SRCALPHA)
    for k in reversed(range(len(options))):
        path = np.asarray(options[k].path, dtype=np.float64).reshape(-1, 2)
        points = _visible(world, lens, path, origin_x_m)
        if len(points) >= 2:
            colour = (*ink.AMBER, CHOSEN_ALPHA) if k == 0 else (*ink.GHOST, ALPHA)
            pygame.draw.lines(sheet, colour, False, points, 3 if k == 0 else 1)
    surface.blit(sheet, area.topleft)


def _visible(
    world: World, lens: Lens, path: NDArray[np.float64], origin_x_m: float
) -> list[tuple[float, float]]:
    """The points of a path that are ahead, in px, close enough for a smooth line from the nearest visible place on."""
    if len(path) < 2:
        return []
    # in the course of a path the ego may stand still, but it never drives backwards
    steps = np.arange(path[0, 0], path[-1, 0], STEP_M)
    across = np.interp(steps, path[:, 0], path[:, 1])
    points = [
        project(world, lens.camera, (origin_x_m + ahead, y, 0.0), lens.view)
        for ahead, y in zip(steps.tolist(), across.tolist(), strict=True)
    ]
    near, far = NEAREST_M - lens.view.ahead_m, FURTHEST_M - lens.view.ahead_m
    return [(u, v) for u, v, depth in points if near < depth < far]
