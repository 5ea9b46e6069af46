"""One picture from one world: sky, road, shadows, every body from far to near, then weather and the ego's bonnet."""

from __future__ import annotations

import math
from functools import lru_cache
from threading import get_ident
from typing import Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from envs.camera.air import Air, air_of
from envs.camera.bodies import (
    EGO_COLOUR,
    Tables,
    draw_object,
    draw_vehicle,
    shade_object,
    shade_vehicle,
)
from envs.camera.furniture import draw_furniture
from envs.camera.ground import draw_ground
from envs.camera.models.tables import CHOICES, COLOURS, LOOKS, PAINTS, PARTS, SPANS, VEHICLES
from envs.camera.optics import DRIVER, Camera, Eye, View, eye_of
from envs.camera.sensor import is_repeated
from envs.camera.shapes import MAX_POINTS, Canvas, begin
from envs.camera.sky import draw_sky
from envs.camera.strips import MAX_STRIPS, NUM_COLUMNS
from envs.camera.texture import sheet
from envs.camera.weather import add_glow, add_rain, draw_bonnet
from envs.physics.compilation import compiled, uncounted_entry
from envs.specification import MAX_DEBRIS, MAX_VEHICLES, TICK_S, debris, episode, vehicle
from envs.specification.world import LAYOUT, World

REACH_M: Final = np.array([260.0, 200.0, 170.0])
"""Furthest distance at which bodies are drawn in clear air, rain and fog [A]."""

NUM_ORDERED: Final = 2 * max(
    MAX_DEBRIS + MAX_VEHICLES, int((SPANS[:, :, 1] - SPANS[:, :, 0]).max())
)
"""Places for bodies, and as many for the parts of one body."""

SHADOW_PX: Final = 1.5
"""Bodies of less height in the picture throw no shadow."""


class Shot(NamedTuple):
    """How pictures are taken: all that kernels need of a camera and a view."""

    place: View
    focal: float
    horizon: float
    in_detail: bool
    dropped: float


def make_canvas(height: int, width: int) -> Canvas:
    """Everything that is needed to draw pictures of this size but the pictures themselves."""
    colours = np.zeros(COLOURS.shape)
    colours[:] = COLOURS
    return Canvas(
        np.zeros((height, width, 3), np.uint8),
        np.zeros((2, 0, 0), np.uint8),
        np.zeros((height, width, 4), np.float32),
        np.zeros((height, width + 2), np.float32),
        np.zeros(4, np.int64),
        np.zeros((2, MAX_POINTS)),
        np.zeros((8, MAX_POINTS)),
        colours,
        np.zeros((3, width), np.float32),
        np.zeros(3 * width, np.uint8),
        np.zeros((2, width), np.float32),
        np.zeros(NUM_ORDERED, np.int64),
        np.zeros(NUM_ORDERED),
    )


@lru_cache(maxsize=16)
def make_tables(thread: int = 0) -> Tables:  # noqa: ARG001 - part of the key
    """Tables of all models, and the sheet of noise; each thread has its own table of strips."""
    strips = np.zeros((MAX_STRIPS, NUM_COLUMNS))
    return Tables(PARTS, SPANS, CHOICES, LOOKS, PAINTS, VEHICLES, sheet(), strips)


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
def is_behind(world: World, a: int, b: int) -> bool:
    """Whether body ``a`` is drawn before body ``b``: it is beyond it or, beside it, further from the camera's axis."""
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
def _with(canvas: Canvas, picture: NDArray[np.uint8], masks: NDArray[np.uint8]) -> Canvas:
    """The canvas with another picture and other masks."""
    return Canvas(
        picture, masks, canvas.paint, canvas.area, canvas.bounds, canvas.points, canvas.corners,
        canvas.colours, canvas.row, canvas.grey, canvas.columns, canvas.order, canvas.keys,
    )  # fmt: skip


@uncounted_entry
def draw_worlds(
    canvas: Canvas,
    tables: Tables,
    worlds: NDArray[np.void],
    shot: Shot,
    pictures: NDArray[np.uint8],
    masks: NDArray[np.uint8],
) -> None:
    """Draw all worlds at the pictures' own size; a picture that is dropped keeps the one before it."""
    has_masks = masks.shape[0] > 0
    for b in range(pictures.shape[0]):
        world = worlds[b]
        if shot.dropped > 0.0 and is_repeated(world, shot.dropped):
            continue
        one = masks[b] if has_masks else canvas.masks
        draw_world(_with(canvas, pictures[b], one), tables, world, shot)


@uncounted_entry
def shrink(large: NDArray[np.uint8], small: NDArray[np.uint8]) -> None:
    """Average squares of two by two values; both have shape ``(A, H, W, C)``."""
    for a in range(small.shape[0]):
        for i in range(small.shape[1]):
            for j in range(small.shape[2]):
                for k in range(small.shape[3]):
                    total = np.int32(large[a, 2 * i, 2 * j, k]) + large[a, 2 * i, 2 * j + 1, k]
                    total += (
                        np.int32(large[a, 2 * i + 1, 2 * j, k]) + large[a, 2 * i + 1, 2 * j + 1, k]
                    )
                    small[a, i, j, k] = np.uint8((total + 2) >> 2)


@lru_cache(maxsize=16)
def _canvas(height: int, width: int, thread: int) -> Canvas:  # noqa: ARG001 - part of the key
    """The canvas of a size; each thread has its own."""
    return make_canvas(height, width)


def draw_into(
    worlds: NDArray[np.void],
    camera: Camera,
    pictures: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    *,
    view: View = DRIVER,
) -> None:
    """Draw ``B`` worlds into buffers, in place.

    Parameters
    ----------
    worlds
        Records of ``envs.specification.world``, shape ``(B,)``.
    pictures
        Shape ``(B, H, W, 3)``. Where the camera drops a picture, the buffer keeps the one before it.
    masks
        Coverage by vehicles and by objects, 0-255, shape ``(B, 2, H, W)``; an empty array if the camera has none.
    view
        From where.
    """
    _draw(worlds, camera, view, camera.dropped, pictures, masks)


def _draw(
    worlds: NDArray[np.void],
    camera: Camera,
    view: View,
    dropped: float,
    pictures: NDArray[np.uint8],
    masks: NDArray[np.uint8],
) -> None:
    """Draw, at twice the size and averaged if the camera says so."""
    plain = (
        np.atleast_1d(worlds).view(np.ndarray).view(LAYOUT)
    )  # without loss of the alignment flag
    scale = camera.supersample
    shot = Shot(view, camera.focal_px * scale, camera.horizon, camera.detail, dropped)
    canvas = _canvas(camera.height * scale, camera.width * scale, get_ident())
    has_masks = masks.size > 0
    none = np.zeros((0, 2, 0, 0), np.uint8)
    if scale == 1:
        draw_worlds(
            canvas, make_tables(get_ident()), plain, shot, pictures, masks if has_masks else none
        )
        return
    large = np.zeros((1, *canvas.picture.shape), np.uint8)
    cover = np.zeros((1, 2, *canvas.picture.shape[:2]), np.uint8) if has_masks else none
    for b in range(len(plain)):
        if dropped > 0.0 and is_repeated(plain[b], dropped):
            continue
        draw_worlds(
            canvas,
            make_tables(get_ident()),
            plain[b : b + 1],
            shot._replace(dropped=0.0),
            large,
            cover,
        )
        shrink(large, pictures[b : b + 1])
        if has_masks:
            shrink(cover[0][..., None], masks[b][..., None])


def draw(
    worlds: NDArray[np.void] | World, camera: Camera, *, view: View = DRIVER
) -> NDArray[np.uint8]:
    """Pictures of worlds without any noise: for films, data and pages.

    Parameters
    ----------
    worlds
        One record of ``envs.specification.world``, or an array of ``B``.
    camera
        Size and lens.
    view
        ``DRIVER`` or ``CHASE``.

    Returns
    -------
    NDArray[np.uint8]
        ``(H, W, 3)`` for one world, ``(B, H, W, 3)`` for an array.
    """
    given = np.asarray(worlds)
    batch = np.atleast_1d(given)
    pictures = np.zeros((len(batch), camera.height, camera.width, 3), np.uint8)
    _draw(batch, camera, view, 0.0, pictures, np.zeros(0, np.uint8))
    return pictures if given.ndim else cast("NDArray[np.uint8]", pictures[0])
