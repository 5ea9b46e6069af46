"""Loads that fall, things in the wind, scripts of other vehicles, the state hash."""

import math

import numpy as np
import pytest

from envs.scenario.scene import EGO_X_M
from envs.specification import TICK_S, debris, episode, vehicle
from envs.specification.world import empty_world, world_at
from envs.world.debris_motion import air_at
from envs.world.load import load_instance, state_hash
from envs.world.tick import before_traffic
from tests.unit.envs.bench import Drive, put, road

HEAVY = {"mass_kg": 50.0, "drag_area_m2": 0.001, "lift_area_m2": 0.0}
"""The air does nothing to it."""


def with_load(release_tick, speed=25.0, **properties):
    """A truck ahead with a load on its bed."""
    scene = road(speed=speed)
    truck = scene.add_vehicle(EGO_X_M + 60.0, 1, speed, is_truck=True, time_gap_s=1.0)
    load = put(scene, 50.0, 4.0, **{**HEAVY, "friction": 0.6, "restitution": 0.3, **properties})
    scene.load_on(load, truck, release_tick, 1.2)
    return Drive(scene)


def test_load_rides_on_the_bed_then_slides_off():
    drive = with_load(release_tick=8)
    d = drive.world.debris_f
    drive.run(2, -4.0)
    assert drive.world.debris_i[debris.CARRIER, 0] == 1
    assert (d[debris.Z, 0], d[debris.VZ, 0]) == (1.2, 0.0)
    # its rear end is above that of the bed until it slides its length and 0.1 m at 2 m/s: less than the 0.2 s to tick 8
    assert 0.5 * (d[debris.LENGTH, 0] + 0.1) < 0.2
    rear = drive.world.vehicle_f[vehicle.X, 1] - 8.0
    assert d[debris.X, 0] == pytest.approx(rear + 0.5 * d[debris.LENGTH, 0], abs=1e-9)
    # ticks 6, 7 and 8: it is let go in the last of them, and has not fallen yet
    drive.step(-4.0)
    assert drive.world.debris_i[debris.CARRIER, 0] == -1
    rear = drive.world.vehicle_f[vehicle.X, 1] - 8.0
    assert d[debris.X, 0] == pytest.approx(rear - 0.1 - 0.5 * d[debris.LENGTH, 0], abs=1e-9)
    speed = drive.world.vehicle_f[vehicle.SPEED, 1] - 2.0
    assert d[debris.VX, 0] == pytest.approx(speed)
    drive.step(-4.0)
    # free fall for 0.2 s: 1.2 - 0.5 x 9.81 x 0.04 = 1.0038 m, 1.962 m/s
    assert d[debris.Z, 0] == pytest.approx(1.0038, abs=1e-4)
    assert d[debris.VZ, 0] == pytest.approx(-1.962)
    assert d[debris.VX, 0] == pytest.approx(speed, rel=1e-3)


def test_load_bounces_and_comes_to_rest():
    drive = with_load(release_tick=2)
    d, heights = drive.world.debris_f, []
    start = None
    for _ in range(45):
        drive.step(-6.0)
        heights.append(float(d[debris.Z, 0]))
        start = float(d[debris.X, 0]) if start is None else start
        assert d[debris.Z, 0] >= 0.0
    # it came up again after it had first touched the road
    first = next(k for k, z in enumerate(heights) if z < 0.15)
    assert max(heights[first + 1 : first + 4]) > heights[first] or heights[first] > 0.0
    assert (d[[debris.VX, debris.VY, debris.VZ, debris.Z], 0] == 0.0).all()
    # sliding alone: 25^2/(2 x 0.6 x 9.81) = 53 m; the bounces take some of it, the flight adds 12 m
    assert 35.0 < d[debris.X, 0] - start < 70.0


def test_load_hits_the_road_when_it_should():
    drive = with_load(release_tick=0)
    times = []
    for decision in range(6):
        drive.step(-6.0)
        times.append((decision, float(drive.world.debris_f[debris.VZ, 0])))
    # let go in the first tick, 1.2 m fall in sqrt(2.4/9.81) = 0.4946 s: between decisions 2 and 3
    assert times[1][1] < 0.0
    assert times[1][1] == pytest.approx(-9.81 * 5 * TICK_S)
    assert times[2][1] > times[1][1]


def test_object_slides_to_rest_as_coulomb_says():
    scene = road(speed=1.0)
    j = put(scene, 100.0, 4.0, **{**HEAVY, "friction": 0.5})
    scene.set_motion(j, 10.0, 0.0)
    drive = Drive(scene).run(12)
    # 10^2/(2 x 0.5 x 9.81) = 10.19 m in 2.04 s
    assert drive.world.debris_f[debris.X, j] - EGO_X_M - 100.0 == pytest.approx(10.194, abs=0.02)
    assert drive.world.debris_f[debris.VX, j] == 0.0


def test_light_thing_is_blown_along_and_a_heavy_one_is_not():
    scene = road(speed=1.0)
    light = put(scene, 100.0, 0.0, like="bag_empty")
    heavy = put(scene, 100.0, 4.0, **HEAVY)
    scene.wind(0.0, 8.0, 0.0)
    drive = Drive(scene).run(5)
    d = drive.world.debris_f
    assert 0.0 < d[debris.VY, light] < 8.0
    assert d[debris.Y, light] > 0.5
    assert (d[[debris.X, debris.Y], heavy] == [EGO_X_M + 100.0, 4.0]).all()


def test_truck_drags_air_along():
    scene = road(speed=1.0)
    scene.add_vehicle(EGO_X_M + 100.0, 2, 25.0, is_truck=True)
    scene.wind(1.0, -2.0, 0.0)
    world = Drive(scene).world
    far = air_at(world, EGO_X_M + 100.0, 60.0)
    assert far == (1.0, -2.0)
    behind = air_at(world, EGO_X_M + 90.0, 8.0)
    # 2 m behind its tail: theta = sqrt(6/(2 pi)) = 0.9772 m, root = ((2 + 2)/0.9772)^(1/3) = 1.5997, share
    # 1.26 x 1.14/1.5997^2 = 0.5613 of 25 m/s, on top of the wind
    assert behind[0] == pytest.approx(1.0 + 14.033, abs=0.01)
    assert behind[1] == -2.0
    # less further back, nothing ahead of it
    assert 1.0 < air_at(world, EGO_X_M + 60.0, 8.0)[0] < behind[0]
    assert air_at(world, EGO_X_M + 130.0, 8.0) == (1.0, -2.0)


def test_gusts_stay_within_their_amplitude_and_have_no_jumps():
    scene = road(speed=1.0)
    scene.wind(0.0, 5.0, 2.0)
    world = Drive(scene, seed=9).world
    winds = []
    for tick in range(300):
        world.episode_i[episode.TICK] = tick
        winds.append(air_at(world, 0.0, 500.0))
    winds = np.array(winds)
    assert (np.abs(winds - [0.0, 5.0]) <= 2.0).all()
    assert winds.std(axis=0).min() > 0.3
    # knots a second apart: at most 4 m/s in 15 ticks
    assert np.abs(np.diff(winds, axis=0)).max() <= 4.0 / 15.0 + 1e-12


# --- scripts ----------------------------------------------------------------------------------------


def test_scripts_start_at_their_tick():
    scene = road(speed=20.0)
    k = scene.add_vehicle(EGO_X_M + 60.0, 1, 20.0)
    scene.script(k, 4, lane=0, speed_mps=12.0)
    scene.script_return(k, 7, 1)
    world = empty_world()
    load_instance(world, scene.build("bench", 1))
    seen = []
    for tick in range(9):
        world.episode_i[episode.TICK] = tick
        before_traffic(world)
        seen.append(
            (int(world.vehicle_i[vehicle.TARGET_LANE, k]), world.vehicle_f[vehicle.TARGET_SPEED, k])
        )
    assert seen == [(1, 20.0)] * 4 + [(0, 12.0)] * 3 + [(1, 12.0)] * 2


def test_scripted_vehicle_does_change_its_lane():
    scene = road(speed=20.0)
    k = scene.add_vehicle(EGO_X_M + 60.0, 1, 20.0)
    scene.script(k, 6, lane=2)
    drive = Drive(scene).run(2)
    assert drive.world.vehicle_f[vehicle.Y, k] == 4.0
    drive.run(25)
    assert drive.world.vehicle_f[vehicle.Y, k] == pytest.approx(8.0, abs=0.1)


# --- the state hash ---------------------------------------------------------------------------------


def test_state_hash_notices_every_part_of_the_state():
    scene = road()
    scene.add_vehicle(EGO_X_M + 60.0, 1, 20.0)
    put(scene, 100.0, 4.0)
    batch = Drive(scene).run(3).env.batch
    reference = state_hash(world_at(batch, 0))
    assert 0 <= reference < 2**62
    assert state_hash(world_at(batch.copy(), 0)) == reference
    hashes = {reference}
    for name, row, column in (
        ("vehicle_f", vehicle.X, 0),
        ("vehicle_f", vehicle.Y, 1),
        ("vehicle_f", vehicle.SPEED, 1),
        ("vehicle_f", vehicle.HEADING, 0),
        ("debris_f", debris.X, 0),
        ("debris_f", debris.VZ, 0),
        ("episode_f", episode.TOTAL_COST, ...),
    ):
        copy = batch.copy()
        value = getattr(copy, name)[0, row, column]
        getattr(copy, name)[0, row, column] = np.nextafter(value, math.inf)
        hashes.add(state_hash(world_at(copy, 0)))
    for row in (episode.TICK, episode.COLLIDED, episode.LOST_CONTROL, episode.OFF_ROAD):
        copy = batch.copy()
        copy.episode_i[0, row] += 1
        hashes.add(state_hash(world_at(copy, 0)))
    assert len(hashes) == 12


def test_state_hash_takes_minus_zero_for_zero_and_ignores_padding():
    scene = road()
    put(scene, 100.0, 4.0)
    batch = Drive(scene).env.batch
    reference = state_hash(world_at(batch, 0))
    batch.debris_f[0, debris.VX, 0] = -0.0
    batch.vehicle_f[0, vehicle.X, 5] = 77.0
    batch.debris_f[0, debris.X, 3] = 77.0
    assert state_hash(world_at(batch, 0)) == reference
