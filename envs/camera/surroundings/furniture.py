"""Posts along the road: white, every 50 m, with a reflector."""

from __future__ import annotations

import math
from typing import Final

from envs.camera.air import RETRO_GAIN, Air, light_at
from envs.camera.optics import Eye
from envs.camera.shapes.polygons import NONE, Canvas, Tint, stamp
from envs.camera.surroundings.strips import RAIL_LOW_M, RAIL_M
from envs.physics.compilation import compiled
from envs.specification import episode
from envs.specification.world import World

SPACING_M: Final = 50.0
"""Distance of posts: the German Leitpfosten, Hav (1998)."""

POST_M, POST_WIDTH_M = 1.0, 0.12
"""Height and width of a post (the same source)."""

BEYOND_M: Final = 0.95
"""From the edge of the drivable width to a post [A]."""

LEAST_PX: Final = 1.2
"""Posts of less height in the picture are not drawn."""

FOOT_M, FOOT_REACH_M = 4.0, 60.0
"""Distance of the rail's feet, and up to where they are drawn [A]."""


@compiled
def _sheet(
    canvas: Canvas,
    eye: Eye,
    place: tuple[float, float],
    size: tuple[float, float, float],
    tint: Tint,
) -> None:
    """Draw an upright sheet that faces the camera: place (right, depth), half width, lower and upper end."""
    scale = eye.focal / place[1]
    u, p = eye.middle + scale * place[0], canvas.points
    wide = scale * size[0]
    low, top = (
        eye.horizon + scale * (eye.height - size[1]),
        eye.horizon + scale * (eye.height - size[2]),
    )
    p[0, 0], p[0, 1], p[0, 2], p[0, 3] = u - wide, u + wide, u + wide, u - wide
    p[1, 0], p[1, 1], p[1, 2], p[1, 3] = low, low, top, top
    stamp(canvas, 4, tint, 1.0, NONE)


@compiled
def _seen(air: Air, grey: tuple[float, float, float], light: float, t: float) -> Tint:
    """A colour in this light and behind this much air."""
    return Tint(
        min(grey[0] * light, 255.0) * t + 255.0 * air.fog_r * (1.0 - t),
        min(grey[1] * light, 255.0) * t + 255.0 * air.fog_g * (1.0 - t),
        min(grey[2] * light, 255.0) * t + 255.0 * air.fog_b * (1.0 - t),
        0.0,
    )


@compiled
def _draw_post(canvas: Canvas, eye: Eye, air: Air, right: float, depth: float) -> None:
    """Draw one post with its black band and reflector."""
    t = math.exp(-air.extinction * depth)
    light = light_at(air, depth, right / depth, RETRO_GAIN)
    half = 0.5 * POST_WIDTH_M
    _sheet(
        canvas,
        eye,
        (right, depth),
        (half, 0.0, POST_M),
        _seen(air, (236.0, 236.0, 232.0), light, t),
    )
    if eye.focal / depth < 4.0 and not air.is_night:
        return
    _sheet(
        canvas,
        eye,
        (right, depth),
        (0.95 * half, 0.66, 0.86),
        _seen(air, (24.0, 24.0, 26.0), light, t),
    )
    bright = 1.0 if air.is_night else 0.8
    tint = _seen(air, (255.0, 250.0, 222.0), bright, t)
    _sheet(canvas, eye, (right, depth), (0.45 * half, 0.69, 0.83), tint)


@compiled
def draw_furniture(canvas: Canvas, eye: Eye, air: Air, world: World, in_detail: bool) -> None:
    """Draw the posts of the next 200 m and, in detail, the feet of the rails, far ones first."""
    left, right = world.episode_f[episode.LEFT_EDGE], world.episode_f[episode.RIGHT_EDGE]
    if in_detail:
        _draw_feet(canvas, eye, air, left - RAIL_M, right + RAIL_M)
    first = math.floor(eye.x / SPACING_M) * SPACING_M
    for k in range(4, -1, -1):
        for side in range(2):
            y = left - BEYOND_M if side == 0 else right + BEYOND_M
            dx, dy = first + SPACING_M * k - eye.x, y - eye.y
            depth = dx * eye.cos + dy * eye.sin
            if 1.5 < depth < eye.focal / LEAST_PX:
                _draw_post(canvas, eye, air, dy * eye.cos - dx * eye.sin, depth)


@compiled
def _draw_feet(canvas: Canvas, eye: Eye, air: Air, left: float, right: float) -> None:
    """Draw the feet of both rails."""
    first = math.floor(eye.x / FOOT_M) * FOOT_M
    for k in range(int(FOOT_REACH_M / FOOT_M), -1, -1):
        for side in range(2):
            dx, dy = first + FOOT_M * k - eye.x, (left if side == 0 else right) - eye.y
            depth = dx * eye.cos + dy * eye.sin
            if depth < 1.5:
                continue
            across = dy * eye.cos - dx * eye.sin
            t = math.exp(-air.extinction * depth)
            tint = _seen(air, (84.0, 87.0, 90.0), light_at(air, depth, across / depth, 1.0), t)
            _sheet(canvas, eye, (across, depth), (0.05, 0.0, RAIL_LOW_M), tint)
