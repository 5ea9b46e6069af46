"""Sight lines: which bodies are hidden by vehicles, and at what distance an object is recognised."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled, inlined
from envs.sensing.measure import is_within
from envs.specification import debris, episode, vehicle
from envs.specification.world import World

CAMERA_AHEAD_M = 0.5
"""Camera in front of the ego's centre, behind the windscreen [A]."""

CAMERA_HEIGHT_M = 1.4
"""Height of the camera above the road [A]."""

WINDOW_HEIGHT_M = 0.3
"""A vehicle is seen over or through the top part of another one (windows) [A]."""

FULL_SIZE_M = 0.4
"""An object of this apparent size is recognised at the full sight range [A]; smaller ones from nearer."""

FLAT_SIZE_SHARE = 0.35
"""Apparent size of a flat object as a share of the square root of its plan area, seen at a grazing angle [A]."""

LEAST_RANGE_SHARE = 0.35
"""Share of the sight range at which even the smallest object is recognised [A]."""


@compiled
def is_line_free(world: World, x: float, y: float, height: float, skip: int, window: float) -> bool:
    """Whether the straight line from the ego's camera to a point (m) is free of vehicles.

    Parameters
    ----------
    skip
        Index of a vehicle that does not hide the point (the one looked at).
    window
        Height by which every vehicle hides less than its full height, m.
    """
    x0 = world.vehicle_f[vehicle.X, 0] + CAMERA_AHEAD_M
    y0 = world.vehicle_f[vehicle.Y, 0]
    low, high = min(x0, x), max(x0, x)
    span = x - x0
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        half = 0.5 * world.vehicle_f[vehicle.LENGTH, k]
        rear = world.vehicle_f[vehicle.X, k] - half
        front = world.vehicle_f[vehicle.X, k] + half
        if k == skip or rear >= high or front <= low or span == 0.0:
            continue
        t_rear = min(max((rear - x0) / span, 0.0), 1.0)
        t_front = min(max((front - x0) / span, 0.0), 1.0)
        side_rear = y0 + t_rear * (y - y0) - world.vehicle_f[vehicle.Y, k]
        side_front = y0 + t_front * (y - y0) - world.vehicle_f[vehicle.Y, k]
        wide = 0.5 * world.vehicle_f[vehicle.WIDTH, k]
        misses = (side_rear > wide and side_front > wide) or (
            side_rear < -wide and side_front < -wide
        )
        line = CAMERA_HEIGHT_M + min(t_rear, t_front) * (height - CAMERA_HEIGHT_M)
        if not misses and line < world.vehicle_f[vehicle.HEIGHT, k] - window:
            return False
    return True


@compiled
def sees_vehicle(world: World, k: int, slot: int) -> bool:
    """Whether the ego sees vehicle ``k`` now: measured range, and sight line to its nearer end.

    ``slot`` is that of its track; -1 if it has none.
    """
    # by the measured range: a sharp limit on the true one would tell it
    if not is_within(world, k, slot, world.episode_f[episode.SIGHT_RANGE]):
        return False
    dx = world.vehicle_f[vehicle.X, k] - world.vehicle_f[vehicle.X, 0]
    near = world.vehicle_f[vehicle.X, k] - math.copysign(
        0.5 * world.vehicle_f[vehicle.LENGTH, k], dx
    )
    return is_line_free(
        world,
        near,
        world.vehicle_f[vehicle.Y, k],
        world.vehicle_f[vehicle.HEIGHT, k],
        k,
        WINDOW_HEIGHT_M,
    )


@compiled
def half_extent_across(world: World, j: int) -> float:
    """Half the extent of object ``j`` across the road, m."""
    yaw = world.debris_f[debris.YAW, j]
    length, width = world.debris_f[debris.LENGTH, j], world.debris_f[debris.WIDTH, j]
    return 0.5 * (width * abs(math.cos(yaw)) + length * abs(math.sin(yaw)))


@inlined
def is_object_in_sight(world: World, j: int) -> bool:
    """Whether the centre, the left or the right end of object ``j`` is in the ego's line of sight."""
    x, y = world.debris_f[debris.X, j], world.debris_f[debris.Y, j]
    top = world.debris_f[debris.Z, j] + world.debris_f[debris.HEIGHT, j]
    half = half_extent_across(world, j)
    # no vehicle has this index: any of them may hide the object
    none = world.episode_i[episode.NUM_VEHICLES]
    return (
        is_line_free(world, x, y, top, none, 0.0)
        or is_line_free(world, x, y - half, top, none, 0.0)
        or is_line_free(world, x, y + half, top, none, 0.0)
    )


@inlined
def recognition_share(length: float, width: float, height: float) -> float:
    """Share of the sight range from which an object of this size (m) is recognised: from the least one to 1."""
    size = max(height, FLAT_SIZE_SHARE * math.sqrt(length * width))
    return min(max(math.sqrt(size / FULL_SIZE_M), LEAST_RANGE_SHARE), 1.0)


@inlined
def recognition_range(world: World, j: int) -> float:
    """Range at which object ``j`` is recognised in half of the decisions, m: size, light and weather."""
    d = world.debris_f
    share = recognition_share(d[debris.LENGTH, j], d[debris.WIDTH, j], d[debris.HEIGHT, j])
    return share * world.episode_f[episode.SIGHT_RANGE]
