"""Measurement errors, the look posterior, and the readings of radar and thermal camera."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled, inlined
from envs.physics.noise import normal_quantile, uniforms
from envs.specification import debris, episode, track, vehicle
from envs.specification.world import World

PIXEL_RAD = 0.27e-3 * 1.4
"""Angular error of one edge: 8 Mpx over 60 degrees, two edges (envs/physics/SOURCES.md 4.1) [A]."""

SIZE_SHARE = 0.05
"""Error of a measured size as a share of the size (envs/physics/SOURCES.md 4.1) [A]."""

RANGE_SHARE = 0.02
"""Error of the measured range as a share of the range [A]."""

BEARING_RAD = 2.0e-3
"""Error of the measured bearing [A]."""

POSITION_FLOOR_M = 0.05
"""Error of a measured position at range zero [A]."""

SPEED_FLOOR_MPS, SPEED_PER_M = 0.15, 0.005
"""Error of a measured speed: floor and growth with the range [A]."""

TRACK_SHARE, DECISION_SHARE = 0.8, 0.6
"""An error is one draw for the life of the track plus one per decision (0.8^2 + 0.6^2 = 1), so that averaging over
time does not remove it (envs/physics/SOURCES.md 4.1) [A]."""

LOOK_CONCENTRATION, LOOK_DECAY_M = 40.0, 40.0
"""Dirichlet concentration of the true look at range zero and its decay (envs/physics/SOURCES.md 4.1) [A]."""

RADAR_ERROR, THERMAL_ERROR = 0.10, 0.05
"""Probability that the radar or thermal class of a track is wrong for its whole life [A]."""

# entities of the noise hash: vehicles are 0.., objects start here; channels are named once
OBJECT_ENTITY = 100
CHANNEL_ERRORS_A, CHANNEL_ERRORS_B, CHANNEL_DECISION, CHANNEL_CLASS = 1, 2, 3, 4
CHANNEL_DETECT, CHANNEL_LOOK = 5, 6


@compiled
def draw_track_errors(world: World, slot: int, entity: int) -> None:
    """Fill the life-long standard normal draws of a new track, in place."""
    seed = world.episode_i[episode.NOISE_SEED]
    for block in range(2):
        draws = uniforms(seed, 0, entity, CHANNEL_ERRORS_A + block)
        for m in range(4):
            world.track_f[track.ERRORS + 4 * block + m, slot] = normal_quantile(draws[m])


@compiled
def size_error(size: float, distance: float) -> float:
    """Standard deviation of a measured size, m."""
    pixels = distance * PIXEL_RAD
    return math.sqrt(pixels * pixels + SIZE_SHARE * size * SIZE_SHARE * size)


@compiled
def measure_motion(
    world: World, slot: int, entity: int, x: float, y: float, vx: float, vy: float
) -> float:
    """Write measured position and velocity with their standard deviations into a track; returns the range, m."""
    f = world.track_f
    dx, dy = x - world.vehicle_f[vehicle.X, 0], y - world.vehicle_f[vehicle.Y, 0]
    distance = math.sqrt(dx * dx + dy * dy)
    sd_x = POSITION_FLOOR_M + RANGE_SHARE * distance
    sd_y = POSITION_FLOOR_M + BEARING_RAD * distance
    sd_v = SPEED_FLOOR_MPS + SPEED_PER_M * distance
    decision = world.episode_i[episode.DECISION] + 1
    draws = uniforms(world.episode_i[episode.NOISE_SEED], decision, entity, CHANNEL_DECISION)
    e = track.ERRORS
    f[track.X, slot] = x + sd_x * _blend(f[e, slot], draws[0])
    f[track.Y, slot] = y + sd_y * _blend(f[e + 1, slot], draws[1])
    f[track.VX, slot] = vx + sd_v * _blend(f[e + 2, slot], draws[2])
    f[track.VY, slot] = vy + sd_v * _blend(f[e + 3, slot], draws[3])
    f[track.SD_X, slot] = sd_x
    f[track.SD_Y, slot] = sd_y
    f[track.SD_V, slot] = sd_v
    return distance


@compiled
def _blend(fixed: float, uniform: float) -> float:
    """Standard normal error made of the track's draw and this decision's."""
    return TRACK_SHARE * fixed + DECISION_SHARE * normal_quantile(uniform)


@compiled
def measure_size(
    world: World, slot: int, distance: float, length: float, width: float, height: float
) -> None:
    """Write the measured size into a track, never negative; its error changes with the range only."""
    f = world.track_f
    e = track.ERRORS + 4
    f[track.LENGTH, slot] = max(length + size_error(length, distance) * f[e, slot], 0.0)
    f[track.WIDTH, slot] = max(width + size_error(width, distance) * f[e + 1, slot], 0.0)
    f[track.HEIGHT, slot] = max(height + size_error(height, distance) * f[e + 2, slot], 0.0)
    f[track.SD_SIZE, slot] = size_error(height, distance)


@inlined
def draw_track_class(world: World, slot: int, j: int) -> None:
    """Fill the life-long draws of a new debris track: radar and thermal class, look exponentials, in place."""
    seed = world.episode_i[episode.NOISE_SEED]
    f = world.track_f
    draws = uniforms(seed, 0, OBJECT_ENTITY + j, CHANNEL_CLASS)
    metal = world.debris_i[debris.IS_METAL, j] == 1
    warm = world.debris_i[debris.IS_WARM, j] == 1
    f[track.RADAR, slot] = 1.0 if metal != (draws[0] < RADAR_ERROR) else 0.0
    f[track.THERMAL, slot] = 1.0 if warm != (draws[1] < THERMAL_ERROR) else 0.0
    for c in range(debris.NUM_LOOKS):
        block = uniforms(seed, c // 4, OBJECT_ENTITY + j, CHANNEL_LOOK)
        f[track.LOOK_DRAWS + c, slot] = -math.log(block[c % 4])


@inlined
def look_posterior(world: World, slot: int, j: int, distance: float) -> None:
    """Write the look posterior of a debris track, in place.

    A Dirichlet draw with concentration 1 on every look and ``1 + 40 exp(-range/40 m)`` on the true one: unit
    exponentials (Gamma(1)) divided by their sum, where the true look's is a Gamma draw of that shape by the
    Wilson-Hilferty cube. The exponentials belong to the track; the cube moves with every decision.
    """
    f = world.track_f
    look = world.debris_i[debris.LOOK, j]
    shape = 1.0 + LOOK_CONCENTRATION * math.exp(-distance / LOOK_DECAY_M)
    decision = world.episode_i[episode.DECISION] + 1
    seed = world.episode_i[episode.NOISE_SEED]
    draws = uniforms(seed, decision, OBJECT_ENTITY + j, CHANNEL_CLASS)
    z = _blend(f[track.ERRORS + 7, slot], draws[2])
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    true_weight = shape * max(root, 0.0) * root * root
    total = true_weight
    for c in range(debris.NUM_LOOKS):
        if c != look:
            total += f[track.LOOK_DRAWS + c, slot]
    for c in range(debris.NUM_LOOKS):
        weight = true_weight if c == look else f[track.LOOK_DRAWS + c, slot]
        f[track.LOOK + c, slot] = weight / total
