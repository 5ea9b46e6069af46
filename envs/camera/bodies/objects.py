"""Objects: model by look and shape, colours, and pieces of what has been struck."""

from __future__ import annotations

import math
from typing import Final

from envs.camera.air import RETRO_GAIN, Air, light_at
from envs.camera.bodies.lying import Lying, lie_of
from envs.camera.bodies.model import Tables, draw_model, set_colour
from envs.camera.bodies.shadows import upright
from envs.camera.models.parts import FIRST, SECOND, THIRD
from envs.camera.optics import Eye
from envs.camera.shapes.body import Body, Pose
from envs.camera.shapes.polygons import NONE, OBJECT, Canvas
from envs.camera.texture import hash_share
from envs.physics.compilation import compiled
from envs.specification import debris
from envs.specification.world import World

CONE_LOOK: Final = debris.LOOKS.index("drum/cone")


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
        set_colour(canvas, FIRST if m == 0 else (SECOND if m == 1 else THIRD), colour, 0.0)
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
