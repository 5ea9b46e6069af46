"""Primitives that are one outline: ellipsoids, discs and rings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air
from envs.camera.optics import Eye
from envs.camera.shapes.body import (
    AT_COS_TURN,
    AT_FOOT,
    AT_FRONT,
    AT_HALF,
    AT_HOLE,
    AT_LOW,
    AT_REAR,
    AT_ROUGH,
    AT_SIN_TURN,
    AT_TOP,
    NEAR_M,
    Body,
    finish,
    middle_of,
    project_points,
    seen_at,
    tint_of,
)
from envs.camera.shapes.polygons import Canvas, Tint
from envs.camera.texture import hash_share
from envs.physics.compilation import merged

BALL_POINTS, DISC_POINTS = 18, 24
"""Corners of the outlines of ellipsoids and discs."""

BALL_GAIN, BALL_FOOT = 1.12, 0.55
"""Light on the top of an ellipsoid, and the share of it that is lost towards its foot [A]."""


@merged
def draw_ball(canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64]) -> None:
    """Draw the outline of an ellipsoid, bright above and dark below."""
    x, y, z = middle_of(body, row)
    right, up, depth = seen_at(body.pose, x, y, z)
    if depth < 2.0 * NEAR_M:
        return
    scale = eye.focal / depth
    s, t = right / depth, up / depth
    rx = 0.5 * (row[AT_FRONT] - row[AT_REAR]) * body.length
    ry, rz = row[AT_HALF] * body.width, 0.5 * (row[AT_TOP] - row[AT_LOW]) * body.height
    cos, sin = row[AT_COS_TURN], row[AT_SIN_TURN]
    a, b, c = body.pose.along, body.pose.across, body.pose.above
    # the three axes of the ellipsoid in the picture, px, whose squares add up to its outline
    m00, m01, m11 = 0.0, 0.0, 0.0
    for k in range(3):
        if k == 0:
            h, v, d = (
                rx * (cos * a[0] + sin * b[0]),
                rx * (cos * a[1] + sin * b[1]),
                rx * (cos * a[2] + sin * b[2]),
            )
        elif k == 1:
            h, v, d = (
                ry * (cos * b[0] - sin * a[0]),
                ry * (cos * b[1] - sin * a[1]),
                ry * (cos * b[2] - sin * a[2]),
            )
        else:
            h, v, d = rz * c[0], rz * c[1], rz * c[2]
        h, v = scale * (h - s * d), -scale * (v - t * d)
        m00, m01, m11 = m00 + h * h, m01 + h * v, m11 + v * v
    l00 = math.sqrt(max(m00, 1e-12))
    l10 = m01 / l00
    l11 = math.sqrt(max(m11 - l10 * l10, 1e-12))
    for k in range(BALL_POINTS):
        t = 2.0 * math.pi * k / BALL_POINTS
        q = 1.0 + row[AT_ROUGH] * (hash_share(k, body.key + int(100.0 * row[AT_REAR])) - 0.5)
        canvas.points[0, k] = eye.middle + scale * right + q * l00 * math.cos(t)
        canvas.points[1, k] = eye.horizon - scale * up + q * (l10 * math.cos(t) + l11 * math.sin(t))
    tint = tint_of(canvas, air, body, row, BALL_GAIN * (air.base + 0.8 * air.up))
    foot = max(BALL_FOOT, row[AT_FOOT]) * body.clearness
    finish(canvas, BALL_POINTS, Tint(tint.r, tint.g, tint.b, foot), body, row)


@merged
def draw_disc(canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64]) -> None:
    """Draw a flat disc or ring that is parallel to the body's foot; both its sides are seen."""
    x, y, z = middle_of(body, row)
    rx = 0.5 * (row[AT_FRONT] - row[AT_REAR]) * body.length
    ry = row[AT_HALF] * body.width
    cos, sin = row[AT_COS_TURN], row[AT_SIN_TURN]
    up = abs(body.pose.above[1])
    tint = tint_of(canvas, air, body, row, air.base + air.up * up + air.toward * (1.0 - up))
    n = DISC_POINTS
    # a ring is one outline: around outside, in, around inside the other way, and out again
    count = 2 * n + 2 if row[AT_HOLE] > 0.0 else n
    for k in range(count):
        m, reach = k, 1.0
        if k > n:
            m, reach = 2 * n + 1 - k, row[AT_HOLE]
        angle = 2.0 * math.pi * m / n
        noise = hash_share(m % n, body.key + int(100.0 * row[AT_REAR])) - 0.5
        q = reach * (1.0 + row[AT_ROUGH] * noise)
        u, v = q * rx * math.cos(angle), q * ry * math.sin(angle)
        p = seen_at(body.pose, x + u * cos - v * sin, y + u * sin + v * cos, z)
        canvas.corners[5, k], canvas.corners[6, k], canvas.corners[7, k] = p[0], p[1], p[2]
    count = project_points(canvas, eye, count)
    if count >= 3:
        finish(canvas, count, tint, body, row)
