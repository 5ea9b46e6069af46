"""Bodies that stand upright, and the shadows of vehicles and objects on the road."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.camera.air import Air
from envs.camera.optics import Eye
from envs.camera.shapes.body import Pose, project_points, seen_at
from envs.camera.shapes.polygons import NONE, Canvas, Tint, stamp
from envs.physics.compilation import compiled
from envs.specification import debris, vehicle
from envs.specification.world import World

SOFT_PX: Final = 1.5
"""A shadow's rim narrower than this is not drawn."""

FRAME_LOOK: Final = debris.LOOKS.index("frame")


# corners of a rectangle that the rim cuts: side along and across, and how much of the rim is added to each
_OCTAGON: Final = np.array(
    [
        [-1.0, -1.0, 1.0, -0.6], [-1.0, 1.0, 1.0, -0.6], [-1.0, 1.0, -0.6, 1.0], [1.0, 1.0, -0.6, 1.0],
        [1.0, 1.0, 1.0, -0.6], [1.0, -1.0, 1.0, -0.6], [1.0, -1.0, -0.6, 1.0], [-1.0, -1.0, -0.6, 1.0],
    ]
)  # fmt: skip


@compiled
def turned(eye: Eye, yaw: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Right, up and depth of a direction that is given along, across and above a body of this yaw."""
    cos, sin = math.cos(yaw), math.sin(yaw)
    dx, dy = x * cos - y * sin, x * sin + y * cos
    return dy * eye.cos - dx * eye.sin, z, dx * eye.cos + dy * eye.sin


@compiled
def upright(eye: Eye, x: float, y: float, z: float, yaw: float) -> Pose:
    """Pose of a body that stands upright at a place, its foot at height ``z``."""
    dx, dy = x - eye.x, y - eye.y
    place = (dy * eye.cos - dx * eye.sin, z - eye.height, dx * eye.cos + dy * eye.sin)
    along, across = turned(eye, yaw, 1.0, 0.0, 0.0), turned(eye, yaw, 0.0, 1.0, 0.0)
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
def _clearness(air: Air, pose: Pose) -> float:
    """Share of a shadow that is seen through the air."""
    return math.exp(-air.extinction * max(pose.place[2], 0.0))


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
    strength *= _clearness(air, pose)
    rim = min(0.06 + 0.15 * d[debris.HEIGHT, j] + 0.1 * z, 0.3)
    shadow(canvas, eye, pose, (0.5 * d[debris.LENGTH, j], 0.5 * d[debris.WIDTH, j], rim), strength)


@compiled
def shade_vehicle(canvas: Canvas, eye: Eye, air: Air, world: World, k: int) -> None:
    """Draw the shadow of vehicle ``k`` on the road."""
    v = world.vehicle_f
    pose = upright(eye, v[vehicle.X, k], v[vehicle.Y, k], 0.0, v[vehicle.HEADING, k])
    strength = 0.5 if air.is_night else (0.75 if air.is_wet or air.is_foggy else 0.95)
    strength *= _clearness(air, pose)
    shadow(
        canvas, eye, pose, (0.5 * v[vehicle.LENGTH, k], 0.5 * v[vehicle.WIDTH, k], 0.25), strength
    )
