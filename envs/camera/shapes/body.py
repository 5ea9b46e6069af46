"""A body in front of the camera: how it lies, what its parts share, and how its points are projected."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air
from envs.camera.models.parts import COLUMN
from envs.camera.optics import Eye
from envs.camera.shapes.polygons import MAX_POINTS, NONE, Canvas, Tint, stamp
from envs.physics.compilation import compiled, merged

NEAR_M: Final = 0.35
"""Nothing nearer than this is drawn."""

AT_REAR, AT_FRONT, AT_HALF = COLUMN["rear"], COLUMN["front"], COLUMN["half"]
AT_LOW, AT_TOP, AT_COLOUR = COLUMN["low"], COLUMN["top"], COLUMN["colour"]


AT_TOP_REAR, AT_TOP_FRONT, AT_TOP_HALF = COLUMN["top_rear"], COLUMN["top_front"], COLUMN["top_half"]
AT_MID, AT_TILT, AT_TURN = COLUMN["mid"], COLUMN["tilt"], COLUMN["turn"]


AT_SHADE, AT_FOOT, AT_FACES = COLUMN["shade"], COLUMN["foot"], COLUMN["faces"]
AT_ROUGH, AT_HOLE, AT_OPACITY = COLUMN["rough"], COLUMN["hole"], COLUMN["opacity"]


AT_ROUND, AT_FILLS = COLUMN["is_round"], COLUMN["fills"]
AT_COS_TILT, AT_SIN_TILT = COLUMN["cos_tilt"], COLUMN["sin_tilt"]


AT_COS_TURN, AT_SIN_TURN, AT_CORNERS = COLUMN["cos_turn"], COLUMN["sin_turn"], COLUMN["corners"]


class Pose(NamedTuple):
    """Where a body is and how it lies, seen by the camera: its axes, and the middle of its foot."""

    along: tuple[float, float, float]  # right, up and depth of 1 m along
    across: tuple[float, float, float]
    above: tuple[float, float, float]
    place: tuple[float, float, float]


class Body(NamedTuple):
    """What all parts of one body share."""

    pose: Pose
    length: float
    width: float
    height: float
    light: float
    clearness: float  # share of its own colour that reaches the camera
    size_px: float
    kind: int  # mask that it fills
    key: int  # of what is irregular


@compiled
def seen_at(pose: Pose, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Right, up and depth of a point of a body, m."""
    a, b, c, p = pose.along, pose.across, pose.above, pose.place
    return (
        p[0] + x * a[0] + y * b[0] + z * c[0],
        p[1] + x * a[1] + y * b[1] + z * c[1],
        p[2] + x * a[2] + y * b[2] + z * c[2],
    )


@compiled
def tint_of(canvas: Canvas, air: Air, body: Body, row: NDArray[np.float64], shade: float) -> Tint:
    """Colour of a face: its own in this light, seen through the air."""
    k = int(row[AT_COLOUR])
    shine = canvas.colours[k, 3]
    light = body.light * shade * row[AT_SHADE] * (1.0 - shine) + shine
    t = body.clearness
    return Tint(
        min(canvas.colours[k, 0] * light, 255.0) * t + 255.0 * air.fog_r * (1.0 - t),
        min(canvas.colours[k, 1] * light, 255.0) * t + 255.0 * air.fog_g * (1.0 - t),
        min(canvas.colours[k, 2] * light, 255.0) * t + 255.0 * air.fog_b * (1.0 - t),
        row[AT_FOOT] * t,
    )


@merged
def middle_of(body: Body, row: NDArray[np.float64]) -> tuple[float, float, float]:
    """Middle of a part in its body, m."""
    return (
        0.25 * (row[AT_REAR] + row[AT_FRONT] + row[AT_TOP_REAR] + row[AT_TOP_FRONT]) * body.length,
        row[AT_MID] * body.width,
        0.5 * (row[AT_LOW] + row[AT_TOP]) * body.height,
    )


@compiled
def depth_of_part(body: Body, row: NDArray[np.float64]) -> float:
    """Depth of the middle of a part, m."""
    x, y, z = middle_of(body, row)
    return seen_at(body.pose, x, y, z)[2]


@merged
def finish(canvas: Canvas, n: int, tint: Tint, body: Body, row: NDArray[np.float64]) -> None:
    """Lay a primitive that is one polygon over the picture."""
    stamp(canvas, n, tint, row[AT_OPACITY], body.kind if row[AT_FILLS] > 0.0 else NONE)


@compiled
def project_points(canvas: Canvas, eye: Eye, n: int) -> int:
    """Project ``n`` points (rows 5 to 7 of the corners), cutting off what is too near; returns the number left."""
    c, points = canvas.corners, canvas.points
    nearest = c[7, 0]
    for k in range(1, n):
        nearest = min(nearest, c[7, k])
    if nearest < NEAR_M:
        return _cut(canvas, eye, n)
    for k in range(n):
        scale = eye.focal / c[7, k]
        points[0, k], points[1, k] = eye.middle + scale * c[5, k], eye.horizon - scale * c[6, k]
    return n


@compiled
def _cut(canvas: Canvas, eye: Eye, n: int) -> int:
    """Project what lies behind the near plane; returns the number of points."""
    c, points = canvas.corners, canvas.points
    m, q = 0, n - 1
    for k in range(n):
        if (c[7, q] >= NEAR_M) != (c[7, k] >= NEAR_M) and m < MAX_POINTS:
            t = (NEAR_M - c[7, q]) / (c[7, k] - c[7, q])
            scale = eye.focal / NEAR_M
            points[0, m] = eye.middle + scale * (c[5, q] + t * (c[5, k] - c[5, q]))
            points[1, m] = eye.horizon - scale * (c[6, q] + t * (c[6, k] - c[6, q]))
            m += 1
        if c[7, k] >= NEAR_M and m < MAX_POINTS:
            scale = eye.focal / c[7, k]
            points[0, m] = eye.middle + scale * c[5, k]
            points[1, m] = eye.horizon - scale * c[6, k]
            m += 1
        q = k
    return m
