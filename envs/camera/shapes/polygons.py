"""Filling of polygons with exact coverage: no sample is taken, areas are computed.

Every edge of a polygon adds the signed area between itself and the right border of the picture; a running sum along
each row turns that into the share of every pixel that is covered. Faces of one convex body are added up, colour times
coverage, and laid over the picture once: neighbouring faces leave no seam.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled, merged

MAX_POINTS: Final = 64
"""Points of a polygon."""

NONE, VEHICLE, OBJECT = -1, 0, 1
"""Which mask a body fills."""

_LEAST = np.float32(1e-4)
_ONE, _FULL, _HALF = np.float32(1.0), np.float32(0.9995), np.float32(0.5)
_GREY = np.float32(255.0)


class Canvas(NamedTuple):
    """One picture and what is needed to draw it."""

    picture: NDArray[np.uint8]  # (H, W, 3)
    masks: NDArray[np.uint8]  # (2, H, W), or (2, 0, 0)
    paint: NDArray[
        np.float32
    ]  # (H, W, 4): colour times coverage and coverage of the body in work, else 0
    area: NDArray[np.float32]  # (H, W + 2): the polygon in work, else 0
    bounds: NDArray[np.int64]  # (4,): first and last row and column of the body in work
    points: NDArray[np.float64]  # (2, MAX_POINTS): columns and rows of the polygon in work
    corners: NDArray[
        np.float64
    ]  # (6, MAX_POINTS): right, up, depth of corners, and of those of a face
    colours: NDArray[
        np.float64
    ]  # (K, 4): colours of the body in work and how much they shine by themselves
    row: NDArray[np.float32]  # (3, W): a row of sky or road in work
    grey: NDArray[np.uint8]  # (3 W,): the same row in grey levels
    columns: NDArray[np.float32]  # (2, W): the beam's width and the line of trees
    order: NDArray[np.int64]  # (N,): bodies or parts in the order in which they are drawn
    keys: NDArray[np.float64]  # (N,)


class Tint(NamedTuple):
    """Colour of a face, 0-255, and the share of it that is lost towards its lower end."""

    r: float
    g: float
    b: float
    foot: float


@compiled
def begin(canvas: Canvas) -> None:
    """Start a body: nothing is covered."""
    canvas.bounds[0], canvas.bounds[1] = 1 << 30, -1
    canvas.bounds[2], canvas.bounds[3] = 1 << 30, -1


@compiled
def _add_edge(area: NDArray[np.float32], x0: float, y0: float, x1: float, y1: float) -> None:
    """Add the signed area right of one edge, row by row."""
    if y0 == y1:
        return
    sign = 1.0
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -1.0
    height, width = area.shape[0], float(area.shape[1] - 2)
    if y1 <= 0.0 or y0 >= height:
        return
    slope = (x1 - x0) / (y1 - y0)
    if y0 < 0.0:
        x0, y0 = x0 - slope * y0, 0.0
    y1 = min(y1, float(height))
    x = x0
    for i in range(int(y0), math.ceil(y1)):
        dy = min(i + 1.0, y1) - max(float(i), y0)
        after = x + slope * dy
        left, right = min(x, after), max(x, after)
        x = after
        left, right = min(max(left, 0.0), width), min(max(right, 0.0), width)
        _add_piece(area, i, left, right, sign * dy)


@merged
def _add_piece(area: NDArray[np.float32], i: int, left: float, right: float, d: float) -> None:
    """Add a piece of an edge that stays in row ``i``."""
    j = int(left)
    last = math.ceil(right)
    if last <= j + 1:
        share = 0.5 * (left + right) - j
        area[i, j] += np.float32(d * (1.0 - share))
        area[i, j + 1] += np.float32(d * share)
        return
    s = 1.0 / (right - left)
    first = 1.0 - (left - j)
    a0 = 0.5 * s * first * first
    end = right - last + 1.0
    am = 0.5 * s * end * end
    area[i, j] += np.float32(d * a0)
    if last == j + 2:
        area[i, j + 1] += np.float32(d * (1.0 - a0 - am))
    else:
        a1 = s * (1.5 - (left - j))
        area[i, j + 1] += np.float32(d * (a1 - a0))
        for k in range(j + 2, last - 1):
            area[i, k] += np.float32(d * s)
        a2 = a1 + (last - j - 3) * s
        area[i, last - 1] += np.float32(d * (1.0 - a2 - am))
    area[i, last] += np.float32(d * am)


@merged
def _outline(canvas: Canvas, n: int) -> tuple[int, int, int, int, float, float]:
    """Add the edges of a polygon; returns its rows and columns in the picture, its upper end and 1 over its height."""
    px, py = canvas.points[0], canvas.points[1]
    left, right, top, low = px[0], px[0], py[0], py[0]
    for k in range(1, n):
        left, right = min(left, px[k]), max(right, px[k])
        top, low = min(top, py[k]), max(low, py[k])
    height, width = canvas.area.shape[0], canvas.area.shape[1] - 2
    if low <= 0.0 or top >= height or right <= 0.0 or left >= width:
        return 0, 0, 0, 0, 0.0, 0.0
    q = n - 1
    for k in range(n):
        _add_edge(canvas.area, px[q], py[q], px[k], py[k])
        q = k
    i0, i1 = max(math.floor(top), 0), min(math.ceil(low), height)
    j0, j1 = max(math.floor(left), 0), min(math.floor(right) + 1, width)
    return i0, i1, j0, j1, top, 1.0 / max(low - top, 1e-9)


@merged
def add_polygon(canvas: Canvas, n: int, tint: Tint) -> None:
    """Add the polygon of the first ``n`` points to the body; a hole runs in the other direction."""
    i0, i1, j0, j1, top, scale = _outline(canvas, n)
    if i1 <= i0:
        return
    b = canvas.bounds
    b[0], b[1] = min(b[0], i0), max(b[1], i1)
    b[2], b[3] = min(b[2], j0), max(b[3], j1)
    _absorb(canvas, (i0, i1, j0, j1), tint, top, scale)


@compiled
def stamp(canvas: Canvas, n: int, tint: Tint, opacity: float, kind: int) -> None:
    """Lay the polygon of the first ``n`` points over the picture and the masks: a body of one face."""
    i0, i1, j0, j1, top, scale = _outline(canvas, n)
    area, picture = canvas.area, canvas.picture
    is_masked = kind >= 0 and canvas.masks.shape[1] > 0
    alpha = np.float32(opacity)
    for i in range(i0, i1):
        shade = 1.0 - tint.foot * min(max((i + 0.5 - top) * scale, 0.0), 1.0)
        r, g, b = np.float32(tint.r * shade), np.float32(tint.g * shade), np.float32(tint.b * shade)
        total = np.float32(0.0)
        for j in range(j0, j1):
            total += area[i, j]
            area[i, j] = np.float32(0.0)
            share = min(abs(total), _ONE) * alpha
            if share > _LEAST:
                rest = _ONE - share
                picture[i, j, 0] = np.uint8(np.float32(picture[i, j, 0]) * rest + share * r + _HALF)
                picture[i, j, 1] = np.uint8(np.float32(picture[i, j, 1]) * rest + share * g + _HALF)
                picture[i, j, 2] = np.uint8(np.float32(picture[i, j, 2]) * rest + share * b + _HALF)
                if is_masked:
                    _cover(canvas.masks, i, j, share, kind)
        area[i, j1] = np.float32(0.0)
        area[i, j1 + 1] = np.float32(0.0)


@merged
def _absorb(
    canvas: Canvas, box: tuple[int, int, int, int], tint: Tint, top: float, scale: float
) -> None:
    """Turn the edges into coverage and add it, times the colour, to the body."""
    i0, i1, j0, j1 = box
    area, paint = canvas.area, canvas.paint
    for i in range(i0, i1):
        down = min(max((i + 0.5 - top) * scale, 0.0), 1.0)
        shade = 1.0 - tint.foot * down
        r, g, b = np.float32(tint.r * shade), np.float32(tint.g * shade), np.float32(tint.b * shade)
        total = np.float32(0.0)
        for j in range(j0, j1):
            total += area[i, j]
            area[i, j] = np.float32(0.0)
            share = min(abs(total), _ONE)
            if share > _LEAST:
                paint[i, j, 0] += share * r
                paint[i, j, 1] += share * g
                paint[i, j, 2] += share * b
                paint[i, j, 3] += share
        area[i, j1] = np.float32(0.0)
        area[i, j1 + 1] = np.float32(0.0)


@compiled
def lay(canvas: Canvas, opacity: float, kind: int) -> None:
    """Lay the body over the picture and the masks, and forget it."""
    i0, i1, j0, j1 = canvas.bounds[0], canvas.bounds[1], canvas.bounds[2], canvas.bounds[3]
    paint, picture = canvas.paint, canvas.picture
    alpha = np.float32(opacity)
    for i in range(i0, i1):
        for j in range(j0, j1):
            share = paint[i, j, 3]
            if share <= np.float32(0.0):
                continue
            scale = alpha
            if share > _ONE:
                scale, share = alpha / share, _ONE
            rest = _ONE - share * alpha
            r = np.float32(picture[i, j, 0]) * rest + paint[i, j, 0] * scale
            g = np.float32(picture[i, j, 1]) * rest + paint[i, j, 1] * scale
            b = np.float32(picture[i, j, 2]) * rest + paint[i, j, 2] * scale
            picture[i, j, 0], picture[i, j, 1] = np.uint8(r + _HALF), np.uint8(g + _HALF)
            picture[i, j, 2] = np.uint8(b + _HALF)
            paint[i, j, 0], paint[i, j, 1] = np.float32(0.0), np.float32(0.0)
            paint[i, j, 2] = np.float32(0.0)
            paint[i, j, 3] = np.float32(0.0)
            if kind >= 0 and canvas.masks.shape[1] > 0:
                _cover(canvas.masks, i, j, share * alpha, kind)
    begin(canvas)


@compiled
def _cover(masks: NDArray[np.uint8], i: int, j: int, share: float, kind: int) -> None:
    """Cover a share of a pixel of the masks by a vehicle or an object; by neither with ``kind`` 2."""
    rest = _ONE - np.float32(share)
    for m in range(2):
        value = np.float32(masks[m, i, j]) * rest
        if m == kind:
            value += np.float32(share) * _GREY
        masks[m, i, j] = np.uint8(min(value, _GREY) + _HALF)
