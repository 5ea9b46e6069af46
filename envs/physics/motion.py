"""Motion of one free object: falling, bouncing, sliding, drifting (envs/physics/SOURCES.md 2.6)."""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.aerodynamics import AIR_DENSITY_KGPM3
from envs.physics.compilation import compiled
from envs.specification import GRAVITY_MPS2

LONGEST_STEP_S = 0.005
"""Longest integration step; a tick of 1/15 s is cut into 14 (envs/physics/SOURCES.md 2.6)."""

REST_SPEED_MPS = 1e-3
"""Below this speed an object counts as at rest, and friction may hold it (envs/physics/SOURCES.md 2.6)."""

BOUNCE_STOP_MPS = 0.3
"""A bounce that leaves with less vertical speed is the last one [A]."""


class Motion(NamedTuple):
    """Velocity (m/s) and height of the lowest point (m) after a step, and what happened in it."""

    vx: float
    vy: float
    z: float
    vz: float
    dx: float  # distance covered, m
    dy: float
    knock_x: float  # velocity that touch-downs took out of the object by friction, m/s
    knock_y: float


@compiled
def advance_object(
    vx: float,
    vy: float,
    z: float,
    vz: float,
    air_x: float,
    air_y: float,
    mass: float,
    friction: float,
    drag_area: float,
    lift_area: float,
    restitution: float,
    duration: float,
) -> Motion:
    """Move a free object through ``duration`` seconds in steps of at most ``LONGEST_STEP_S``; SI units.

    In the air: free fall, and drag on the horizontal velocity relative to the air. On the road: drag, and friction of
    the weight less the lift. Where the lift exceeds the weight the object drifts without friction but keeps its height:
    the model has no flight path. A touch-down takes ``friction (1 + restitution)`` times the vertical speed out of the
    horizontal one, at most all of it: textbook impulse [A].

    Parameters
    ----------
    z, vz
        Height of the lowest point above the road, >= 0, and vertical speed, up positive.
    air_x, air_y
        Velocity of the air at the object, constant over the duration.
    friction
        Coulomb coefficient of object on road.
    drag_area, lift_area
        C_D A and C_L A.
    restitution
        Normal coefficient of a bounce on the road, 0..1.
    """
    drag = 0.5 * AIR_DENSITY_KGPM3 * drag_area / mass
    lift = 0.5 * AIR_DENSITY_KGPM3 * lift_area / mass
    dx, dy, knock_x, knock_y = 0.0, 0.0, 0.0, 0.0
    if _is_held(vx, vy, z, vz, air_x, air_y, friction, drag, lift):
        return Motion(0.0, 0.0, 0.0, 0.0, dx, dy, 0.0, 0.0)
    num_steps = max(1, math.ceil(duration / LONGEST_STEP_S - 1e-9))
    dt = duration / num_steps
    for _ in range(num_steps):
        old_x, old_y = vx, vy
        rx, ry = vx - air_x, vy - air_y
        wind = math.sqrt(rx * rx + ry * ry)
        # quadratic drag alone has this exact solution: stable for a film bag in any wind
        kept = 1.0 / (1.0 + drag * wind * dt)
        vx, vy = air_x + rx * kept, air_y + ry * kept
        if z > 0.0 or vz != 0.0:
            impact = vz * vz + 2.0 * GRAVITY_MPS2 * z
            z += vz * dt - 0.5 * GRAVITY_MPS2 * dt * dt
            vz -= GRAVITY_MPS2 * dt
            taken, lands = 0.0, z <= 0.0
            if lands:
                z, vz = 0.0, math.sqrt(impact)
                taken = friction * (1.0 + restitution) * vz
                vz *= restitution
                if vz < BOUNCE_STOP_MPS:
                    vz = 0.0
        else:
            lands = False
            taken = friction * max(0.0, GRAVITY_MPS2 - lift * wind * wind) * dt
        if taken > 0.0:
            speed = math.sqrt(vx * vx + vy * vy)
            left = 1.0 - taken / speed if speed > taken else 0.0
            if lands:
                knock_x, knock_y = knock_x + (1.0 - left) * vx, knock_y + (1.0 - left) * vy
            vx, vy = vx * left, vy * left
        dx += 0.5 * (old_x + vx) * dt
        dy += 0.5 * (old_y + vy) * dt
    return Motion(vx, vy, z, vz, dx, dy, knock_x, knock_y)


@compiled
def _is_held(
    vx: float,
    vy: float,
    z: float,
    vz: float,
    air_x: float,
    air_y: float,
    friction: float,
    drag: float,
    lift: float,
) -> bool:
    """Whether an object at rest on the road stays at rest; drag and lift per kg."""
    if z > 0.0 or vz != 0.0 or vx * vx + vy * vy >= REST_SPEED_MPS * REST_SPEED_MPS:
        return False
    square = air_x * air_x + air_y * air_y
    return drag * square <= friction * max(0.0, GRAVITY_MPS2 - lift * square)
