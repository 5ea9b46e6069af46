"""What is above the horizon: sky, clouds, and a line of trees far away."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import HAZE_M, Air
from envs.camera.optics import Eye
from envs.camera.shapes.polygons import Canvas
from envs.camera.texture import pattern, ripple
from envs.physics.compilation import compiled

TREE_COLOUR: Final = (0.13, 0.20, 0.12)
NIGHT_TREES: Final = 0.10
"""Light on the trees at night [A]."""

_GREY, _HALF = np.float32(255.0), np.float32(0.5)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def emit_row(canvas: Canvas, i: int) -> None:
    """Write the row in work, 0..1, into row ``i`` of the picture."""
    width = canvas.row.shape[1]
    line, grey = canvas.row.reshape(3 * width), canvas.grey
    for j in range(3 * width):
        grey[j] = np.uint8(min(np.int32(line[j] * _GREY + _HALF), np.int32(255)))
    red, green, blue = grey[:width], grey[width : 2 * width], grey[2 * width :]
    target = canvas.picture[i].reshape(3 * width)
    for j in range(width):
        target[3 * j] = red[j]
        target[3 * j + 1] = green[j]
        target[3 * j + 2] = blue[j]


@compiled
def draw_sky(
    canvas: Canvas,
    eye: Eye,
    air: Air,
    noise: NDArray[np.float32],
    place: tuple[float, float, int, bool],
) -> None:
    """Draw all above the horizon; ``place`` is heading, time (s), key of the appearance and whether in detail."""
    heading, time, key, in_detail = place
    height, width = canvas.picture.shape[0], canvas.picture.shape[1]
    top = min(max(math.ceil(eye.horizon), 0), height)
    _find_trees(canvas, eye, heading, key)
    t = math.exp(-air.extinction * HAZE_M)
    light = NIGHT_TREES if air.is_night else air.ambient
    r = np.float32(TREE_COLOUR[0] * light * t + air.fog_r * (1.0 - t))
    g = np.float32(TREE_COLOUR[1] * light * t + air.fog_g * (1.0 - t))
    b = np.float32(TREE_COLOUR[2] * light * t + air.fog_b * (1.0 - t))
    trees = canvas.columns[1]
    row = canvas.row
    first = height
    for j in range(width):
        first = min(first, int(trees[j]))
    for i in range(top):
        above = (eye.horizon - i - 0.5) / eye.focal
        k = math.sqrt(min(max(above / 0.30, 0.0), 1.0))
        row[0, :] = np.float32(air.fog_r + k * (air.zenith_r - air.fog_r))
        row[1, :] = np.float32(air.fog_g + k * (air.zenith_g - air.fog_g))
        row[2, :] = np.float32(air.fog_b + k * (air.zenith_b - air.fog_b))
        if in_detail and not air.is_night and not air.is_foggy:
            _add_clouds(canvas, eye, air, noise, (heading, time, above, float(key & 255)))
        if i >= first:
            end = np.float32(i + 1)
            for j in range(width):
                share = min(max(end - trees[j], _ZERO), _ONE)
                row[0, j] += share * (r - row[0, j])
                row[1, j] += share * (g - row[1, j])
                row[2, j] += share * (b - row[2, j])
        emit_row(canvas, i)


@compiled
def _find_trees(canvas: Canvas, eye: Eye, heading: float, key: int) -> None:
    """Row of the top of the trees in every column; the road ends in a gap between them."""
    trees = canvas.columns[1]
    scale = eye.focal / HAZE_M
    for j in range(trees.shape[0]):
        angle = (j + 0.5 - eye.middle) / eye.focal + heading
        tall = 7.5 + 3.5 * ripple(24.0 * angle, key + 21) + 2.0 * ripple(71.0 * angle, key + 22)
        tall += 1.2 * ripple(230.0 * angle, key + 23)
        tall *= min(0.25 + 12.0 * abs(angle), 1.0)
        trees[j] = np.float32(eye.horizon - scale * tall)


@compiled
def _add_clouds(
    canvas: Canvas,
    eye: Eye,
    air: Air,
    noise: NDArray[np.float32],
    place: tuple[float, float, float, float],
) -> None:
    """Lay clouds over the row in work; ``place`` is heading, time (s), height above the horizon and an offset."""
    heading, time, above, offset = place
    far = 1.0 / (above + 0.05)
    density = min(max(above, 0.0) * 12.0, 1.0) * (0.45 if air.is_wet else 0.85)
    least = -0.7 if air.is_wet else 0.15
    white = np.float32(0.52 if air.is_wet else 0.98)
    row = canvas.row
    for j in range(row.shape[1]):
        side = ((j + 0.5 - eye.middle) / eye.focal + heading) * far
        cloud = pattern(noise, 9.0 * side + offset, 5.0 * far + 0.05 * time)
        cloud += 0.35 * pattern(noise, 41.0 * side, 23.0 * far + 0.15 * time)
        share = np.float32(min(max((cloud - least) * 0.55, 0.0), 1.0) * density)
        row[0, j] += share * (white - row[0, j])
        row[1, j] += share * (white - row[1, j])
        row[2, j] += share * (white - row[2, j])
