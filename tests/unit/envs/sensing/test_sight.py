"""What hides what, and from how far a thing is recognised."""

import numpy as np
import pytest

from envs.scenario.scene import EGO_X_M
from envs.sensing.sight import (
    half_extent_across,
    is_line_free,
    is_object_in_sight,
    recognition_range,
    recognition_share,
    sees_vehicle,
)
from envs.specification import debris, episode, vehicle
from tests.unit.envs.bench import Drive, put, road

NO_VEHICLE = 99


def world_of(scene):
    """The world of a finished scene."""
    return Drive(scene).world


@pytest.mark.parametrize(
    ("is_truck", "ahead", "hidden"),
    [(True, 30.0, True), (False, 30.0, True), (True, 80.0, False), (False, 80.0, False)],
)
def test_lead_hides_a_small_object_behind_which_it_is_not(is_truck, ahead, hidden):
    # the object lies 50 m ahead: beyond a lead at 30 m, before a lead at 80 m
    scene = road()
    scene.add_vehicle(EGO_X_M + ahead, 1, 30.0, is_truck=is_truck)
    put(scene, 50.0, 4.0, height_m=0.3, width_m=0.5)
    assert is_object_in_sight(world_of(scene), 0) != hidden


def test_vehicle_in_the_next_lane_hides_nothing_in_the_own_lane():
    scene = road()
    scene.add_vehicle(EGO_X_M + 30.0, 2, 30.0, is_truck=True)
    put(scene, 50.0, 4.0)
    put(scene, 100.0, 8.0, width_m=0.4)
    world = world_of(scene)
    assert is_object_in_sight(world, 0)
    # but what lies behind it in its own lane: the line to (600, 8) from (500.5, 4) is at y = 4.86 at the truck's
    # rear (x = 522) and 5.51 at its front (538); its left side is at 8 - 1.25 = 6.75, so the line passes
    assert is_object_in_sight(world, 1)


def test_truck_in_the_next_lane_hides_what_is_nearer_beyond_it():
    scene = road()
    scene.add_vehicle(EGO_X_M + 30.0, 2, 30.0, is_truck=True)
    # behind its tail, on the far side: the line to (545, 9) is at y = 8.21 at its front, inside 6.75 to 9.25
    put(scene, 45.0, 9.0, width_m=0.2)
    assert not is_object_in_sight(world_of(scene), 0)


def test_one_visible_end_is_enough():
    # a plank across the road behind a car: its left end looks out
    scene = road()
    scene.add_vehicle(EGO_X_M + 30.0, 1, 30.0)
    put(scene, 60.0, 4.0, length_m=0.2, width_m=0.3)
    put(scene, 60.0, 3.0, length_m=5.0, width_m=0.3, yaw_rad=np.pi / 2)
    world = world_of(scene)
    # half extent across: 0.5 (0.3 |cos| + 5 |sin|) = 2.5
    assert half_extent_across(world, 1) == pytest.approx(2.5)
    assert half_extent_across(world, 0) == pytest.approx(0.15)
    assert not is_object_in_sight(world, 0)
    assert is_object_in_sight(world, 1)


def test_car_does_not_hide_a_truck_and_is_looked_through():
    scene = road()
    scene.add_vehicle(EGO_X_M + 25.0, 1, 30.0)
    truck = scene.add_vehicle(EGO_X_M + 60.0, 1, 30.0, is_truck=True)
    world = world_of(scene)
    assert sees_vehicle(world, 1, -1)
    assert sees_vehicle(world, truck, -1)
    # another car, 1.5 m high, is seen through the windows: the line stays above 1.4 m, a car hides 1.5 - 0.3 = 1.2
    scene = road()
    scene.add_vehicle(EGO_X_M + 25.0, 1, 30.0)
    car = scene.add_vehicle(EGO_X_M + 60.0, 1, 30.0)
    assert sees_vehicle(world_of(scene), car, -1)


def test_truck_hides_the_car_ahead_of_it_on_both_sides_of_the_ego():
    for direction in (1.0, -1.0):
        scene = road()
        scene.add_vehicle(EGO_X_M + 25.0 * direction, 1, 30.0, is_truck=True)
        car = scene.add_vehicle(EGO_X_M + 60.0 * direction, 1, 30.0)
        assert not sees_vehicle(world_of(scene), car, -1)


def test_sight_range_ends():
    scene = road(sight_m=60.0)
    near = scene.add_vehicle(EGO_X_M + 59.0, 0, 30.0)
    far = scene.add_vehicle(EGO_X_M + 61.0, 2, 30.0)
    world = world_of(scene)
    assert sees_vehicle(world, near, -1)
    assert not sees_vehicle(world, far, -1)


def test_height_of_the_line_decides():
    # a wall of 1 m height 20 m ahead, camera at 1.4 m and 0.5 m ahead of the centre, object at 40 m. The line to its
    # top h is compared at the wall's near end, where x = 17.75 - 0.5 = 17.25 of 39.5 m, share 0.4367:
    # 1.4 + 0.4367 (h - 1.4) >= 1 for h >= 0.484
    scene = road()
    scene.add_vehicle(EGO_X_M + 20.0, 1, 30.0)
    world = world_of(scene)
    world.vehicle_f[vehicle.HEIGHT, 1] = 1.0
    free = [
        is_line_free(world, EGO_X_M + 40.0, 4.0, height, NO_VEHICLE, 0.0)
        for height in (0.3, 0.47, 0.50)
    ]
    assert free == [False, False, True]


def test_recognition_share():
    # sqrt(0.1/0.4) = 0.5; a height of 0.4 m or more: all of the range
    assert recognition_share(0.1, 0.1, 0.1) == pytest.approx(0.5)
    assert recognition_share(1.0, 1.0, 0.4) == 1.0
    assert recognition_share(2.0, 2.0, 1.5) == 1.0
    # flat, 1 m x 0.64 m: apparent size 0.35 x 0.8 = 0.28, sqrt(0.28/0.4) = 0.8367
    assert recognition_share(1.0, 0.64, 0.0) == pytest.approx(0.83666, rel=1e-4)
    # the smallest thing: never below 0.35
    assert recognition_share(0.05, 0.05, 0.01) == 0.35


def test_recognition_range_follows_light_and_weather():
    ranges = {}
    for weather, cap in (("clear", 150.0), ("rain", 110.0), ("fog", 75.0)):
        scene = road(weather=weather)
        put(scene, 30.0, 4.0, height_m=0.1, length_m=0.1, width_m=0.1)
        world = world_of(scene)
        assert world.episode_f[episode.SIGHT_RANGE] == cap
        ranges[weather] = recognition_range(world, 0)
        assert world.debris_f[debris.HEIGHT, 0] == 0.1
    assert ranges == pytest.approx({"clear": 75.0, "rain": 55.0, "fog": 37.5})
