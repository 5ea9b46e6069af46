"""How an object lies: on which face, turned how far from lying flat on it, and which way it looks."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from envs.camera.bodies.shadows import FRAME_LOOK, turned
from envs.camera.optics import Eye
from envs.camera.shapes.body import Pose
from envs.physics.compilation import compiled
from envs.specification import debris
from envs.specification.world import World

# original length, width and height of an object on each of debris.FACES: axis of the present face, and direction on it
_AXES: Final = np.array([[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [2, 0, 1], [1, 0, 2]])
_SIGNS: Final = np.array(
    [[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, -1.0, 1.0]]
)  # fmt: skip


class Lying(NamedTuple):
    """How an object lies: its pose, and its original length, width and height, m."""

    pose: Pose
    length: float
    width: float
    height: float


@compiled
def _lean(world: World, j: int) -> float:
    """Roll of a bicycle that lies on handlebar and pedal: its flat side faces the traffic; 0 for all else."""
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
    return turned(eye, yaw, sign * axis[0], sign * axis[1], sign * axis[2])
