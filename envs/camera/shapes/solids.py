"""From a row of a table of primitives to polygons: corners, light on faces, and which of them look away."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air
from envs.camera.models.parts import BALL, BOX, CAPS, DISC, LEFT, RIGHT
from envs.camera.optics import Eye
from envs.camera.shapes.body import (
    AT_CORNERS,
    AT_COS_TILT,
    AT_COS_TURN,
    AT_FACES,
    AT_FILLS,
    AT_FRONT,
    AT_HALF,
    AT_LOW,
    AT_OPACITY,
    AT_REAR,
    AT_ROUND,
    AT_SIN_TILT,
    AT_SIN_TURN,
    AT_TILT,
    AT_TOP,
    AT_TOP_FRONT,
    AT_TOP_HALF,
    AT_TOP_REAR,
    AT_TURN,
    NEAR_M,
    Body,
    _cut,
    middle_of,
    seen_at,
    tint_of,
)
from envs.camera.shapes.meshes import CORNERS, FACES, SIDES
from envs.camera.shapes.polygons import NONE, Canvas, add_polygon, lay, stamp
from envs.camera.shapes.rounds import draw_ball, draw_disc
from envs.physics.compilation import merged

DRUM_PX: Final = 5.0
"""Drums of less height in the picture are drawn as boxes."""


@merged
def draw_part(canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64]) -> None:
    """Draw one primitive of a body."""
    shape = int(row[0])
    if shape == BALL:
        draw_ball(canvas, eye, air, body, row)
    elif shape == DISC:
        draw_disc(canvas, eye, air, body, row)
    else:
        if shape != BOX and body.size_px * (row[AT_TOP] - row[AT_LOW]) < DRUM_PX:
            shape = BOX
        _add_mesh(canvas, eye, air, body, row, shape)
        if row[AT_FILLS] > 0.0:
            lay(canvas, row[AT_OPACITY], body.kind)


@merged
def _add_mesh(
    canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64], shape: int
) -> None:
    """Add the faces of a box or drum that look at the camera."""
    is_cut = _place_corners(canvas, eye, body, row, shape)
    faces = int(row[AT_FACES])
    if shape == BOX and faces == CAPS:
        faces = LEFT | RIGHT
    for m in range(6 if shape == BOX else SIDES + 2):
        if (faces >> m) & 1:
            _add_face(canvas, eye, air, body, row, (shape, m), is_cut)


@merged
def _place_corners(
    canvas: Canvas, eye: Eye, body: Body, row: NDArray[np.float64], shape: int
) -> bool:
    """Find the corners of a box or drum, and where they are seen; returns whether one is too near to be seen."""
    needed = int(row[AT_CORNERS]) if int(row[0]) == BOX else 0xFF
    mx, my, mz = middle_of(body, row)
    tall = 0.5 * (row[AT_TOP] - row[AT_LOW]) * body.height
    is_turned = row[AT_TILT] != 0.0 or row[AT_TURN] != 0.0
    c = canvas.corners
    is_cut = False
    for k in range(8 if shape == BOX else 2 * SIDES):
        if shape == BOX and not (needed >> k) & 1:
            continue
        u, v, w = CORNERS[shape, k, 0], CORNERS[shape, k, 1], CORNERS[shape, k, 2]
        s, q = 0.5 + 0.5 * w, 0.5 + 0.5 * u
        rear = row[AT_REAR] + s * (row[AT_TOP_REAR] - row[AT_REAR])
        front = row[AT_FRONT] + s * (row[AT_TOP_FRONT] - row[AT_FRONT])
        x = (rear + q * (front - rear)) * body.length - mx
        if row[AT_ROUND] > 0.0:
            x = u * tall
        y = v * (row[AT_HALF] + s * (row[AT_TOP_HALF] - row[AT_HALF])) * body.width
        z = w * tall
        if is_turned:
            x, z = (
                x * row[AT_COS_TILT] - z * row[AT_SIN_TILT],
                x * row[AT_SIN_TILT] + z * row[AT_COS_TILT],
            )
            x, y = (
                x * row[AT_COS_TURN] - y * row[AT_SIN_TURN],
                x * row[AT_SIN_TURN] + y * row[AT_COS_TURN],
            )
        right, up, depth = seen_at(body.pose, mx + x, my + y, mz + z)
        c[0, k], c[1, k], c[2, k] = right, up, depth
        if depth < NEAR_M:
            is_cut = True
        else:
            scale = eye.focal / depth
            c[3, k], c[4, k] = eye.middle + scale * right, eye.horizon - scale * up
    return is_cut


@merged
def _add_face(
    canvas: Canvas,
    eye: Eye,
    air: Air,
    body: Body,
    row: NDArray[np.float64],
    which: tuple[int, int],
    is_cut: bool,
) -> None:
    """Add one face unless it looks away; its light depends on where it looks."""
    shape, m = which
    n = FACES[shape, m, 0]
    c = canvas.corners
    a, b, d = FACES[shape, m, 1], FACES[shape, m, 2], FACES[shape, m, n]
    ax, ay, az = c[0, b] - c[0, a], c[1, b] - c[1, a], c[2, b] - c[2, a]
    bx, by, bz = c[0, d] - c[0, a], c[1, d] - c[1, a], c[2, d] - c[2, a]
    nx, ny, nz = az * by - ay * bz, ax * bz - az * bx, ay * bx - ax * by
    if nx * c[0, a] + ny * c[1, a] + nz * c[2, a] >= 0.0:
        return
    size = math.sqrt(nx * nx + ny * ny + nz * nz)
    up, toward = ny / size, max(-nz / size, 0.0)
    shade = air.base + air.up * up + air.toward * toward
    if up < 0.0:
        shade = air.base * (1.0 + 0.5 * up) + air.toward * toward
    points = canvas.points
    for k in range(n):
        q = FACES[shape, m, 1 + k]
        if is_cut:
            c[5, k], c[6, k], c[7, k] = c[0, q], c[1, q], c[2, q]
        else:
            points[0, k], points[1, k] = c[3, q], c[4, q]
    if is_cut:
        n = _cut(canvas, eye, n)
    if n < 3:
        return
    tint = tint_of(canvas, air, body, row, shade)
    if row[AT_FILLS] > 0.0:
        add_polygon(canvas, n, tint)
    else:
        stamp(canvas, n, tint, row[AT_OPACITY], NONE)
