"""Rows of the arrays of an instance: those of a catalogue object, and the paint of a vehicle."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

import numpy as np

from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.physics.aerodynamics import motion_threshold
from envs.physics.noise import uniforms
from envs.specification import debris, vehicle

UNMOVED_MPS = 1e6
"""Air speed that moves nothing here: patches and phantoms stay."""

PAINT_CHANNEL = 40
"""Channel of the counter-based noise from which paints are drawn."""

_PAINT_BOUNDS = tuple(accumulate(vehicle.PAINT_PERCENT))


def draw_paint(noise_seed: int, index: int) -> int:
    """Paint of a vehicle as a pure function of the seed and its index, so that it changes no other draw."""
    draw = uniforms(noise_seed, 0, index, PAINT_CHANNEL)[0]
    return bisect_right(_PAINT_BOUNDS, 100.0 * draw)


def debris_rows(
    spec: DebrisSpec, draw: DebrisDraw, x_m: float, y_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Columns of ``debris_f`` and ``debris_i`` of a catalogue object lying at a place of the road."""
    f = np.zeros(debris.NUM_FLOATS)
    f[debris.X], f[debris.Y], f[debris.YAW] = x_m, y_m, draw.yaw_rad
    f[debris.LENGTH], f[debris.WIDTH], f[debris.HEIGHT] = draw.length_m, draw.width_m, draw.height_m
    f[debris.MASS], f[debris.CRUSH_PRESSURE] = draw.mass_kg, draw.crush_pressure_pa
    f[debris.STIFFNESS], f[debris.SHARPNESS] = draw.stiffness_npm, draw.sharpness
    f[debris.FRICTION], f[debris.DRAG_AREA] = draw.friction, draw.drag_area_m2
    f[debris.LIFT_AREA], f[debris.RESTITUTION] = draw.lift_area_m2, draw.restitution
    f[debris.TYRE_FRICTION], f[debris.PIECES] = draw.tyre_friction, draw.pieces
    f[debris.AIR_THRESHOLD] = UNMOVED_MPS
    is_patch = spec.kind == "patch"
    if not is_patch:
        threshold = motion_threshold(
            draw.mass_kg, draw.friction, draw.drag_area_m2, draw.lift_area_m2
        )
        f[debris.AIR_THRESHOLD] = min(threshold, UNMOVED_MPS)
    i = np.zeros(debris.NUM_INTS, dtype=np.int64)
    i[debris.IS_REAL], i[debris.IS_PATCH] = 1, int(is_patch)
    i[debris.LOOK] = debris.LOOKS.index(spec.look)
    i[debris.IS_METAL], i[debris.IS_WARM] = int(spec.is_metal), int(spec.is_warm)
    i[debris.CARRIER] = -1
    return f, i
