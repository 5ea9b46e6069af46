"""What lies on the plane of the road: asphalt, hard shoulder and verge, row by row, and the strips over them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import BEAM_GAIN, BEAM_M, BEAM_SPREAD, Air
from envs.camera.optics import Eye
from envs.camera.shapes.polygons import Canvas
from envs.camera.surroundings.sky import emit_row
from envs.camera.surroundings.strips import (
    Sight,
    border,
    draw_strip,
    fill,
    list_strips,
    seen_through,
    sight_of,
    vanishing_column,
)
from envs.camera.texture import pattern, ripple
from envs.physics.compilation import compiled
from envs.specification import LANE_WIDTH_M, episode
from envs.specification.world import World

VERGE_M: Final = 0.6
"""Paved width beyond the drivable one [A]."""

DRY, WET = 0.34, 0.19
"""Brightness of asphalt [A]."""

MIRROR_ROWS: Final = 0.04
"""Rows below the horizon, as a share of the focal length, within which a wet road mirrors the sky [A]."""


class Road(NamedTuple):
    """Borders of one picture's road: where they are, and columns that they move aside per row below the horizon."""

    has_shoulder: bool
    left_m: float
    right_m: float
    left: float
    right: float
    edge: float
    shoulder: float


@compiled
def _road_of(world: World, eye: Eye) -> Road:
    """Borders of the paved width and of the hard shoulder."""
    left, right = world.episode_f[episode.LEFT_EDGE], world.episode_f[episode.RIGHT_EDGE]
    return Road(
        world.episode_i[episode.HAS_SHOULDER] == 1,
        left - VERGE_M,
        right + VERGE_M,
        border(eye, left - VERGE_M, 0.0),
        border(eye, right + VERGE_M, 0.0),
        border(eye, right, 0.0),
        border(eye, right - LANE_WIDTH_M, 0.0),
    )


@compiled
def draw_ground(
    canvas: Canvas,
    eye: Eye,
    air: Air,
    world: World,
    tools: tuple[NDArray[np.float64], NDArray[np.float32], bool],
) -> None:
    """Draw everything below the horizon; ``tools`` are a table for strips, the sheet of noise and whether in detail."""
    strips, noise, in_detail = tools
    n = list_strips(world, eye, strips, in_detail)
    road = _road_of(world, eye)
    height = canvas.picture.shape[0]
    if air.is_night:
        _find_beam(canvas, eye)
    for i in range(min(max(math.ceil(eye.horizon), 0), height), height):
        sight = sight_of(eye, air, i)
        _draw_surface(canvas, eye, air, road, sight)
        if in_detail:
            _add_grain(canvas, eye, road, noise, sight)
        for k in range(n):
            draw_strip(canvas, eye, air, strips[k], sight)
        if air.is_night:
            _light_row(canvas, air, sight.depth)
        emit_row(canvas, i)


@compiled
def _tone(x: float, scale: float, foot: float, key: int) -> float:
    """Noise along the road at this scale (m), averaged over the depth ``foot`` that a row covers."""
    share = min(scale / foot, 1.0)
    return ripple(x / scale, key) * share if share > 0.03 else 0.0


@compiled
def _draw_surface(canvas: Canvas, eye: Eye, air: Air, road: Road, sight: Sight) -> None:
    """Fill the row in work with asphalt, hard shoulder and verge; their tone changes along the road."""
    x, t, below = sight.x, sight.clearness, sight.below
    foot = 2.0 * sight.half + 0.1
    tone = 0.045 * _tone(x, 9.0, foot, 3) + 0.03 * _tone(x, 1.7, foot, 4)
    base = DRY + tone
    asphalt = (base, 1.005 * base, 1.03 * base)
    if air.is_wet:
        share = 0.14 + 0.5 * math.exp(-below / (MIRROR_ROWS * eye.focal))
        base, sky = (WET + 0.5 * tone) * (1.0 - share), share / max(air.ambient, 0.3)
        asphalt = (base + air.fog_r * sky, base + air.fog_g * sky, 1.04 * base + air.fog_b * sky)
    light = air.ambient
    row = canvas.row
    r, g, b = seen_through(air, asphalt, light, t)
    row[0, :], row[1, :], row[2, :] = np.float32(r), np.float32(g), np.float32(b)
    middle = vanishing_column(eye)
    if road.has_shoulder:
        pale = seen_through(air, asphalt, 1.1 * light, t)
        fill(canvas, middle + road.shoulder * below, middle + road.edge * below, pale, 1.0)
    q = light * (1.0 + 0.16 * _tone(x, 5.0, foot, 8)) * (0.82 if air.is_wet else 1.0)
    grass = seen_through(air, (0.29, 0.37, 0.19), q, t)
    fill(canvas, -1.0, middle + road.left * below, grass, 1.0)
    fill(canvas, middle + road.right * below, row.shape[1] + 1.0, grass, 1.0)


@compiled
def _add_grain(
    canvas: Canvas, eye: Eye, road: Road, noise: NDArray[np.float32], sight: Sight
) -> None:
    """Lay grain over asphalt and grass, as far as the row can resolve it."""
    clear = sight.clearness * sight.clearness
    fine, coarse = min(0.10 / sight.half, 1.0) * clear, min(2.5 / sight.half, 1.0) * clear
    row = canvas.row
    step = sight.depth / eye.focal
    for j in range(row.shape[1]):
        side = (j + 0.5 - eye.middle) * step
        x = sight.x - side * eye.sin
        y = eye.y + sight.depth * eye.sin + side * eye.cos
        if road.left_m < y < road.right_m:
            q = 0.020 * coarse * pattern(noise, 2.3 * x, 5.1 * y)
            if fine > 0.02:
                q += 0.045 * fine * pattern(noise, 29.0 * x, 37.0 * y)
        else:
            q = 0.07 * coarse * pattern(noise, 1.1 * x, 2.3 * y)
            if fine > 0.02:
                q += 0.16 * fine * pattern(noise, 13.0 * x, 17.0 * y)
        scale = np.float32(1.0 + min(max(q, -0.6), 0.6))
        row[0, j] *= scale
        row[1, j] *= scale
        row[2, j] *= scale


@compiled
def _find_beam(canvas: Canvas, eye: Eye) -> None:
    """Strength of the dipped beam in every column."""
    beam = canvas.columns[0]
    for j in range(beam.shape[0]):
        u = (j + 0.5 - eye.middle) / eye.focal
        beam[j] = np.float32(math.exp(-u * u / BEAM_SPREAD))


@compiled
def _light_row(canvas: Canvas, air: Air, depth: float) -> None:
    """Add the dipped beam to the row in work."""
    row, beam = canvas.row, canvas.columns[0]
    gain = np.float32(BEAM_GAIN * math.exp(-depth / BEAM_M) / air.ambient)
    one, warm = np.float32(1.0), np.float32(0.94)
    for j in range(row.shape[1]):
        q = one + gain * beam[j]
        row[0, j] *= q
        row[1, j] *= q
        row[2, j] *= q * warm
