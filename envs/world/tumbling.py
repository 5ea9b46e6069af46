"""Turning of objects in a world: what is struck off its centre, dropped or brought down turns and comes to rest.

An object that lies on another face has other extents: ``LENGTH``, ``WIDTH`` and ``HEIGHT`` are always those of the
present face, so contacts, sensing and pictures need no more than these and the yaw.
"""

from __future__ import annotations

import math

from envs.physics.compilation import compiled
from envs.physics.motion import Motion
from envs.physics.tumble import (
    BUMPER_M,
    FASTEST_RADPS,
    TIP_RADPS,
    advance_spin,
    advance_turn,
    tipping_friction,
    turning_rate,
)
from envs.specification import TICK_S, debris, vehicle
from envs.specification.world import World

PITCH_TURN, ROLL_TURN = (1, 0, 4, 5, 2, 3), (2, 3, 0, 1, 5, 4)
"""Index into ``debris.FACES`` after a quarter turn about the width, and about the length."""


@compiled
def is_turning(world: World, j: int) -> bool:
    """Whether object ``j`` turns or does not lie on a face."""
    d = world.debris_f
    if d[debris.PITCH_RATE, j] != 0.0 or d[debris.ROLL_RATE, j] != 0.0:
        return True
    if d[debris.YAW_RATE, j] != 0.0 or d[debris.PITCH, j] != 0.0:
        return True
    return bool(d[debris.ROLL, j] != 0.0)


@compiled
def turn_object(world: World, j: int, motion: Motion) -> None:
    """Turn object ``j`` by one tick after its motion, in place."""
    d = world.debris_f
    if motion.knock_x != 0.0 or motion.knock_y != 0.0:
        # friction at the lowest point holds it back there: the top goes on
        push(world, j, motion.knock_x, motion.knock_y, 0.5 * d[debris.HEIGHT, j])
    is_down = motion.z == 0.0 and motion.vz == 0.0
    along, across = _sliding(world, j) if is_down else (0.0, 0.0)
    if along == 0.0 and across == 0.0 and not is_turning(world, j):
        return
    height = d[debris.HEIGHT, j]
    pitch = advance_turn(
        d[debris.PITCH, j],
        d[debris.PITCH_RATE, j],
        d[debris.LENGTH, j],
        height,
        is_down,
        along,
        TICK_S,
    )
    d[debris.PITCH, j], d[debris.PITCH_RATE, j] = pitch.angle, pitch.rate
    if pitch.quarters == 1:
        d[debris.HEIGHT, j], d[debris.LENGTH, j] = d[debris.LENGTH, j], height
        world.debris_i[debris.FACE, j] = PITCH_TURN[world.debris_i[debris.FACE, j]]
    height = d[debris.HEIGHT, j]
    roll = advance_turn(
        d[debris.ROLL, j],
        d[debris.ROLL_RATE, j],
        d[debris.WIDTH, j],
        height,
        is_down,
        across,
        TICK_S,
    )
    d[debris.ROLL, j], d[debris.ROLL_RATE, j] = roll.angle, roll.rate
    if roll.quarters == 1:
        d[debris.HEIGHT, j], d[debris.WIDTH, j] = d[debris.WIDTH, j], height
        world.debris_i[debris.FACE, j] = ROLL_TURN[world.debris_i[debris.FACE, j]]
    _spin(world, j, is_down)


@compiled
def _sliding(world: World, j: int) -> tuple[float, float]:
    """Deceleration of object ``j`` by friction along its length and to its right, where that can tip it over, m/s^2."""
    d = world.debris_f
    base = min(d[debris.LENGTH, j], d[debris.WIDTH, j])
    if d[debris.FRICTION, j] * d[debris.HEIGHT, j] <= base:
        return 0.0, 0.0
    cos, sin = math.cos(d[debris.YAW, j]), math.sin(d[debris.YAW, j])
    vx, vy = d[debris.VX, j], d[debris.VY, j]
    along, across = cos * vx + sin * vy, cos * vy - sin * vx
    return tipping_friction(along, across, d[debris.FRICTION, j], base, d[debris.HEIGHT, j])


@compiled
def _spin(world: World, j: int, is_down: bool) -> None:
    """Turn object ``j`` about the vertical by one tick; the yaw stays within half a turn."""
    d = world.debris_f
    rate = d[debris.YAW_RATE, j]
    if rate == 0.0:
        return
    yaw = d[debris.YAW, j] + rate * TICK_S
    d[debris.YAW, j] = yaw - 2.0 * math.pi * math.floor(yaw / (2.0 * math.pi) + 0.5)
    if is_down:
        speed = math.sqrt(d[debris.VX, j] * d[debris.VX, j] + d[debris.VY, j] * d[debris.VY, j])
        size = (d[debris.LENGTH, j], d[debris.WIDTH, j])
        friction = d[debris.FRICTION, j]
        d[debris.YAW_RATE, j] = advance_spin(rate, speed, size[0], size[1], friction, TICK_S)


@compiled
def push(world: World, j: int, x: float, y: float, lever: float) -> None:
    """Add the turning that a change of velocity ``(x, y)`` of the road frame gives object ``j``, in place.

    ``lever`` is how far above its centre the object is pushed, m; negative = below.
    """
    d = world.debris_f
    cos, sin = math.cos(d[debris.YAW, j]), math.sin(d[debris.YAW, j])
    along, across = cos * x + sin * y, cos * y - sin * x
    height = d[debris.HEIGHT, j]
    d[debris.PITCH_RATE, j] += turning_rate(along, lever, d[debris.LENGTH, j], height)
    d[debris.ROLL_RATE, j] += turning_rate(across, lever, d[debris.WIDTH, j], height)
    for row in (debris.PITCH_RATE, debris.ROLL_RATE):
        d[row, j] = min(max(d[row, j], -FASTEST_RADPS), FASTEST_RADPS)


@compiled
def tip_off(world: World, j: int) -> None:
    """Make a load that leaves its carrier tip backwards, in place."""
    yaw = world.debris_f[debris.YAW, j]
    world.debris_f[debris.PITCH_RATE, j] = -TIP_RADPS * math.cos(yaw)
    world.debris_f[debris.ROLL_RATE, j] = TIP_RADPS * math.sin(yaw)


@compiled
def strike(world: World, k: int, j: int, x: float, y: float) -> None:
    """Turn object ``j``, to which a contact with vehicle ``k`` gives a velocity of the road frame, in place."""
    v, d = world.vehicle_f, world.debris_f
    bottom, height = d[debris.Z, j], d[debris.HEIGHT, j]
    push(world, j, x, y, min(BUMPER_M, bottom + height) - bottom - 0.5 * height)
    cos, sin = v[vehicle.COS, k], v[vehicle.SIN, k]
    right = cos * (d[debris.Y, j] - v[vehicle.Y, k]) - sin * (d[debris.X, j] - v[vehicle.X, k])
    yaw = d[debris.YAW, j] - v[vehicle.HEADING, k]
    length, width = d[debris.LENGTH, j], d[debris.WIDTH, j]
    half = 0.5 * (width * abs(math.cos(yaw)) + length * abs(math.sin(yaw)))
    # the middle of what the vehicle covers of the object, right of the object's centre
    reach = 0.5 * v[vehicle.WIDTH, k]
    lever = 0.5 * (max(right - half, -reach) + min(right + half, reach)) - right
    rate = turning_rate(cos * x + sin * y, -min(max(lever, -half), half), length, width)
    rate += d[debris.YAW_RATE, j]
    d[debris.YAW_RATE, j] = min(max(rate, -FASTEST_RADPS), FASTEST_RADPS)
