"""What lies over everything else: lamps that glow, rain in the air, and the ego's own bonnet."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.camera.air import Air
from envs.camera.optics import Eye
from envs.camera.shapes.polygons import Canvas
from envs.camera.texture import hash_share
from envs.physics.compilation import compiled
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import vehicle
from envs.specification.world import World

STREAKS_PER_PX: Final = 6e-3
"""Streaks of rain per pixel of a small picture [A]."""

BONNET_TOP, BONNET_SAG = 0.955, 0.040
"""Row of the bonnet's middle and how much lower its corners are, as shares of the height [A]."""

CAR_LAMP_M, TRUCK_LAMP_M = 0.75, 0.95
"""Height of tail lamps (UNECE R48 allows 0.35 to 1.5 m)."""


@compiled
def _glow(
    canvas: Canvas, eye: Eye, place: tuple[float, float, float], radius: float, strength: float
) -> None:
    """Add a red blob of light at a place (right, up, depth)."""
    scale = eye.focal / place[2]
    u, v = eye.middle + scale * place[0], eye.horizon - scale * place[1]
    reach = scale * radius + 0.010 * canvas.picture.shape[1]
    height, width = canvas.picture.shape[0], canvas.picture.shape[1]
    i0, i1 = max(int(v - 2.2 * reach), 0), min(int(v + 2.2 * reach) + 1, height)
    j0, j1 = max(int(u - 2.2 * reach), 0), min(int(u + 2.2 * reach) + 1, width)
    q = 1.0 / (reach * reach)
    for i in range(i0, i1):
        for j in range(j0, j1):
            square = ((i + 0.5 - v) ** 2 + (j + 0.5 - u) ** 2) * q
            if square < 5.0:
                light = 255.0 * strength * (math.exp(-square) - 0.0067)
                for k in range(3):
                    share = 1.0 if k == 0 else (0.13 if k == 1 else 0.09)
                    value = canvas.picture[i, j, k] + share * light
                    canvas.picture[i, j, k] = np.uint8(min(value, 255.0))


@compiled
def add_glow(canvas: Canvas, eye: Eye, air: Air, world: World, k: int) -> None:
    """Let the tail lamps of vehicle ``k`` glow: at night, in rain and fog, and whenever it brakes."""
    v = world.vehicle_f
    brakes = v[vehicle.ACCELERATION, k] < BRAKE_LAMP_MPS2
    is_dim = air.is_night or air.is_wet or air.is_foggy
    if not (is_dim or brakes):
        return
    cos, sin = math.cos(v[vehicle.HEADING, k]), math.sin(v[vehicle.HEADING, k])
    is_truck = world.vehicle_i[vehicle.IS_TRUCK, k] == 1
    up = TRUCK_LAMP_M if is_truck else CAR_LAMP_M
    back, side = -0.5 * v[vehicle.LENGTH, k], (0.42 if is_truck else 0.36) * v[vehicle.WIDTH, k]
    for m in range(2):
        y = side if m == 0 else -side
        dx = v[vehicle.X, k] + back * cos - y * sin - eye.x
        dy = v[vehicle.Y, k] + back * sin + y * cos - eye.y
        depth = dx * eye.cos + dy * eye.sin
        if depth < 2.0:
            continue
        right = dy * eye.cos - dx * eye.sin
        clear = math.exp(-0.5 * air.extinction * depth)
        strength = (0.60 if brakes else 0.22) * (1.0 if air.is_night else 0.45) * clear
        _glow(canvas, eye, (right, up - eye.height, depth), 0.26, strength)
        if air.is_wet:
            _glow(canvas, eye, (right, -0.6 * up - eye.height, depth), 0.4, 0.5 * strength)


@compiled
def add_rain(canvas: Canvas, air: Air, tick: int, key: int, in_detail: bool) -> None:
    """Draw streaks of rain, new ones in every tick."""
    height, width = canvas.picture.shape[0], canvas.picture.shape[1]
    count = int(STREAKS_PER_PX * 64 * 96) if not in_detail else 240
    light = 26.0 * air.ambient + 4.0
    for m in range(count):
        u, v = hash_share(m + 977 * tick, key) * width, hash_share(m + 977 * tick, key + 7) * height
        long = (0.03 + 0.07 * hash_share(m, 13)) * height
        lean = 0.12 * (u - 0.5 * width) / max(long, 1.0)
        for i in range(max(int(v), 0), min(int(v + long), height)):
            j = int(u + lean * (i - v))
            if 0 <= j < width:
                for k in range(3):
                    canvas.picture[i, j, k] = np.uint8(min(canvas.picture[i, j, k] + light, 255.0))


@compiled
def draw_bonnet(canvas: Canvas, air: Air, colour: tuple[float, float, float]) -> None:
    """Draw the front end of the ego's bonnet along the lower border."""
    height, width = canvas.picture.shape[0], canvas.picture.shape[1]
    light = 0.13 if air.is_night else air.ambient
    has_masks = canvas.masks.shape[1] > 0
    for j in range(width):
        u = 2.0 * (j + 0.5) / width - 1.0
        top = height * (BONNET_TOP + BONNET_SAG * u * u)
        for i in range(max(int(top), 0), height):
            share = min(i + 1.0 - max(top, float(i)), 1.0)
            down = min(max((i + 0.5 - top) / (0.05 * height), 0.0), 1.0)
            shade = (0.95 - 0.45 * down) * light
            for k in range(3):
                old = float(canvas.picture[i, j, k])
                canvas.picture[i, j, k] = np.uint8(old + share * (colour[k] * shade - old) + 0.5)
            if has_masks:
                for m in range(2):
                    canvas.masks[m, i, j] = np.uint8(canvas.masks[m, i, j] * (1.0 - share) + 0.5)
