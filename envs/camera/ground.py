"""What lies on the plane of the road: asphalt, verge, markings and rails, row by row.

Everything long is a strip between two lines parallel to the road, each at its own height. A row of the picture sees each
strip as one span; what is narrower than a pixel covers a share of it, and dashes are averaged over the depth of the row.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import RETRO_GAIN, Air
from envs.camera.optics import Eye
from envs.camera.shapes import Canvas
from envs.camera.sky import emit_row
from envs.camera.texture import pattern, ripple
from envs.physics.compilation import compiled
from envs.specification import LANE_WIDTH_M, episode
from envs.specification.world import World

DASH_M, PERIOD_M = 6.0, 18.0
"""Painted length and period of lane markings: RAL, German motorways outside towns."""

LINE_M, EDGE_LINE_M = 0.15, 0.30
"""Width of a narrow and of a wide line (the same source)."""

EDGE_GAP_M: Final = 0.15
"""From the edge of the paved width to the middle of the line along it [A]."""

VERGE_M: Final = 0.6
"""Paved width beyond the drivable one [A]."""

RAIL_M: Final = 1.4
"""From the edge of the drivable width to the rail [A]."""

RAIL_LOW_M, RAIL_TOP_M = 0.48, 0.78
"""Lower and upper edge of a steel rail: a W beam is 0.31 m high, its top at 0.75 m (EN 1317 systems)."""

MAX_STRIPS: Final = 32

# columns of the table of strips
(_Y0, _Z0, _Y1, _Z1, _R, _G, _B, _ALPHA, _RETRO, _DASHED) = range(10)
NUM_COLUMNS: Final = 10


class Road(NamedTuple):
    """Constants of one picture's road."""

    is_shoulder: bool
    left: float
    right: float
    in_detail: bool


@compiled
def _strip(
    strips: NDArray[np.float64],
    n: int,
    place: tuple[float, float, float, float],
    look: tuple[float, float, float, float],
    marks: tuple[float, float],
) -> int:
    """Write one strip; returns the number of strips."""
    row = strips[n]
    row[_Y0], row[_Z0], row[_Y1], row[_Z1] = place
    row[_R], row[_G], row[_B], row[_ALPHA] = look
    row[_RETRO], row[_DASHED] = marks
    return n + 1


@compiled
def list_strips(world: World, strips: NDArray[np.float64], in_detail: bool) -> int:
    """Fill the table of strips that lie over the asphalt, lowest first; returns their number."""
    left, right = world.episode_f[episode.LEFT_EDGE], world.episode_f[episode.RIGHT_EDGE]
    lanes, shoulder = world.episode_i[episode.NUM_LANES], world.episode_i[episode.HAS_SHOULDER]
    n = 0
    if in_detail:
        for k in range(lanes):
            for side in (-0.95, 0.95):
                y = LANE_WIDTH_M * k + side
                n = _strip(
                    strips, n, (y - 0.36, 0.0, y + 0.36, 0.0), (0.27, 0.27, 0.28, 0.22), (1.0, 0.0)
                )
    last = lanes + shoulder
    for k in range(last + 1):
        y, wide, dashed = LANE_WIDTH_M * (k - 0.5), 0.5 * LINE_M, 0.0
        if k == 0:
            y = left + EDGE_GAP_M
        elif k == last:
            y = right - EDGE_GAP_M
        elif k == lanes:
            wide = 0.5 * EDGE_LINE_M
        else:
            dashed = 1.0
        n = _strip(
            strips,
            n,
            (y - wide, 0.0, y + wide, 0.0),
            (0.90, 0.90, 0.88, 0.94),
            (RETRO_GAIN, dashed),
        )
    for side in range(2):
        y = left - RAIL_M if side == 0 else right + RAIL_M
        out = -0.12 if side == 0 else 0.12
        low, top = RAIL_LOW_M, RAIL_TOP_M
        third = (top - low) / 3.0
        n = _strip(
            strips, n, (y - out, 0.0, y + 2.0 * out, 0.0), (0.08, 0.11, 0.06, 0.45), (1.0, 0.0)
        )
        n = _strip(strips, n, (y, low, y, low + third), (0.46, 0.48, 0.50, 1.0), (1.0, 0.0))
        n = _strip(
            strips, n, (y, low + third, y, top - third), (0.34, 0.355, 0.37, 1.0), (1.0, 0.0)
        )
        n = _strip(strips, n, (y, top - third, y, top), (0.60, 0.62, 0.64, 1.0), (1.0, 0.0))
    return n


@compiled
def _fill(
    canvas: Canvas, a: float, b: float, colour: tuple[float, float, float], alpha: float
) -> None:
    """Lay a colour over columns ``a`` to ``b`` of the row in work, with exact coverage at both ends."""
    row = canvas.row
    width = row.shape[1]
    a, b = max(a, 0.0), min(b, float(width))
    if b <= a:
        return
    j0, j1 = int(a), min(int(b), width - 1)
    r, g, bl = np.float32(colour[0]), np.float32(colour[1]), np.float32(colour[2])
    for j in range(j0, j1 + 1):
        share = np.float32(alpha * (min(b, j + 1.0) - max(a, float(j))))
        row[0, j] += share * (r - row[0, j])
        row[1, j] += share * (g - row[1, j])
        row[2, j] += share * (bl - row[2, j])


@compiled
def dash_share(x: float, half: float) -> float:
    """Share of the road from ``x - half`` to ``x + half`` that dashes paint."""
    a, b = (x - half) / PERIOD_M, (x + half) / PERIOD_M
    fa, fb = math.floor(a), math.floor(b)
    q = DASH_M / PERIOD_M
    painted = fb * q + min(b - fb, q) - fa * q - min(a - fa, q)
    return painted / max(b - a, 1e-9)


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
    n = list_strips(world, strips, in_detail)
    road = Road(
        world.episode_i[episode.HAS_SHOULDER] == 1,
        world.episode_f[episode.LEFT_EDGE],
        world.episode_f[episode.RIGHT_EDGE],
        in_detail,
    )
    height = canvas.picture.shape[0]
    _find_beam(canvas, eye)
    for i in range(min(max(math.ceil(eye.horizon), 0), height), height):
        v = max(i + 0.5 - eye.horizon, 0.02)
        depth = eye.focal * eye.height / v
        half = 0.5 * min(depth / v, 200.0)
        _draw_surface(canvas, eye, air, road, (v, depth, half))
        if in_detail:
            _add_grain(canvas, eye, air, road, noise, (v, depth, half))
        for k in range(n):
            _draw_strip(canvas, eye, air, strips[k], (v, half))
        if air.is_night:
            _light_row(canvas, air, depth)
        emit_row(canvas, i)


@compiled
def _column(eye: Eye, y: float, depth: float) -> float:
    """Column in which a line along the road at ``y`` is seen at this depth."""
    return eye.middle + eye.focal * (y - eye.y - depth * eye.sin) / (eye.cos * depth)


@compiled
def _draw_surface(
    canvas: Canvas, eye: Eye, air: Air, road: Road, view: tuple[float, float, float]
) -> None:
    """Fill the row in work with asphalt, hard shoulder and verge; their tone changes along the road."""
    v, depth, half = view
    x = eye.x + depth * eye.cos
    foot = 2.0 * half + 0.1
    t = math.exp(-air.extinction * depth)
    tone = 0.045 * ripple(x / 9.0, 3) * min(9.0 / foot, 1.0) + 0.03 * ripple(x / 1.7, 4) * min(
        1.7 / foot, 1.0
    )
    base = 0.34 + tone
    r, g, b = base, 1.005 * base, 1.03 * base
    if air.is_wet:
        base = 0.19 + 0.5 * tone
        m = 0.14 + 0.5 * math.exp(-v / (0.10 * eye.focal * 0.4))
        s = m / max(air.ambient, 0.3)
        r, g, b = (
            base * (1.0 - m) + air.fog_r * s,
            base * (1.0 - m) + air.fog_g * s,
            1.04 * base * (1.0 - m) + air.fog_b * s,
        )
    light = air.ambient
    row = canvas.row
    row[0, :] = np.float32(r * light * t + air.fog_r * (1.0 - t))
    row[1, :] = np.float32(g * light * t + air.fog_g * (1.0 - t))
    row[2, :] = np.float32(b * light * t + air.fog_b * (1.0 - t))
    width = float(row.shape[1])
    right = _column(eye, road.right, depth)
    if road.is_shoulder:
        q = 1.10 * light * t
        pale = (
            r * q + air.fog_r * (1.0 - t),
            g * q + air.fog_g * (1.0 - t),
            b * q + air.fog_b * (1.0 - t),
        )
        _fill(canvas, _column(eye, road.right - LANE_WIDTH_M, depth), right, pale, 1.0)
    q = (
        (1.0 + 0.16 * ripple(x / 5.0, 8) * min(5.0 / foot, 1.0))
        * light
        * t
        * (0.82 if air.is_wet else 1.0)
    )
    grass = (
        0.29 * q + air.fog_r * (1.0 - t),
        0.37 * q + air.fog_g * (1.0 - t),
        0.19 * q + air.fog_b * (1.0 - t),
    )
    _fill(canvas, -1.0, _column(eye, road.left - VERGE_M, depth), grass, 1.0)
    _fill(canvas, _column(eye, road.right + VERGE_M, depth), width + 1.0, grass, 1.0)


@compiled
def _add_grain(
    canvas: Canvas,
    eye: Eye,
    air: Air,
    road: Road,
    noise: NDArray[np.float32],
    view: tuple[float, float, float],
) -> None:
    """Lay grain over asphalt and grass, as far as the row can resolve it."""
    _, depth, half = view
    t = math.exp(-air.extinction * depth)
    clear = t * t
    fine, coarse = min(0.10 / half, 1.0) * clear, min(2.5 / half, 1.0) * clear
    row = canvas.row
    step = depth / eye.focal
    for j in range(row.shape[1]):
        side = (j + 0.5 - eye.middle) * step
        x = eye.x + depth * eye.cos - side * eye.sin
        y = eye.y + depth * eye.sin + side * eye.cos
        if road.left - VERGE_M < y < road.right + VERGE_M:
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
def _draw_strip(
    canvas: Canvas, eye: Eye, air: Air, strip: NDArray[np.float64], view: tuple[float, float]
) -> None:
    """Lay one strip over the row in work."""
    v, half = view
    z = 0.5 * (strip[_Z0] + strip[_Z1])
    if eye.height - max(strip[_Z0], strip[_Z1]) <= 0.05:
        return
    d0 = eye.focal * (eye.height - strip[_Z0]) / v
    d1 = eye.focal * (eye.height - strip[_Z1]) / v
    a, b = _column(eye, strip[_Y0], d0), _column(eye, strip[_Y1], d1)
    if a > b:
        a, b = b, a
    # within one row both edges move sideways: a narrow strip is spread over that way
    slope = abs(0.5 * (a + b) - eye.middle + eye.focal * eye.sin / eye.cos) / v
    alpha = strip[_ALPHA]
    wide = b - a
    if slope > wide:
        alpha *= wide / slope
        a, b = 0.5 * (a + b - slope), 0.5 * (a + b + slope)
    if b <= 0.0 or a >= canvas.row.shape[1]:
        return
    depth = eye.focal * (eye.height - z) / v
    if strip[_DASHED] > 0.0:
        side = (0.5 * (a + b) - eye.middle) * depth / eye.focal
        alpha *= dash_share(eye.x + depth * eye.cos - side * eye.sin, half)
    if alpha < 0.002:
        return
    t = math.exp(-air.extinction * depth)
    light = air.ambient
    if air.is_night and strip[_RETRO] > 1.0:
        light *= 1.5
    q = light * t
    colour = (
        strip[_R] * q + air.fog_r * (1.0 - t),
        strip[_G] * q + air.fog_g * (1.0 - t),
        strip[_B] * q + air.fog_b * (1.0 - t),
    )
    _fill(canvas, a, b, colour, alpha)


@compiled
def _find_beam(canvas: Canvas, eye: Eye) -> None:
    """Strength of the dipped beam in every column."""
    from_middle = canvas.columns[0]
    for j in range(from_middle.shape[0]):
        u = (j + 0.5 - eye.middle) / eye.focal
        from_middle[j] = np.float32(math.exp(-u * u / 0.16))


@compiled
def _light_row(canvas: Canvas, air: Air, depth: float) -> None:
    """Add the dipped beam to the row in work."""
    row, beam = canvas.row, canvas.columns[0]
    gain = np.float32(1.15 * math.exp(-depth / 40.0) / air.ambient)
    one, warm = np.float32(1.0), np.float32(0.94)
    for j in range(row.shape[1]):
        q = one + gain * beam[j]
        row[0, j] *= q
        row[1, j] *= q
        row[2, j] *= q * warm
