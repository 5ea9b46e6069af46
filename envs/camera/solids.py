"""From a row of a table of primitives to polygons: corners, light on faces, what looks away, the near plane."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air
from envs.camera.models.parts import BALL, BOX, CAPS, COLUMN, DISC, LEFT, RIGHT
from envs.camera.optics import Eye
from envs.camera.shapes import MAX_POINTS, NONE, Canvas, Tint, add_polygon, lay, stamp
from envs.physics.compilation import compiled, merged

NEAR_M: Final = 0.35
"""Nothing nearer than this is drawn."""

SIDES: Final = 10
"""Sides of a drum."""

BALL_POINTS, DISC_POINTS = 18, 24
"""Corners of the outlines of ellipsoids and discs."""

DRUM_PX: Final = 5.0
"""Drums of less height in the picture are drawn as boxes."""

BALL_GAIN, BALL_FOOT = 1.12, 0.55
"""Light on the top of an ellipsoid, and the share of it that is lost towards its foot [A]."""

_REAR, _FRONT, _HALF = COLUMN["rear"], COLUMN["front"], COLUMN["half"]
_LOW, _TOP, _COLOUR = COLUMN["low"], COLUMN["top"], COLUMN["colour"]
_TOP_REAR, _TOP_FRONT, _TOP_HALF = COLUMN["top_rear"], COLUMN["top_front"], COLUMN["top_half"]
_MID, _TILT, _TURN = COLUMN["mid"], COLUMN["tilt"], COLUMN["turn"]
_SHADE, _FOOT, _FACES = COLUMN["shade"], COLUMN["foot"], COLUMN["faces"]
_ROUGH, _HOLE, _OPACITY = COLUMN["rough"], COLUMN["hole"], COLUMN["opacity"]
_ROUND, _FILLS = COLUMN["is_round"], COLUMN["fills"]
_COS_TILT, _SIN_TILT = COLUMN["cos_tilt"], COLUMN["sin_tilt"]
_COS_TURN, _SIN_TURN, _CORNERS = COLUMN["cos_turn"], COLUMN["sin_turn"], COLUMN["corners"]


def _make_drum(axis: int) -> tuple[list[tuple[float, ...]], list[list[int]]]:
    """Corners and faces of a drum whose axis is that of this index."""
    around = [math.pi * (2.0 * k + 1.0) / SIDES for k in range(SIDES)]
    corners = []
    for end in (-1.0, 1.0):
        for t in around:
            flat = [math.cos(t), math.sin(t)]
            corners.append((*flat[:axis], end, *flat[axis:]))
    n = SIDES
    faces = [[k, (k + 1) % n, n + (k + 1) % n, n + k] for k in range(n)]
    faces += [list(range(n))[::-1], [n + k for k in range(n)]]
    if axis != 1:
        faces = [face[::-1] for face in faces]
    return corners, faces


def _make_meshes() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Corners ``(mesh, corner, 3)`` within +-1 and faces ``(mesh, face, 1 + corners)``, padded; 0 corners = no face."""
    box: list[tuple[float, ...]] = [
        (x, y, z) for z in (-1.0, 1.0) for x, y in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]
    boxes = [[0, 1, 5, 4], [2, 3, 7, 6], [3, 0, 4, 7], [1, 2, 6, 5], [4, 5, 6, 7], [3, 2, 1, 0]]
    meshes = [(box, boxes), _make_drum(2), _make_drum(1), _make_drum(0)]
    corners = np.zeros((len(meshes), 2 * SIDES, 3))
    faces = np.zeros((len(meshes), SIDES + 2, 1 + SIDES), np.int64)
    for m, (points, sides) in enumerate(meshes):
        corners[m, : len(points)] = points
        for k, side in enumerate(sides):
            faces[m, k, 0] = len(side)
            faces[m, k, 1 : 1 + len(side)] = side
    return corners, faces


CORNERS, FACES = _make_meshes()


class Pose(NamedTuple):
    """Where a body is and how it lies, seen by the camera: its axes along, across and up, the middle of its foot."""

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
def hash_share(a: int, b: int) -> float:
    """A number in [0, 1) that looks random, from two integers: for appearance only."""
    n = (np.int64(a) * np.int64(374_761_393) + np.int64(b) * np.int64(668_265_263)) & np.int64(
        0x7FFFFFFF
    )
    n = ((n ^ (n >> 13)) * np.int64(1_274_126_177)) & np.int64(0x7FFFFFFF)
    return ((n ^ (n >> 16)) & np.int64(0xFFFF)) / 65_536.0  # fmt: skip


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
    k = int(row[_COLOUR])
    shine = canvas.colours[k, 3]
    light = body.light * shade * row[_SHADE] * (1.0 - shine) + shine
    t = body.clearness
    return Tint(
        min(canvas.colours[k, 0] * light, 255.0) * t + 255.0 * air.fog_r * (1.0 - t),
        min(canvas.colours[k, 1] * light, 255.0) * t + 255.0 * air.fog_g * (1.0 - t),
        min(canvas.colours[k, 2] * light, 255.0) * t + 255.0 * air.fog_b * (1.0 - t),
        row[_FOOT] * t,
    )


@merged
def draw_part(canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64]) -> None:
    """Draw one primitive of a body."""
    shape = int(row[0])
    if shape == BALL:
        _draw_ball(canvas, eye, air, body, row)
    elif shape == DISC:
        _draw_disc(canvas, eye, air, body, row)
    else:
        if shape != BOX and body.size_px * (row[_TOP] - row[_LOW]) < DRUM_PX:
            shape = BOX
        _add_mesh(canvas, eye, air, body, row, shape)
        if row[_FILLS] > 0.0:
            lay(canvas, row[_OPACITY], body.kind)


@merged
def _finish(canvas: Canvas, n: int, tint: Tint, body: Body, row: NDArray[np.float64]) -> None:
    """Lay a primitive that is one polygon over the picture."""
    stamp(canvas, n, tint, row[_OPACITY], body.kind if row[_FILLS] > 0.0 else NONE)


@merged
def _middle_of(body: Body, row: NDArray[np.float64]) -> tuple[float, float, float]:
    """Middle of a part in its body, m."""
    return (
        0.25 * (row[_REAR] + row[_FRONT] + row[_TOP_REAR] + row[_TOP_FRONT]) * body.length,
        row[_MID] * body.width,
        0.5 * (row[_LOW] + row[_TOP]) * body.height,
    )


@compiled
def depth_of_part(body: Body, row: NDArray[np.float64]) -> float:
    """Depth of the middle of a part, m."""
    x, y, z = _middle_of(body, row)
    return seen_at(body.pose, x, y, z)[2]


@merged
def _add_mesh(
    canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64], shape: int
) -> None:
    """Add the faces of a box or drum that look at the camera."""
    is_cut = _place_corners(canvas, eye, body, row, shape)
    faces = int(row[_FACES])
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
    needed = int(row[_CORNERS]) if int(row[0]) == BOX else 0xFF
    mx, my, mz = _middle_of(body, row)
    tall = 0.5 * (row[_TOP] - row[_LOW]) * body.height
    is_turned = row[_TILT] != 0.0 or row[_TURN] != 0.0
    c = canvas.corners
    is_cut = False
    for k in range(8 if shape == BOX else 2 * SIDES):
        if shape == BOX and not (needed >> k) & 1:
            continue
        u, v, w = CORNERS[shape, k, 0], CORNERS[shape, k, 1], CORNERS[shape, k, 2]
        s, q = 0.5 + 0.5 * w, 0.5 + 0.5 * u
        rear = row[_REAR] + s * (row[_TOP_REAR] - row[_REAR])
        front = row[_FRONT] + s * (row[_TOP_FRONT] - row[_FRONT])
        x = (rear + q * (front - rear)) * body.length - mx
        if row[_ROUND] > 0.0:
            x = u * tall
        y = v * (row[_HALF] + s * (row[_TOP_HALF] - row[_HALF])) * body.width
        z = w * tall
        if is_turned:
            x, z = x * row[_COS_TILT] - z * row[_SIN_TILT], x * row[_SIN_TILT] + z * row[_COS_TILT]
            x, y = x * row[_COS_TURN] - y * row[_SIN_TURN], x * row[_SIN_TURN] + y * row[_COS_TURN]
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
    if row[_FILLS] > 0.0:
        add_polygon(canvas, n, tint)
    else:
        stamp(canvas, n, tint, row[_OPACITY], NONE)


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


@merged
def _draw_ball(canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64]) -> None:
    """Draw the outline of an ellipsoid, bright above and dark below."""
    x, y, z = _middle_of(body, row)
    right, up, depth = seen_at(body.pose, x, y, z)
    if depth < 2.0 * NEAR_M:
        return
    scale = eye.focal / depth
    s, t = right / depth, up / depth
    rx = 0.5 * (row[_FRONT] - row[_REAR]) * body.length
    ry, rz = row[_HALF] * body.width, 0.5 * (row[_TOP] - row[_LOW]) * body.height
    cos, sin = row[_COS_TURN], row[_SIN_TURN]
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
        q = 1.0 + row[_ROUGH] * (hash_share(k, body.key + int(100.0 * row[_REAR])) - 0.5)
        canvas.points[0, k] = eye.middle + scale * right + q * l00 * math.cos(t)
        canvas.points[1, k] = eye.horizon - scale * up + q * (l10 * math.cos(t) + l11 * math.sin(t))
    tint = tint_of(canvas, air, body, row, BALL_GAIN * (air.base + 0.8 * air.up))
    foot = max(BALL_FOOT, row[_FOOT]) * body.clearness
    _finish(canvas, BALL_POINTS, Tint(tint.r, tint.g, tint.b, foot), body, row)


@merged
def _draw_disc(canvas: Canvas, eye: Eye, air: Air, body: Body, row: NDArray[np.float64]) -> None:
    """Draw a flat disc or ring that is parallel to the body's foot; both its sides are seen."""
    x, y, z = _middle_of(body, row)
    rx = 0.5 * (row[_FRONT] - row[_REAR]) * body.length
    ry = row[_HALF] * body.width
    cos, sin = row[_COS_TURN], row[_SIN_TURN]
    up = abs(body.pose.above[1])
    tint = tint_of(canvas, air, body, row, air.base + air.up * up + air.toward * (1.0 - up))
    n = DISC_POINTS
    # a ring is one outline: around outside, in, around inside the other way, and out again
    count = 2 * n + 2 if row[_HOLE] > 0.0 else n
    for k in range(count):
        m, reach = k, 1.0
        if k > n:
            m, reach = 2 * n + 1 - k, row[_HOLE]
        angle = 2.0 * math.pi * m / n
        noise = hash_share(m % n, body.key + int(100.0 * row[_REAR])) - 0.5
        q = reach * (1.0 + row[_ROUGH] * noise)
        u, v = q * rx * math.cos(angle), q * ry * math.sin(angle)
        p = seen_at(body.pose, x + u * cos - v * sin, y + u * sin + v * cos, z)
        canvas.corners[5, k], canvas.corners[6, k], canvas.corners[7, k] = p[0], p[1], p[2]
    count = project_points(canvas, eye, count)
    if count >= 3:
        _finish(canvas, count, tint, body, row)
