"""What a vehicle has struck stays outside it, and momentum is conserved while it is carried."""

import math

import numpy as np
import pytest

from envs.physics.contact.fate import AHEAD, SIDE, UNDER
from envs.scenario.scene import EGO_X_M
from envs.specification import TICK_S, debris, episode, vehicle
from envs.world.debris_motion import move_debris
from envs.world.encounter import meet_objects
from tests.unit.envs.bench import PARAMS, Drive, put, road

BOX = {"length_m": 0.5, "width_m": 0.5, "height_m": 0.5, "mass_kg": 40.0, "drag_area_m2": 0.001}


def corners(x, y, yaw, length, width):
    """The four corners of a rectangle, in order."""
    signs = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * [0.5 * length, 0.5 * width]
    cos, sin = math.cos(yaw), math.sin(yaw)
    return signs @ np.array([[cos, sin], [-sin, cos]]) + [x, y]


def depth(world, k, j):
    """How far the rectangles of a vehicle and an object overlap, m; negative = apart."""
    v, d = world.vehicle_f[:, k], world.debris_f[:, j]
    car = corners(*v[[vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.LENGTH, vehicle.WIDTH]])
    box = corners(*d[[debris.X, debris.Y, debris.YAW, debris.LENGTH, debris.WIDTH]])
    depths = []
    for shape in (car, box):
        for edge in (shape[1] - shape[0], shape[2] - shape[1]):
            one, other = car @ edge / np.hypot(*edge), box @ edge / np.hypot(*edge)
            depths.append(min(one.max(), other.max()) - max(one.min(), other.min()))
    return min(depths)


def tick(world):
    """Move vehicles straight on and let debris meet them, with no driver at work."""
    v = world.vehicle_f
    v[vehicle.X] += v[vehicle.SPEED] * v[vehicle.COS] * TICK_S
    v[vehicle.Y] += v[vehicle.SPEED] * v[vehicle.SIN] * TICK_S
    move_debris(world)
    meet_objects(world, PARAMS)


def bench(*, is_truck=False, **properties):
    """A world with a vehicle and a box, used again for many contacts: the world, the vehicle and the object."""
    scene = road()
    k = scene.add_vehicle(EGO_X_M + 300.0, 1, 30.0, is_truck=True) if is_truck else 0
    j = put(scene, 100.0, 4.0, **{**BOX, **properties})
    return Drive(scene).world, k, j


def strike(rng, world, k, j, **fixed):
    """Put a random box at rest before a vehicle of random speed, with some rows of the debris replaced."""
    v, d, i = world.vehicle_f, world.debris_f, world.debris_i
    v[vehicle.SPEED, k] = rng.uniform(5.0, 38.0)
    d[[debris.VX, debris.VY, debris.Z, debris.VZ], j] = 0.0
    d[[debris.PITCH, debris.ROLL, debris.PITCH_RATE, debris.ROLL_RATE, debris.YAW_RATE], j] = 0.0
    d[[debris.LENGTH, debris.WIDTH], j] = rng.uniform(0.3, 2.0, 2)
    d[debris.HEIGHT, j] = rng.uniform(0.4, 1.2)
    d[debris.MASS, j] = math.exp(rng.uniform(0.0, 5.5))
    d[debris.FRICTION, j] = rng.uniform(0.3, 0.8)
    d[debris.YAW, j] = rng.uniform(-math.pi, math.pi)
    d[debris.X, j] = v[vehicle.X, k] + 0.5 * v[vehicle.LENGTH, k] + 4.0
    d[debris.Y, j] = v[vehicle.Y, k] + rng.uniform(-1.6, 1.6)
    for row, value in fixed.items():
        d[getattr(debris, row), j] = value
    i[[debris.TOUCHING, debris.FATES, debris.FACE], j] = 0
    world.episode_i[episode.NOISE_SEED] = rng.integers(1 << 30)


def fate_of(world, k, j):
    """Kept fate of an object for a vehicle."""
    return (int(world.debris_i[debris.FATES, j]) >> (2 * k)) & 3


@pytest.mark.parametrize("is_truck", [False, True])
def test_what_is_thrown_ahead_or_aside_is_never_within_the_vehicle(is_truck):
    rng, met = np.random.default_rng(20), 0
    world, k, j = bench(is_truck=is_truck)
    for _ in range(700):
        strike(rng, world, k, j)
        since = None
        for count in range(45):
            face = world.debris_i[debris.FACE, j]
            tick(world)
            if since is not None and world.debris_i[debris.FACE, j] != face:
                # what falls on another face has other extents at once, and is shifted again
                since = count
            if since is None and fate_of(world, k, j) in {AHEAD, SIDE}:
                since, met = count, met + 1
            # what a tyre meets later, or falls flat, goes under
            passes = fate_of(world, k, j) == UNDER or world.debris_f[debris.HEIGHT, j] < 0.31
            if since is not None and count > since + 4 and not passes:
                assert depth(world, k, j) < 0.03
    assert met > 250


def test_momentum_is_conserved_while_a_box_is_carried():
    # the road takes at most 0.5 x 100 x 9.81 = 490 N
    rng = np.random.default_rng(21)
    carried = 0
    world, k, j = bench()
    v, d = world.vehicle_f, world.debris_f
    for _ in range(100):
        strike(rng, world, k, j, MASS=100.0, FRICTION=0.5)
        for _ in range(45):
            before = 1500.0 * v[vehicle.SPEED, k] + 100.0 * d[debris.VX, j]
            touched = world.debris_i[debris.TOUCHING, j]
            tick(world)
            lost = before - 1500.0 * v[vehicle.SPEED, k] - 100.0 * d[debris.VX, j]
            is_ahead = touched and fate_of(world, k, j) == AHEAD
            if is_ahead and world.debris_i[debris.TOUCHING, j] and d[debris.VX, j] > 1.0:
                carried += abs(d[debris.VX, j] - v[vehicle.SPEED, k]) < 1e-9
                # friction, and a little drag
                assert -1e-6 <= lost <= 100.0 * 0.5 * 9.81 * TICK_S * 1.05
    assert carried > 100


def test_what_is_carried_by_the_front_does_not_spin():
    rng, carried = np.random.default_rng(23), 0
    world, k, j = bench()
    v, d = world.vehicle_f, world.debris_f
    for _ in range(100):
        strike(rng, world, k, j, MASS=100.0, FRICTION=0.5)
        for _ in range(45):
            tick(world)
            if fate_of(world, k, j) == AHEAD and abs(d[debris.VX, j] - v[vehicle.SPEED, k]) < 1e-9:
                carried += 1
                assert not d[[debris.YAW_RATE, debris.PITCH_RATE, debris.ROLL_RATE], j].any()
    assert carried > 100


def test_what_passes_underneath_does_not_turn_there():
    rng, met = np.random.default_rng(22), 0
    world, k, j = bench()
    for _ in range(200):
        strike(rng, world, k, j, HEIGHT=0.18, MASS=3.0)
        for _ in range(12):
            tick(world)
            if fate_of(world, k, j) == UNDER and depth(world, k, j) > 0.1:
                met += 1
                assert not world.debris_f[[debris.PITCH_RATE, debris.ROLL_RATE], j].any()
    assert met > 100


def test_what_runs_into_the_rear_stays_behind_it():
    scene = road(speed=10.0)
    j = put(scene, -4.0, 4.0, **{**BOX, "friction": 0.0})
    scene.set_motion(j, 25.0, 0.0)
    world = Drive(scene).world
    for _ in range(15):
        tick(world)
        assert depth(world, 0, j) < 1e-6
    # 1500 x 10 + 40 x 25 = 16,000 kg m/s over 1,540 kg, less a little drag
    assert world.debris_f[debris.VX, j] == pytest.approx(10.3896, abs=0.01)
    assert world.vehicle_f[vehicle.SPEED, 0] == pytest.approx(10.3896, abs=0.01)
