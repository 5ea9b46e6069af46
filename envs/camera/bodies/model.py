"""A body drawn from its model: which parts its size in the picture shows, and in which order."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air
from envs.camera.models.parts import COLUMN, LEVELS
from envs.camera.optics import Eye
from envs.camera.shapes.body import Body, depth_of_part
from envs.camera.shapes.polygons import Canvas
from envs.camera.shapes.solids import draw_part
from envs.physics.compilation import compiled

_LAYER, _FILLS = COLUMN["layer"], COLUMN["fills"]
UPSIDE_DOWN: Final = 20.0
"""Layer above all others, for sheets on a body that is seen from below."""


class Tables(NamedTuple):
    """All tables of models: see ``envs.camera.models.tables``."""

    parts: NDArray[np.float64]
    spans: NDArray[np.int64]
    choices: NDArray[np.float64]
    looks: NDArray[np.float64]
    paints: NDArray[np.float64]
    vehicles: NDArray[np.int64]
    noise: NDArray[np.float32]
    strips: NDArray[np.float64]


@compiled
def draw_model(canvas: Canvas, eye: Eye, air: Air, tables: Tables, body: Body, model: int) -> None:
    """Draw all parts of a body that its size in the picture shows, lower layers and more distant parts first."""
    order, keys = canvas.order, canvas.keys
    base = canvas.order.shape[0] // 2
    level = 0
    while level + 1 < len(LEVELS) and body.size_px >= LEVELS[level + 1]:
        level += 1
    # seen from below, what is on top comes first
    p, c = body.pose.place, body.pose.above
    is_below = p[0] * c[0] + p[1] * c[1] + p[2] * c[2] > 0.0
    n = 0
    for k in range(tables.spans[model, level, 0], tables.spans[model, level, 1]):
        row = tables.parts[k]
        layer = row[_LAYER]
        if is_below:
            layer = UPSIDE_DOWN + layer if row[_FILLS] == 0.0 else -layer
        key = 1e4 * layer - depth_of_part(body, row)
        m = base + n
        while m > base and keys[m - 1] > key:
            order[m], keys[m] = order[m - 1], keys[m - 1]
            m -= 1
        order[m], keys[m] = k, key
        n += 1
    for m in range(base, base + n):
        draw_part(canvas, eye, air, body, tables.parts[order[m]])


@compiled
def set_colour(canvas: Canvas, k: int, colour: tuple[float, float, float], shine: float) -> None:
    """Set one of the colours of the body in work."""
    c = canvas.colours
    c[k, 0], c[k, 1], c[k, 2], c[k, 3] = colour[0], colour[1], colour[2], shine
