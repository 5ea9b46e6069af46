"""Marks on the driver's view: names of objects with their distance, and the paths of imagined plans on the road."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pygame
from numpy.typing import NDArray

from envs.camera import Camera
from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import SMALL, Tag, draw_tags
from envs.highway.picture import describe_object
from envs.sensing.sight import CAMERA_AHEAD_M, CAMERA_HEIGHT_M
from envs.specification import debris, episode, vehicle
from envs.specification.world import World
from experiments.video.drawing.lines import Pen
from policies.base import Option

NEAREST_M, FURTHEST_M = 3.0, 90.0
"""Marks stand on what is between these distances ahead of the camera."""

STEP_M: Final = 1.0
"""Distance of the points of a drawn path."""

CHOSEN_ALPHA, ALPHA = 230, 90
"""Opacity of the chosen path and of the others, 0-255 [A]: judgement."""


def project(
    world: World, camera: Camera, x_m: float, y_m: float, up_m: float
) -> tuple[float, float, float]:
    """Column and row, px, and depth, m, of a place on the road; columns and rows mean nothing at depths <= 0."""
    f = world.vehicle_f[:, 0]
    cos, sin = math.cos(f[vehicle.HEADING]), math.sin(f[vehicle.HEADING])
    dx, dy = x_m - float(f[vehicle.X]), y_m - float(f[vehicle.Y])
    depth = cos * dx + sin * dy - CAMERA_AHEAD_M
    right = cos * dy - sin * dx
    safe = max(depth, 1e-6)
    column = 0.5 * camera.width + camera.focal_px * right / safe
    row = camera.horizon * camera.height + camera.focal_px * (CAMERA_HEIGHT_M - up_m) / safe
    return column, row, depth


def draw_names(
    pen: Pen, area: pygame.Rect, world: World, camera: Camera, names: Sequence[str]
) -> None:
    """Write names and distances of the objects ahead; the colour says whether the ego sees them."""
    tags = []
    for j, name in enumerate(names[: int(world.episode_i[episode.NUM_DEBRIS])]):
        d = world.debris_f[:, j]
        top = float(d[debris.Z] + d[debris.HEIGHT])
        u, v, depth = project(world, camera, float(d[debris.X]), float(d[debris.Y]), top)
        if NEAREST_M < depth < FURTHEST_M:
            text, colour = describe_object(world, name, j)
            sheet = pen.letters.render(f"{text}, {depth:.0f} m", SMALL, colour)
            tags.append(Tag(sheet, (area.left + u, area.top + v), colour))
    draw_tags(pen.surface, tags, area)


def draw_paths(
    surface: pygame.Surface,
    area: pygame.Rect,
    world: World,
    camera: Camera,
    options: Sequence[Option],
    origin_x_m: float,
) -> None:
    """Draw every imagined path on the road, the chosen one, which is the first, last and brightest."""
    if not options:
        return
    sheet = pygame.Surface(area.size, pygame.SRCALPHA)
    for k in reversed(range(len(options))):
        path = np.asarray(options[k].path, dtype=np.float64).reshape(-1, 2)
        points = _visible(world, camera, path, origin_x_m)
        if len(points) >= 2:
            colour = (*ink.AMBER, CHOSEN_ALPHA) if k == 0 else (*ink.GHOST, ALPHA)
            pygame.draw.lines(sheet, colour, False, points, 3 if k == 0 else 1)
    surface.blit(sheet, area.topleft)


def _visible(
    world: World, camera: Camera, path: NDArray[np.float64], origin_x_m: float
) -> list[tuple[float, float]]:
    """The points of a path that are ahead, in px, close enough for a smooth line from the nearest visible place on."""
    if len(path) < 2:
        return []
    # in the course of a path the ego may stand still, but it never drives backwards
    steps = np.arange(path[0, 0], path[-1, 0], STEP_M)
    across = np.interp(steps, path[:, 0], path[:, 1])
    points = [
        project(world, camera, origin_x_m + ahead, y, 0.0)
        for ahead, y in zip(steps.tolist(), across.tolist(), strict=True)
    ]
    return [(u, v) for u, v, depth in points if NEAREST_M < depth < FURTHEST_M]
