"""Worlds for tests of the camera: a straight road, the ego, and what a test puts before it."""

import numpy as np

from envs.scenario.generator import FAMILIES, ScenarioSampler
from envs.specification import debris, episode, vehicle
from envs.specification.world import empty_batch, world_at
from envs.world.load import load_instance

EGO_X_M, LANES = 500.0, 3
CAMERA_AHEAD_M, CAMERA_HEIGHT_M = 0.5, 1.4


def road(lane=1, light="day", weather="clear"):
    """A batch of one world: three lanes, no hard shoulder, the ego alone in one of them."""
    batch = empty_batch(1)
    world = world_at(batch, 0)
    world.episode_i[episode.NUM_VEHICLES], world.episode_i[episode.NUM_LANES] = 1, LANES
    world.episode_i[episode.LIGHT] = episode.LIGHT_NAMES.index(light)
    world.episode_i[episode.WEATHER] = episode.WEATHER_NAMES.index(weather)
    world.episode_f[episode.LEFT_EDGE] = -2.0
    world.episode_f[episode.RIGHT_EDGE] = 4.0 * LANES - 2.0
    world.episode_f[episode.SIGHT_RANGE] = 150.0
    _fill_vehicle(world, 0, EGO_X_M, 4.0 * lane)
    return batch


def _fill_vehicle(world, k, x_m, y_m, heading=0.0, is_truck=False):
    v = world.vehicle_f
    v[vehicle.X, k], v[vehicle.Y, k], v[vehicle.HEADING, k] = x_m, y_m, heading
    v[vehicle.COS, k], v[vehicle.SIN, k] = np.cos(heading), np.sin(heading)
    size = (16.0, 2.5, 3.8) if is_truck else (5.0, 2.0, 1.5)
    v[vehicle.LENGTH, k], v[vehicle.WIDTH, k], v[vehicle.HEIGHT, k] = size
    world.vehicle_i[vehicle.IS_TRUCK, k] = int(is_truck)


def add_vehicle(batch, ahead_m, y_m, *, is_truck=False, brakes=False, heading=0.0):
    """Put a vehicle so far (its centre) ahead of the camera; returns its index."""
    world = world_at(batch, 0)
    k = int(world.episode_i[episode.NUM_VEHICLES])
    _fill_vehicle(world, k, EGO_X_M + CAMERA_AHEAD_M + ahead_m, y_m, heading, is_truck)
    world.vehicle_f[vehicle.ACCELERATION, k] = -3.0 if brakes else 0.0
    world.episode_i[episode.NUM_VEHICLES] = k + 1
    return k


def add_object(batch, ahead_m, y_m, size_m, look="box", *, yaw=0.0, z_m=0.0, roll=0.0, pitch=0.0):
    """Put an object so far (its centre) ahead of the camera; returns its index."""
    world = world_at(batch, 0)
    j = int(world.episode_i[episode.NUM_DEBRIS])
    d, i = world.debris_f, world.debris_i
    d[debris.X, j], d[debris.Y, j], d[debris.Z, j] = EGO_X_M + CAMERA_AHEAD_M + ahead_m, y_m, z_m
    d[debris.YAW, j], d[debris.ROLL, j], d[debris.PITCH, j] = yaw, roll, pitch
    d[debris.LENGTH, j], d[debris.WIDTH, j], d[debris.HEIGHT, j] = size_m
    i[debris.LOOK, j], i[debris.CARRIER, j], i[debris.IS_REAL, j] = debris.LOOKS.index(look), -1, 1
    world.episode_i[episode.NUM_DEBRIS] = j + 1
    return j


def corners_of(ahead_m, right_m, size_m, yaw=0.0, z_m=0.0):
    """Right, up (from the road) and depth of the eight corners of an upright box, by hand."""
    length, width, height = size_m
    cos, sin = np.cos(yaw), np.sin(yaw)
    rows = []
    for along in (-0.5, 0.5):
        for across in (-0.5, 0.5):
            x, y = along * length, across * width
            right, depth = right_m + x * sin + y * cos, ahead_m + x * cos - y * sin
            rows += [(right, z_m, depth), (right, z_m + height, depth)]
    return np.array(rows)


def seen_by_hand(camera, corners):
    """Columns and rows of points, by the pinhole formula written out."""
    f, depth = camera.focal_px, corners[:, 2]
    columns = 0.5 * camera.width + f * corners[:, 0] / depth
    rows = camera.horizon * camera.height + f * (CAMERA_HEIGHT_M - corners[:, 1]) / depth
    return columns, rows


def extent(mask):
    """Left, right, upper and lower end of what a mask covers, px, from the coverage of its border pixels."""
    share = mask.astype(np.float64) / 255.0
    ends = []
    for line in (share.max(axis=0), share.max(axis=1)):
        filled = np.flatnonzero(line > 0.02)
        ends += [filled[0] + 1.0 - line[filled[0]], filled[-1] + line[filled[-1]]]
    return ends


def sampled(count, seed):
    """Worlds at the start of instances of all families and variants."""
    rng = np.random.default_rng(seed)
    samplers = [ScenarioSampler(name, split="all") for name in FAMILIES]
    batch = empty_batch(count)
    for b in range(count):
        load_instance(world_at(batch, b), samplers[b % len(samplers)].sample(rng))
    return batch
