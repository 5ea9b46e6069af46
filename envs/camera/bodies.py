"""Vehicles and objects: which model a body has, where it stands and how it lies, its colours, lamps and shadow.

The picture depends only on what can be seen: places, sizes, turning, looks, paints and brake lamps. Indicators are
left out on purpose: intended lane changes are not in the lists of observations either.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import RETRO_GAIN, Air, light_at
from envs.camera.models.parts import COLUMN, FIRST, LAMP, LEVELS, SECOND, THIRD, TOP_LAMP
from envs.camera.optics import Eye
from envs.camera.shapes import NONE, OBJECT, VEHICLE, Canvas, Tint, stamp
from envs.camera.solids import (
    Body,
    Pose,
    depth_of_part,
    draw_part,
    hash_share,
    project_points,
    seen_at,
)
from envs.physics.compilation import compiled
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import debris, episode, vehicle
from envs.specification.world import World

LAMP_CLEARNESS: Final = 0.35
"""Share of the square root of the air's clearness that lit brake lamps keep: they carry further than paint [A]."""

SOFT_PX: Final = 1.5
"""A shadow's rim narrower than this is not drawn."""

EGO_COLOUR: Final = (42.0, 122.0, 66.0)
"""Green, as the ego in pictures from above."""

_LAYER, _FILLS = COLUMN["layer"], COLUMN["fills"]

FRAME_LOOK: Final = debris.LOOKS.index("frame")
CONE_LOOK: Final = debris.LOOKS.index("drum/cone")

UPSIDE_DOWN: Final = 20.0
"""Layer above all others, for sheets on a body that is seen from below."""

# original length, width and height of an object on each of debris.FACES: axis of the present face, and direction on it
_AXES: Final = np.array([[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [2, 0, 1], [1, 0, 2]])
_SIGNS: Final = np.array(
    [[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, -1.0, 1.0]]
)  # fmt: skip

# corners of a rectangle that the rim cuts: side along and across, and how much of the rim is added to each
_OCTAGON: Final = np.array(
    [
        [-1.0, -1.0, 1.0, -0.6], [-1.0, 1.0, 1.0, -0.6], [-1.0, 1.0, -0.6, 1.0], [1.0, 1.0, -0.6, 1.0],
        [1.0, 1.0, 1.0, -0.6], [1.0, -1.0, 1.0, -0.6], [1.0, -1.0, -0.6, 1.0], [-1.0, -1.0, -0.6, 1.0],
    ]
)  # fmt: skip


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
def _turned(eye: Eye, yaw: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Right, up and depth of a direction that is given along, across and above a body of this yaw."""
    cos, sin = math.cos(yaw), math.sin(yaw)
    dx, dy = x * cos - y * sin, x * sin + y * cos
    return dy * eye.cos - dx * eye.sin, z, dx * eye.cos + dy * eye.sin


@compiled
def upright(eye: Eye, x: float, y: float, z: float, yaw: float) -> Pose:
    """Pose of a body that stands upright at a place, its foot at height ``z``."""
    dx, dy = x - eye.x, y - eye.y
    place = (dy * eye.cos - dx * eye.sin, z - eye.height, dx * eye.cos + dy * eye.sin)
    along, across = _turned(eye, yaw, 1.0, 0.0, 0.0), _turned(eye, yaw, 0.0, 1.0, 0.0)
    return Pose(along, across, (0.0, 1.0, 0.0), place)


@compiled
def shadow(
    canvas: Canvas, eye: Eye, pose: Pose, size: tuple[float, float, float], strength: float
) -> None:
    """Darken the road below a body; ``size`` is its half length, half width and the width of the soft rim, m."""
    c = canvas.corners
    is_small = eye.focal * size[2] < SOFT_PX * max(pose.place[2], 1.0)
    for k in range(1 if is_small else 2):
        rim = 0.2 * size[2] if is_small else size[2] * (1.0 - 1.6 * k)
        for m in range(8):
            x = _OCTAGON[m, 0] * max(size[0] + rim * _OCTAGON[m, 2], 0.01)
            y = _OCTAGON[m, 1] * max(size[1] + rim * _OCTAGON[m, 3], 0.01)
            c[5, m], c[6, m], c[7, m] = seen_at(pose, x, y, 0.0)
        n = project_points(canvas, eye, 8)
        if n >= 3:
            share = 0.8 if is_small else 0.5
            stamp(canvas, n, Tint(4.0, 4.0, 5.0, 0.0), share * strength, NONE)


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
def _set_colour(canvas: Canvas, k: int, colour: tuple[float, float, float], shine: float) -> None:
    """Set one of the colours of the body in work."""
    c = canvas.colours
    c[k, 0], c[k, 1], c[k, 2], c[k, 3] = colour[0], colour[1], colour[2], shine


@compiled
def model_of_vehicle(world: World, tables: Tables, k: int, key: int) -> int:
    """Model of vehicle ``k``: by its kind, what it carries, and chance that its paint and place in the list fix."""
    kinds = tables.vehicles
    if world.vehicle_i[vehicle.IS_TRUCK, k] == 0:
        q = hash_share(7 * k + world.vehicle_i[vehicle.PAINT, k], key + 2)
        return kinds[0, int(q * kinds.shape[1])]
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        if world.debris_i[debris.RELEASE_TICK, j] > 0:
            return kinds[
                2, 0
            ]  # loads fall here: trucks have open beds, before the fall and after it
    q = hash_share(7 * k + world.vehicle_i[vehicle.PAINT, k], key + 5)
    return kinds[1, int(q * kinds.shape[1])]


@compiled
def draw_vehicle(
    canvas: Canvas, eye: Eye, air: Air, tables: Tables, world: World, k: int, key: int
) -> None:
    """Draw vehicle ``k``."""
    v = world.vehicle_f
    length, width, height = v[vehicle.LENGTH, k], v[vehicle.WIDTH, k], v[vehicle.HEIGHT, k]
    pose = upright(eye, v[vehicle.X, k], v[vehicle.Y, k], v[vehicle.JOLT, k], v[vehicle.HEADING, k])
    near = max(pose.place[2] - 0.5 * length, 0.8)
    clearness = math.exp(-air.extinction * near)
    light = light_at(air, near, pose.place[0] / near, 1.0)
    brakes = v[vehicle.ACCELERATION, k] < BRAKE_LAMP_MPS2
    paint = tables.paints[world.vehicle_i[vehicle.PAINT, k]]
    first = (paint[0], paint[1], paint[2])
    if k == 0:
        first = EGO_COLOUR
    _set_colour(canvas, FIRST, first, 0.0)
    if world.vehicle_i[vehicle.IS_TRUCK, k] == 1:
        stripe = tables.paints[int(8.0 * hash_share(3 * k + 1, key + 7))]
        _set_colour(canvas, SECOND, (stripe[0], stripe[1], stripe[2]), 0.0)
        first = (0.72 * paint[0] + 64.0, 0.72 * paint[1] + 64.0, 0.72 * paint[2] + 64.0)
        _set_colour(canvas, FIRST, first, 0.0)  # trailers are paler than cars
    _set_lamps(canvas, air, brakes)
    body = Body(
        pose, length, width, height, light, clearness, eye.focal * height / near, VEHICLE, k
    )
    draw_model(canvas, eye, air, tables, body, model_of_vehicle(world, tables, k, key))


@compiled
def _set_lamps(canvas: Canvas, air: Air, brakes: bool) -> None:
    """Set the colours of tail lamps: bright while braking, dim at night and in rain or fog, else unlit."""
    if brakes:
        _set_colour(canvas, LAMP, (255.0, 34.0, 26.0), 1.0)
        _set_colour(canvas, TOP_LAMP, (255.0, 40.0, 30.0), 1.0)
        return
    is_lit = air.is_night or air.is_wet or air.is_foggy
    shine = 0.9 if is_lit else 0.15
    _set_colour(canvas, LAMP, (168.0 if is_lit else 132.0, 18.0, 20.0), shine)
    _set_colour(canvas, TOP_LAMP, (70.0, 14.0, 16.0), 0.1)


class Lying(NamedTuple):
    """How an object lies: its pose, and its original length, width and height, m."""

    pose: Pose
    length: float
    width: float
    height: float


@compiled
def _lean(world: World, j: int) -> float:
    """Roll of a bicycle that lies on handlebar and pedal: its flat side shows to those who come; 0 for all else."""
    d = world.debris_f
    is_flat = d[debris.HEIGHT, j] < 0.6 * d[debris.WIDTH, j]
    if (
        world.debris_i[debris.LOOK, j] != FRAME_LOOK
        or not is_flat
        or d[debris.PITCH, j] != 0.0
        or d[debris.ROLL, j] != 0.0
    ):
        return 0.0
    lean = math.atan2(d[debris.HEIGHT, j], d[debris.WIDTH, j])
    return lean if math.sin(d[debris.YAW, j]) > 0.0 else -lean


@compiled
def lie_of(world: World, eye: Eye, j: int) -> Lying:
    """How object ``j`` lies: its face, and how far it is turned from lying flat on it."""
    d = world.debris_f
    size = (d[debris.LENGTH, j], d[debris.WIDTH, j], d[debris.HEIGHT, j])
    cos_p, sin_p = math.cos(d[debris.PITCH, j]), math.sin(d[debris.PITCH, j])
    roll = d[debris.ROLL, j] + _lean(world, j)
    cos_r, sin_r = math.cos(roll), math.sin(roll)
    # the axes of the present face: along, across and above
    axes = (
        (cos_p, 0.0, -sin_p),
        (-sin_r * sin_p, cos_r, -sin_r * cos_p),
        (cos_r * sin_p, sin_r, cos_r * cos_p),
    )
    half = 0.5 * (size[0] * abs(axes[0][2]) + size[1] * abs(axes[1][2]) + size[2] * abs(axes[2][2]))
    face, yaw = world.debris_i[debris.FACE, j], d[debris.YAW, j]
    a, b, c = _AXES[face, 0], _AXES[face, 1], _AXES[face, 2]
    along, across, above = (
        _model_axis(eye, axes, yaw, face, 0),
        _model_axis(eye, axes, yaw, face, 1),
        _model_axis(eye, axes, yaw, face, 2),
    )
    dx, dy = d[debris.X, j] - eye.x, d[debris.Y, j] - eye.y
    up = d[debris.Z, j] + half - eye.height
    foot = 0.5 * size[c]
    place = (
        dy * eye.cos - dx * eye.sin - foot * above[0],
        up - foot * above[1],
        dx * eye.cos + dy * eye.sin - foot * above[2],
    )
    return Lying(Pose(along, across, above, place), size[a], size[b], size[c])


@compiled
def _model_axis(
    eye: Eye,
    axes: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]],
    yaw: float,
    face: int,
    k: int,
) -> tuple[float, float, float]:
    """Direction of the model's axis ``k``, seen by the camera."""
    axis, sign = axes[_AXES[face, k]], _SIGNS[face, k]
    return _turned(eye, yaw, sign * axis[0], sign * axis[1], sign * axis[2])


@compiled
def model_of_object(tables: Tables, look: int, lying: Lying) -> int:
    """Model of an object: by its look and, within it, by its shape."""
    row = tables.choices[look]
    value = lying.height
    if row[0] == 0.0:
        value = lying.length / max(lying.width, 1e-6)
    elif row[0] == 2.0:
        value = lying.width
    elif row[0] == 3.0:
        value = lying.length
    if value < row[1]:
        return int(row[3])
    return int(row[4]) if value < row[2] else int(row[5])


@compiled
def object_key(lying: Lying) -> int:
    """An integer that an object's sizes fix: what is irregular about it keeps its form."""
    return int(1e4 * (lying.length + lying.width + lying.height))


@compiled
def draw_object(canvas: Canvas, eye: Eye, air: Air, tables: Tables, world: World, j: int) -> None:
    """Draw object ``j`` with its shadow."""
    look, d = world.debris_i[debris.LOOK, j], world.debris_f
    lying = lie_of(world, eye, j)
    near = max(lying.pose.place[2] - 0.3 * lying.length, 0.6)
    clearness = math.exp(-air.extinction * near)
    light = light_at(
        air, near, lying.pose.place[0] / near, RETRO_GAIN if look == CONE_LOOK else 1.0
    )
    key = object_key(lying)
    tone = 0.90 + 0.2 * hash_share(key, 11)
    for m in range(3):
        c = tables.looks[look]
        colour = (c[3 * m] * tone, c[3 * m + 1] * tone, c[3 * m + 2] * tone)
        _set_colour(canvas, FIRST if m == 0 else (SECOND if m == 1 else THIRD), colour, 0.0)
    tall = max(lying.height, 0.3 * lying.width)
    size_px = eye.focal * max(tall, 0.25) / near
    body = Body(
        lying.pose,
        lying.length,
        lying.width,
        max(lying.height, 0.01),
        light,
        clearness,
        size_px,
        OBJECT,
        key,
    )
    draw_model(canvas, eye, air, tables, body, model_of_object(tables, look, lying))
    if has_broken(world, j):
        _draw_pieces(
            canvas,
            eye,
            air,
            tables,
            body,
            upright(eye, d[debris.X, j], d[debris.Y, j], 0.0, _course(world, j)),
        )


@compiled
def has_broken(world: World, j: int) -> bool:
    """Whether object ``j`` lies in pieces: the ego has struck it, or another vehicle is striking it."""
    i = world.debris_i
    return (
        bool(i[debris.STRUCK_BY_EGO, j] == 1 or i[debris.FATES, j] != 0)
        and i[debris.IS_PATCH, j] == 0
    )


@compiled
def _course(world: World, j: int) -> float:
    """Direction in which object ``j`` moves, rad; its yaw while it lies still."""
    d = world.debris_f
    vx, vy = d[debris.VX, j], d[debris.VY, j]
    return math.atan2(vy, vx) if vx * vx + vy * vy > 1.0 else d[debris.YAW, j]


@compiled
def _draw_pieces(canvas: Canvas, eye: Eye, air: Air, tables: Tables, body: Body, pose: Pose) -> None:  # fmt: skip
    """Draw what has broken off: pictures only, which nothing in the world hits and no mask counts."""
    size = min(max(0.5 * (body.length + body.width), 0.3), 1.0)
    pieces = Body(
        pose,
        4.0 * size,
        2.5 * size,
        0.16 * size,
        body.light,
        body.clearness,
        body.size_px,
        NONE,
        body.key,
    )
    draw_model(canvas, eye, air, tables, pieces, tables.vehicles[3, 0])


@compiled
def shade_object(canvas: Canvas, eye: Eye, air: Air, world: World, j: int) -> None:
    """Draw the shadow of object ``j`` on the road; the higher it flies, the paler."""
    d = world.debris_f
    z = d[debris.Z, j]
    if z > 3.0 or world.debris_i[debris.CARRIER, j] >= 0:
        return
    strength = 0.8 / (1.0 + 1.5 * z) * (0.4 if air.is_night else 1.0)
    if world.debris_i[debris.LOOK, j] == FRAME_LOOK:
        strength *= 0.4
    pose = upright(eye, d[debris.X, j], d[debris.Y, j], 0.0, d[debris.YAW, j])
    rim = min(0.06 + 0.15 * d[debris.HEIGHT, j] + 0.1 * z, 0.3)
    shadow(canvas, eye, pose, (0.5 * d[debris.LENGTH, j], 0.5 * d[debris.WIDTH, j], rim), strength)


@compiled
def shade_vehicle(canvas: Canvas, eye: Eye, air: Air, world: World, k: int) -> None:
    """Draw the shadow of vehicle ``k`` on the road."""
    v = world.vehicle_f
    pose = upright(eye, v[vehicle.X, k], v[vehicle.Y, k], 0.0, v[vehicle.HEADING, k])
    strength = 0.5 if air.is_night else (0.75 if air.is_wet or air.is_foggy else 0.95)
    shadow(
        canvas, eye, pose, (0.5 * v[vehicle.LENGTH, k], 0.5 * v[vehicle.WIDTH, k], 0.25), strength
    )
