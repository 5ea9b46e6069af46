"""Strips along the road: markings, rails and their shadows, each between two lines parallel to the road.

All lines parallel to the road meet in its vanishing point, so a strip's two borders are straight lines in the picture:
they are found once, and every row sees the strip as one span. What is narrower than a pixel covers a share of it, and
dashes are averaged over the depth that a row shows.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import HAZE_M, Air
from envs.camera.optics import Eye
from envs.camera.shapes.polygons import Canvas
from envs.physics.compilation import compiled, merged
from envs.specification import LANE_WIDTH_M, episode
from envs.specification.world import World

DASH_M, PERIOD_M = 6.0, 18.0
"""Painted length and period of lane markings: RAL, German motorways outside towns."""

LINE_M, EDGE_LINE_M = 0.15, 0.30
"""Width of a narrow and of a wide line (the same source)."""

EDGE_GAP_M: Final = 0.15
"""From the edge of the drivable width to the middle of the line along it [A]."""

RAIL_M: Final = 1.4
"""From the edge of the drivable width to the rail [A]."""

RAIL_LOW_M, RAIL_TOP_M = 0.48, 0.78
"""Lower and upper edge of a rail: a steel beam 0.31 m high with its top at 0.75 m, as is usual [A]."""

NIGHT_GAIN: Final = 1.5
"""How much brighter than the road markings are in the headlights: glass beads send light back [A]."""

MAX_STRIPS: Final = 32

(_Y0, _Z0, _Y1, _Z1, _R, _G, _B, _ALPHA, _SHINES, _DASHED, _FROM, _TO, _RATIO) = range(13)
NUM_COLUMNS: Final = 13
"""Borders (place across and height), colour, opacity, whether it sends light back, whether it is dashed; derived:
columns per row below the horizon of both borders, and distance of its middle over that of the road in the same row."""


class Sight(NamedTuple):
    """What one row of the picture sees of the road."""

    below: float  # rows below the horizon
    depth: float  # m
    half: float  # half the depth that the row covers, m
    clearness: float
    x: float  # place along the road on the camera's axis, m


@compiled
def sight_of(eye: Eye, air: Air, i: int) -> Sight:
    """What row ``i`` sees; haze does not grow beyond where the trees stand."""
    below = max(i + 0.5 - eye.horizon, 0.02)
    depth = eye.focal * eye.height / below
    clearness = math.exp(-air.extinction * min(depth, HAZE_M))
    half = 0.5 * min(depth / below, 200.0)
    return Sight(below, depth, half, clearness, eye.x + depth * eye.cos)


@compiled
def seen_through(
    air: Air, colour: tuple[float, float, float], light: float, t: float
) -> tuple[float, float, float]:
    """A colour in this light, seen through air of this clearness."""
    q, rest = light * t, 1.0 - t
    return (
        colour[0] * q + air.fog_r * rest,
        colour[1] * q + air.fog_g * rest,
        colour[2] * q + air.fog_b * rest,
    )


@compiled
def _add(
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
    row[_SHINES], row[_DASHED] = marks
    return n + 1


@compiled
def list_strips(world: World, eye: Eye, strips: NDArray[np.float64], in_detail: bool) -> int:
    """Fill the table of strips that lie over the asphalt, lowest first; returns their number."""
    lanes, shoulder = world.episode_i[episode.NUM_LANES], world.episode_i[episode.HAS_SHOULDER]
    left, right = world.episode_f[episode.LEFT_EDGE], world.episode_f[episode.RIGHT_EDGE]
    n = 0
    if in_detail:
        for k in range(lanes):
            for side in (-0.95, 0.95):
                y = LANE_WIDTH_M * k + side
                n = _add(
                    strips, n, (y - 0.36, 0.0, y + 0.36, 0.0), (0.27, 0.27, 0.28, 0.22), (0.0, 0.0)
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
        n = _add(strips, n, (y - wide, 0.0, y + wide, 0.0), (0.90, 0.90, 0.88, 0.94), (1.0, dashed))
    n = _add_rail(strips, n, left - RAIL_M, -0.12, in_detail)
    n = _add_rail(strips, n, right + RAIL_M, 0.12, in_detail)
    for k in range(n):
        _find_borders(eye, strips[k])
    return n


@compiled
def _add_rail(strips: NDArray[np.float64], n: int, y: float, out: float, in_detail: bool) -> int:
    """Add a rail: one band, or three of different light and a shadow on the grass; returns the number of strips."""
    low, top = RAIL_LOW_M, RAIL_TOP_M
    if not in_detail:
        return _add(strips, n, (y, low, y, top), (0.46, 0.48, 0.50, 1.0), (0.0, 0.0))
    third = (top - low) / 3.0
    n = _add(strips, n, (y - out, 0.0, y + 2.0 * out, 0.0), (0.08, 0.11, 0.06, 0.45), (0.0, 0.0))
    n = _add(strips, n, (y, low, y, low + third), (0.46, 0.48, 0.50, 1.0), (0.0, 0.0))
    n = _add(strips, n, (y, low + third, y, top - third), (0.34, 0.355, 0.37, 1.0), (0.0, 0.0))
    return _add(strips, n, (y, top - third, y, top), (0.60, 0.62, 0.64, 1.0), (0.0, 0.0))


@compiled
def border(eye: Eye, y: float, z: float) -> float:
    """Columns that a line along the road moves to the side per row below the horizon."""
    return (y - eye.y) / (eye.cos * (eye.height - z))


@compiled
def vanishing_column(eye: Eye) -> float:
    """Column of the road's vanishing point."""
    return eye.middle - eye.focal * eye.sin / eye.cos


@compiled
def _find_borders(eye: Eye, strip: NDArray[np.float64]) -> None:
    """Fill the derived columns of a strip."""
    a, b = border(eye, strip[_Y0], strip[_Z0]), border(eye, strip[_Y1], strip[_Z1])
    strip[_FROM], strip[_TO] = min(a, b), max(a, b)
    strip[_RATIO] = 1.0 - 0.5 * (strip[_Z0] + strip[_Z1]) / eye.height


@compiled
def fill(
    canvas: Canvas, a: float, b: float, colour: tuple[float, float, float], alpha: float
) -> None:
    """Lay a colour over columns ``a`` to ``b`` of the row in work, with exact coverage at both ends."""
    row = canvas.row
    width = row.shape[1]
    a, b = max(a, 0.0), min(b, float(width))
    if b <= a:
        return
    j0, j1 = int(a), int(b)
    r, g, bl = np.float32(colour[0]), np.float32(colour[1]), np.float32(colour[2])
    if j0 == j1:
        _mix(row, j0, r, g, bl, np.float32(alpha * (b - a)))
        return
    _mix(row, j0, r, g, bl, np.float32(alpha * (j0 + 1 - a)))
    if j1 < width:
        _mix(row, j1, r, g, bl, np.float32(alpha * (b - j1)))
    share = np.float32(alpha)
    rest = np.float32(1.0) - share
    r, g, bl = share * r, share * g, share * bl
    first, second, third = row[0, j0 + 1 : j1], row[1, j0 + 1 : j1], row[2, j0 + 1 : j1]
    for j in range(first.shape[0]):
        first[j] = rest * first[j] + r
        second[j] = rest * second[j] + g
        third[j] = rest * third[j] + bl


@merged
def _mix(
    row: NDArray[np.float32],
    j: int,
    r: np.float32,
    g: np.float32,
    b: np.float32,
    share: np.float32,
) -> None:
    """Lay a colour over a share of one pixel of the row in work."""
    row[0, j] += share * (r - row[0, j])
    row[1, j] += share * (g - row[1, j])
    row[2, j] += share * (b - row[2, j])


@compiled
def dash_share(x: float, half: float) -> float:
    """Share of the road from ``x - half`` to ``x + half`` that dashes paint."""
    a, b = (x - half) / PERIOD_M, (x + half) / PERIOD_M
    fa, fb = math.floor(a), math.floor(b)
    q = DASH_M / PERIOD_M
    painted = fb * q + min(b - fb, q) - fa * q - min(a - fa, q)
    return painted / max(b - a, 1e-9)


@compiled
def draw_strip(
    canvas: Canvas, eye: Eye, air: Air, strip: NDArray[np.float64], sight: Sight
) -> None:
    """Lay one strip over the row in work."""
    if strip[_RATIO] <= 0.05:
        return  # above the camera or hardly below it
    middle = vanishing_column(eye)
    a, b = middle + strip[_FROM] * sight.below, middle + strip[_TO] * sight.below
    alpha = strip[_ALPHA]
    # within one row both borders move sideways: a narrow strip is spread over that way
    slope, wide = abs(0.5 * (strip[_FROM] + strip[_TO])), b - a
    if slope > wide:
        alpha *= wide / slope
        a, b = 0.5 * (a + b - slope), 0.5 * (a + b + slope)
    if b <= 0.0 or a >= canvas.row.shape[1]:
        return
    t = sight.clearness
    if strip[_RATIO] != 1.0:
        t = math.exp(-air.extinction * min(sight.depth * strip[_RATIO], HAZE_M))
    if strip[_DASHED] > 0.0:
        side = (0.5 * (a + b) - eye.middle) * sight.depth / eye.focal
        alpha *= dash_share(sight.x - side * eye.sin, sight.half)
        if alpha < 0.002:
            return
    light = air.ambient
    if air.is_night and strip[_SHINES] > 0.0:
        light *= NIGHT_GAIN
    fill(canvas, a, b, seen_through(air, (strip[_R], strip[_G], strip[_B]), light, t), alpha)
