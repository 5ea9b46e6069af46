"""One picture from one world: sky, road, shadows, all bodies from far to near, weather, and the ego's bonnet."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air, air_of
from envs.camera.bodies.model import Tables
from envs.camera.bodies.objects import draw_object
from envs.camera.bodies.shadows import shade_object, shade_vehicle
from envs.camera.bodies.vehicles import EGO_COLOUR, draw_vehicle
from envs.camera.optics import Eye, View, eye_of
from envs.camera.shapes.polygons import Canvas, begin
from envs.camera.surroundings.furniture import draw_furniture
from envs.camera.surroundings.ground import draw_ground
from envs.camera.surroundings.sky import draw_sky
from envs.camera.surroundings.weather import add_glow, add_rain, draw_bonnet
from envs.physics.compilation import compiled
from envs.specification import TICK_S, debris, episode, vehicle
from envs.specification.world import World

REACH_M: Final = np.array([260.0, 200.0, 170.0])
"""Furthest distance at which bodies are drawn in clear air, rain and fog [A]."""

SHADOW_PX: Final = 1.5
"""Bodies of less height in the picture throw no shadow."""


class Shot(NamedTuple):
    """How pictures are taken: all that kernels need of a camera and a view."""

    place: View
    focal: float
    horizon: float
    in_detail: bool
    dropped: float


@compiled
def appearance_key(world: World) -> int:
    """An integer that fixes what is irregular in the pictures of a world, a hash of what can be seen."""
    i = world.episode_i
    key = 7 * i[episode.NUM_LANES] + 3 * i[episode.HAS_SHOULDER] + world.vehicle_i[vehicle.PAINT, 0]
    return int(key) + 31 * int(world.episode_f[episode.SIGHT_RANGE])


@compiled
def _half_length(world: World, a: int) -> tuple[float, float, float]:
    """Place along and across the road and half the extent along it of body ``a``; objects follow vehicles."""
    n = world.episode_i[episode.NUM_VEHICLES]
    if a < n:
        v = world.vehicle_f
        return v[vehicle.X, a], v[vehicle.Y, a], 0.5 * v[vehicle.LENGTH, a]
    d, j = world.debris_f, a - n
    yaw = d[debris.YAW, j]
    half = abs(math.cos(yaw)) * d[debris.LENGTH, j] + abs(math.sin(yaw)) * d[debris.WIDTH, j]
    return d[debris.X, j], d[debris.Y, j], 0.5 * half


@compiled
def _is_under(world: World, a: int, b: int) -> bool:
    """Whether body ``a`` is an object between the flanks of vehicle ``b``: under it unless beyond or before."""
    n = world.episode_i[episode.NUM_VEHICLES]
    if a < n or b >= n or world.debris_i[debris.CARRIER, a - n] == b:
        return False
    aside = world.debris_f[debris.Y, a - n] - world.vehicle_f[vehicle.Y, b]
    return bool(abs(aside) < 0.5 * world.vehicle_f[vehicle.WIDTH, b])


@compiled
def is_behind(world: World, a: int, b: int) -> bool:
    """Whether body ``a`` is drawn before body ``b``: it is beyond or under it or, beside it, further from the axis."""
    ax, ay, ah = _half_length(world, a)
    bx, by, bh = _half_length(world, b)
    n = world.episode_i[episode.NUM_VEHICLES]
    if b >= n and world.debris_i[debris.CARRIER, b - n] == a:
        return True
    if a >= n and world.debris_i[debris.CARRIER, a - n] == b:
        return False
    if ax - ah >= bx + bh - 0.3:
        return True
    if bx - bh >= ax + ah - 0.3:
        return False
    if _is_under(world, a, b) or _is_under(world, b, a):
        return _is_under(world, a, b)
    y = world.vehicle_f[vehicle.Y, 0]
    return bool(abs(ay - y) > abs(by - y))


@compiled
def _is_flat(world: World, j: int) -> bool:
    """Whether object ``j`` is a part of the road's surface."""
    return bool(world.debris_i[debris.LOOK, j] >= len(debris.LOOKS) - 2)


@compiled
def _list_bodies(canvas: Canvas, eye: Eye, world: World, first: int) -> int:
    """List the bodies that may be in the picture, most distant first; returns their number."""
    n, m = world.episode_i[episode.NUM_VEHICLES], world.episode_i[episode.NUM_DEBRIS]
    reach = REACH_M[world.episode_i[episode.WEATHER]]
    side = eye.middle / eye.focal
    count = 0
    for a in range(first, n + m):
        if a >= n and (world.debris_i[debris.FLICKERS, a - n] == 1 or _is_flat(world, a - n)):
            continue  # a ghost of the detector is nothing to see
        x, y, half = _half_length(world, a)
        dx, dy = x - eye.x, y - eye.y
        depth, right = dx * eye.cos + dy * eye.sin, dy * eye.cos - dx * eye.sin
        if depth + half < 0.4 or depth > reach or abs(right) > side * (depth + half) + half + 2.0:
            continue
        q = count
        while q > 0 and is_behind(world, a, canvas.order[q - 1]):
            canvas.order[q] = canvas.order[q - 1]
            q -= 1
        canvas.order[q] = a
        count += 1
    return count


@compiled
def _draw_bodies(
    canvas: Canvas, eye: Eye, air: Air, tables: Tables, world: World, first: int, key: int
) -> None:
    """Draw what lies in the road's surface, shadows, and all bodies from far to near."""
    n = world.episode_i[episode.NUM_VEHICLES]
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        if _is_flat(world, j) and world.debris_i[debris.FLICKERS, j] == 0:
            draw_object(canvas, eye, air, tables, world, j)
    count = _list_bodies(canvas, eye, world, first)
    for q in range(count):
        a = canvas.order[q]
        if a >= n:
            shade_object(canvas, eye, air, world, a - n)
        elif eye.focal * world.vehicle_f[vehicle.HEIGHT, a] > SHADOW_PX * (
            world.vehicle_f[vehicle.X, a] - eye.x
        ):
            shade_vehicle(canvas, eye, air, world, a)
    for q in range(count):
        a = canvas.order[q]
        if a >= n:
            draw_object(canvas, eye, air, tables, world, a - n)
        else:
            draw_vehicle(canvas, eye, air, tables, world, a, key)
            add_glow(canvas, eye, air, world, a)


@compiled
def draw_world(canvas: Canvas, tables: Tables, world: World, shot: Shot) -> None:
    """Draw one world into the canvas' picture and masks."""
    height, width = canvas.picture.shape[0], canvas.picture.shape[1]
    eye = eye_of(world, shot.place, shot.focal, width, shot.horizon * height)
    air = air_of(world)
    key = appearance_key(world)
    tick = world.episode_i[episode.TICK]
    canvas.masks[:] = 0
    begin(canvas)
    heading = world.vehicle_f[vehicle.HEADING, 0]
    draw_sky(canvas, eye, air, tables.noise, (heading, tick * TICK_S, key, shot.in_detail))
    draw_ground(canvas, eye, air, world, (tables.strips, tables.noise, shot.in_detail))
    draw_furniture(canvas, eye, air, world, shot.in_detail)
    first = 0 if shot.place.shows_ego else 1
    _draw_bodies(canvas, eye, air, tables, world, first, key)
    if air.is_wet:
        add_rain(canvas, air, tick, key, shot.in_detail)
    if not shot.place.shows_ego:
        draw_bonnet(canvas, air, EGO_COLOUR)


@compiled
def with_buffers(canvas: Canvas, picture: NDArray[np.uint8], masks: NDArray[np.uint8]) -> Canvas:
    """The canvas with another picture and other masks."""
    return Canvas(
        picture, masks, canvas.paint, canvas.area, canvas.bounds, canvas.points, canvas.corners,
        canvas.colours, canvas.row, canvas.grey, canvas.columns, canvas.order, canvas.keys,
    )  # fmt: skip
