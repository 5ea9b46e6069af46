"""Measurement errors, the look posterior, and the readings of radar and thermal camera.

Errors scale with the true range and size, as physics has it. What is *reported* (values and their standard deviations)
is computed from measured values only, so that nothing can be inverted to the truth.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled, inlined, shared
from envs.physics.noise import lower_half, normal_quantile, uniforms
from envs.physics.smooth import direction
from envs.specification import VEHICLE_SLOTS, debris, episode, track, vehicle
from envs.specification.world import World

PIXEL_RAD = 0.27e-3 * 1.4
"""Angular error of one edge: 8 Mpx over 60 degrees, two edges (envs/physics/SOURCES.md 4.1) [A]."""

SIZE_SHARE = 0.05
"""Error of a measured size as a share of the size, for the life of the track (envs/physics/SOURCES.md 4.1) [A]."""

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

EVEN = 12.0**0.5
"""Width of the uniform distribution whose standard deviation is 1."""

SPEED_TRACK_SHARE, SPEED_DECISION_SHARE = 0.28, 0.96
"""The same for speeds (0.28^2 + 0.96^2 = 1): a speed that is wrong for long would contradict the measured positions, so
most of its error is new in every decision (envs/physics/SOURCES.md 4.1) [A]."""

HEADING_RAD = 0.05
"""Error of the direction of a measured box [A]."""

MOVING_MPS = 5.0
"""The heading of a vehicle that is measured to be faster than this is the direction of its measured velocity [A]."""

NOTICED_SDS = 3.0
"""A jolt, or a height above the road, is reported once its measurement exceeds this many standard deviations [A]."""

LOOK_CONCENTRATION, LOOK_DECAY_M = 40.0, 40.0
"""Dirichlet concentration of the true look at range zero and its decay (envs/physics/SOURCES.md 4.1) [A]."""

LEAST_ROOT = 0.05
"""Least cube root of a look's weight, so that no posterior is zero."""

RADAR_ERROR, THERMAL_ERROR = 0.10, 0.05
"""Probability that the radar or thermal class of a track is wrong for its whole life [A]."""

BAND_SDS = 4.5
"""Where the truth is further than this many standard deviations from a limit, it decides: 7 in a million measurements
would be on the other side."""

# entities of the noise hash: vehicles are 0.., objects start here; channels are named once
OBJECT_ENTITY = 100
CHANNEL_DECISION, CHANNEL_CLASS, CHANNEL_DETECT, CHANNEL_LOOK = 3, 4, 5, 6
CHANNEL_HEIGHT, CHANNEL_LIFE = 9, 10  # life: three blocks of track errors
CHANNEL_LOOK_DECISION = 30  # three blocks, half a number per look

_X, _Y, _VX, _VY, _SIZE, _HEADING, _EDGE = (track.ERRORS + k for k in (0, 1, 2, 3, 4, 7, 8))


class Sighting(NamedTuple):
    """What the measurements of one target in one decision share."""

    distance: float  # true range, with which errors scale, m
    measured: float  # measured range, from which deviations are stated, m
    draws: tuple[
        float, float, float, float
    ]  # uniform numbers of 32 bits: position by the upper bits, box by the lower


@compiled
def draw_track_errors(world: World, slot: int, entity: int) -> None:
    """Fill the life-long standard normal draws of a new track, in place."""
    seed = world.episode_i[episode.NOISE_SEED]
    for block in range(track.NUM_ERRORS // 4):
        draws = uniforms(seed, 0, entity, CHANNEL_LIFE + block)
        for m in range(4):
            world.track_f[track.ERRORS + 4 * block + m, slot] = normal_quantile(draws[m])


@compiled
def measured_ahead(world: World, k: int, slot: int) -> float:
    """Distance of vehicle ``k`` ahead of the ego as it is or would be measured in this decision, m.

    ``slot`` is that of its track, which holds its error; -1 if it has none.
    """
    v, seed = world.vehicle_f, world.episode_i[episode.NOISE_SEED]
    dx, dy = v[vehicle.X, k] - v[vehicle.X, 0], v[vehicle.Y, k] - v[vehicle.Y, 0]
    f = world.track_f
    fixed = f[_X, slot] if slot >= 0 else normal_quantile(uniforms(seed, 0, k, CHANNEL_LIFE)[0])
    decision = world.episode_i[episode.DECISION] + 1
    draw = uniforms(seed, decision, k, CHANNEL_DECISION)[0]
    return dx + position_error(math.sqrt(dx * dx + dy * dy)) * _blend(fixed, draw)


@compiled
def is_within(world: World, k: int, slot: int, limit: float) -> bool:
    """Whether vehicle ``k`` is measured nearer than ``limit`` along the road, m; ``slot`` is its track's or -1."""
    ahead = world.vehicle_f[vehicle.X, k] - world.vehicle_f[vehicle.X, 0]
    if abs(abs(ahead) - limit) > BAND_SDS * position_error(limit) + 1.0:
        return bool(abs(ahead) < limit)
    return abs(measured_ahead(world, k, slot)) < limit


@shared
def position_error(distance: float) -> float:
    """Standard deviation of a measured position along the road, m."""
    return POSITION_FLOOR_M + RANGE_SHARE * distance


@shared
def size_error(size: float, distance: float) -> float:
    """Standard deviation of a measured size, m."""
    pixels = distance * PIXEL_RAD
    return math.sqrt(pixels * pixels + SIZE_SHARE * size * SIZE_SHARE * size)


@compiled
def measure_motion(
    world: World, slot: int, entity: int, x: float, y: float, vx: float, vy: float
) -> Sighting:
    """Write measured position and velocity with their standard deviations into a track."""
    f = world.track_f
    x0, y0 = world.vehicle_f[vehicle.X, 0], world.vehicle_f[vehicle.Y, 0]
    distance = math.sqrt((x - x0) * (x - x0) + (y - y0) * (y - y0))
    decision = world.episode_i[episode.DECISION] + 1
    draws = uniforms(world.episode_i[episode.NOISE_SEED], decision, entity, CHANNEL_DECISION)
    sd_v = SPEED_FLOOR_MPS + SPEED_PER_M * distance
    f[track.X, slot] = x + position_error(distance) * _blend(f[_X, slot], draws[0])
    f[track.Y, slot] = y + (POSITION_FLOOR_M + BEARING_RAD * distance) * _blend(
        f[_Y, slot], draws[1]
    )
    f[track.VX, slot] = vx + sd_v * _blend_speed(f[_VX, slot], draws[2])
    f[track.VY, slot] = vy + sd_v * _blend_speed(f[_VY, slot], draws[3])
    dx, dy = f[track.X, slot] - x0, f[track.Y, slot] - y0
    measured = math.sqrt(dx * dx + dy * dy)
    f[track.SD_X, slot] = position_error(measured)
    f[track.SD_Y, slot] = POSITION_FLOOR_M + BEARING_RAD * measured
    f[track.SD_V, slot] = SPEED_FLOOR_MPS + SPEED_PER_M * measured
    return Sighting(distance, measured, draws)


@shared
def _blend(fixed: float, uniform: float) -> float:
    """Standard normal error made of the track's draw and this decision's."""
    return TRACK_SHARE * fixed + DECISION_SHARE * normal_quantile(uniform)


@shared
def _blend_speed(fixed: float, uniform: float) -> float:
    """Standard normal error of a speed made of the track's draw and this decision's."""
    return SPEED_TRACK_SHARE * fixed + SPEED_DECISION_SHARE * normal_quantile(uniform)


@shared
def _blend_even(fixed: float, uniform: float) -> float:
    """Error with standard deviation 1 made of the track's normal draw and an even one of this decision (pixels)."""
    return TRACK_SHARE * fixed + DECISION_SHARE * EVEN * (uniform - 0.5)


@compiled
def measure_box(
    world: World,
    slot: int,
    sighting: Sighting,
    size: tuple[float, float, float],
    heading: float,
) -> None:
    """Write measured length, width, height (never negative) and direction into a track.

    Parameters
    ----------
    sighting
        Of ``measure_motion``.
    size
        True length, width and height, m.
    heading
        True direction of the length, rad.
    """
    f = world.track_f
    pixels = sighting.distance * PIXEL_RAD
    for m in range(3):
        # the share is never seen to change, or the change would tell it
        edges = pixels * _blend_even(f[_EDGE + m, slot], lower_half(sighting.draws[m]))
        value = size[m] * (1.0 + SIZE_SHARE * f[_SIZE + m, slot]) + edges
        f[track.LENGTH + m, slot] = max(value, 0.0)
    f[track.SD_SIZE, slot] = size_error(f[track.HEIGHT, slot], sighting.measured)
    vx, vy = f[track.VX, slot], f[track.VY, slot]
    if slot < VEHICLE_SLOTS and vx * vx + vy * vy > MOVING_MPS * MOVING_MPS:
        f[track.HEADING, slot] = direction(vx, vy)
    else:
        error = _blend(f[_HEADING, slot], lower_half(sighting.draws[3]))
        f[track.HEADING, slot] = heading + HEADING_RAD * error


@compiled
def measure_jolt(world: World, slot: int, k: int, sighting: Sighting) -> None:
    """Write the jolt of vehicle ``k`` since the last decision into its track; 0 if it is too small to be noticed."""
    jolt = world.vehicle_f[vehicle.JOLT, k]
    world.track_f[track.JOLT, slot] = 0.0
    if jolt > 0.0:
        decision = world.episode_i[episode.DECISION] + 1
        draws = uniforms(world.episode_i[episode.NOISE_SEED], decision, k, CHANNEL_HEIGHT)
        jolt += sighting.distance * PIXEL_RAD * normal_quantile(draws[0])
        if jolt > NOTICED_SDS * sighting.measured * PIXEL_RAD:
            world.track_f[track.JOLT, slot] = jolt


@compiled
def measure_height(world: World, slot: int, j: int, sighting: Sighting) -> None:
    """Write height above the road and vertical speed of object ``j`` into its track; 0 if it seems to lie down."""
    f = world.track_f
    z, vz = world.debris_f[debris.Z, j], world.debris_f[debris.VZ, j]
    f[track.Z, slot] = f[track.VZ, slot] = 0.0
    if z > 0.0 or vz != 0.0:
        decision = world.episode_i[episode.DECISION] + 1
        seed = world.episode_i[episode.NOISE_SEED]
        draws = uniforms(seed, decision, OBJECT_ENTITY + j, CHANNEL_HEIGHT)
        z += sighting.distance * PIXEL_RAD * normal_quantile(draws[0])
        if z > NOTICED_SDS * sighting.measured * PIXEL_RAD:
            f[track.Z, slot] = z
            sd_v = SPEED_FLOOR_MPS + SPEED_PER_M * sighting.distance
            f[track.VZ, slot] = vz + sd_v * normal_quantile(draws[1])


@inlined
def draw_track_class(world: World, slot: int, j: int) -> None:
    """Fill the life-long draws of a new debris track: radar and thermal class, normals of the looks, in place."""
    seed = world.episode_i[episode.NOISE_SEED]
    f = world.track_f
    draws = uniforms(seed, 0, OBJECT_ENTITY + j, CHANNEL_CLASS)
    metal = world.debris_i[debris.IS_METAL, j] == 1
    warm = world.debris_i[debris.IS_WARM, j] == 1
    f[track.RADAR, slot] = 1.0 if metal != (draws[0] < RADAR_ERROR) else 0.0
    f[track.THERMAL, slot] = 1.0 if warm != (draws[1] < THERMAL_ERROR) else 0.0
    for c in range(debris.NUM_LOOKS):
        block = uniforms(seed, c // 4, OBJECT_ENTITY + j, CHANNEL_LOOK)
        f[track.LOOK_DRAWS + c, slot] = normal_quantile(block[c % 4])


@compiled
def look_posterior(world: World, slot: int, j: int, distance: float) -> None:
    """Write the look posterior of a debris track, in place.

    A Dirichlet draw with concentration 1 on every look and ``1 + 40 exp(-range/40 m)`` on the true one: Gamma draws of
    these shapes by the Wilson-Hilferty cube, divided by their sum. The normal number under every cube is part the
    track's, part the decision's, for all looks alike: if one look alone moved, it would be the true one.
    """
    f, seed = world.track_f, world.episode_i[episode.NOISE_SEED]
    decision, look = world.episode_i[episode.DECISION] + 1, world.debris_i[debris.LOOK, j]
    for block in range((debris.NUM_LOOKS + 7) // 8):
        draws = uniforms(seed, decision, OBJECT_ENTITY + j, CHANNEL_LOOK_DECISION + block)
        for m in range(min(8, debris.NUM_LOOKS - 8 * block)):
            c = 8 * block + m
            low = lower_half(draws[m // 2])
            # the upper 16 bits are what the lower ones leave
            draw = low if m % 2 == 1 else draws[m // 2] + (0.5 - low) / 65_536.0
            f[track.LOOK + c, slot] = _blend_even(f[track.LOOK_DRAWS + c, slot], draw)
    shape = 1.0 + LOOK_CONCENTRATION * math.exp(-distance / LOOK_DECAY_M)
    spread, total = 1.0 / (3.0 * math.sqrt(shape)), 0.0
    for c in range(debris.NUM_LOOKS):
        z = f[track.LOOK + c, slot]
        if c == look:
            root = max(1.0 - 1.0 / (9.0 * shape) + spread * z, LEAST_ROOT)
            weight = shape * root * root * root
        else:
            root = max(8.0 / 9.0 + z / 3.0, LEAST_ROOT)
            weight = root * root * root
        f[track.LOOK + c, slot] = weight
        total += weight
    for c in range(debris.NUM_LOOKS):
        f[track.LOOK + c, slot] /= total
