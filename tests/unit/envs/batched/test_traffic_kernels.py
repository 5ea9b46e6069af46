"""Parts of the traffic kernels by hand: searches, lanes, contact, borrowing, scratch memory.

What they add up to is compared with highway-env in ``tests/parity``.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from envs.batched.kernels import obstacle
from envs.batched.kernels import workspace as ws
from envs.batched.kernels.fma import _exact, fma
from envs.batched.kernels.move import nearest_lane
from envs.batched.kernels.neighbours import find_follower, find_leader, sort_by_x, sweep_leaders
from envs.batched.kernels.tick import initialise_caches, traffic_tick
from envs.batched.kernels.workspace import make_workspace
from envs.physics.borrow import borrow
from envs.specification import TICK_S, vehicle

numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0.0 or abs(x) > 1e-6)


def make_world(*places, speed=20.0):
    """Idle IDM cars at (x, lane), all at one speed and content with it."""
    n = len(places)
    vehicle_f = np.zeros((vehicle.NUM_FLOATS, n))
    vehicle_i = np.zeros((vehicle.NUM_INTS, n), np.int64)
    vehicle_f[vehicle.X] = [x for x, _ in places]
    vehicle_f[vehicle.Y] = [4.0 * lane for _, lane in places]
    vehicle_f[[vehicle.SPEED, vehicle.TARGET_SPEED]] = speed
    vehicle_f[vehicle.EXPONENT] = 4.0
    vehicle_f[vehicle.TIME_GAP] = 1.5
    vehicle_f[vehicle.JAM_DISTANCE] = 10.0
    vehicle_f[vehicle.LENGTH] = 5.0
    vehicle_f[vehicle.WIDTH] = 2.0
    vehicle_i[vehicle.LANE] = vehicle_i[vehicle.TARGET_LANE] = [lane for _, lane in places]
    vehicle_i[vehicle.CHECK_COLLISIONS] = 1
    initialise_caches(vehicle_f, vehicle_i, n)
    return vehicle_f, vehicle_i


def make_obstacles(*places):
    """Standing obstacles of 2 m x 2 m at (x, y) that are seen, not hit."""
    obstacle_f = np.zeros((obstacle.NUM_FLOATS, len(places)))
    obstacle_f[[obstacle.X, obstacle.Y]] = np.reshape(places, (-1, 2)).T
    obstacle_f[[obstacle.LENGTH, obstacle.WIDTH]] = 2.0
    obstacle_f[obstacle.DIAGONAL] = math.sqrt(8.0)
    return obstacle_f, np.zeros((obstacle.NUM_INTS, len(places)), np.int64)


@njit
def fma_compiled(a, b, c):
    """The kernels' fused multiply-add."""
    return fma(a, b, c)


@given(numbers, numbers, numbers)
def test_fma_rounds_once(a, b, c):
    expected = float(Fraction(a) * Fraction(b) + Fraction(c))
    assert fma_compiled(a, b, c) == expected
    assert _exact(a, b, c) == expected


@njit
def write_through(array):
    """Change the original through a borrowed view."""
    view = borrow(array)
    view[1, 2] = 7.0
    return view.sum()


def test_borrowed_array_is_the_array():
    array = np.zeros((2, 3))
    assert write_through(array) == 7.0
    assert array[1, 2] == 7.0


def test_initialise_caches_by_hand():
    vehicle_f, vehicle_i = make_world((30.0, 0), (10.0, 1), (30.0, 2), (20.0, 0))
    assert vehicle_i[vehicle.ORDER].tolist() == [1, 3, 0, 2]
    assert vehicle_f[vehicle.DIAGONAL].tolist() == [math.sqrt(29.0)] * 4
    assert vehicle_f[vehicle.COS].tolist() == [1.0] * 4


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_sort_by_x_is_by_position_then_index(positions, shuffler):
    order = list(range(len(positions)))
    shuffler.shuffle(order)
    order = np.array(order)
    sort_by_x(np.array(positions, float), order, len(positions))
    np.testing.assert_array_equal(order, np.argsort(positions, kind="stable"))


def sweep(places, obstacles, num_lanes=3):
    """Workspace after a sweep, and the world."""
    vehicle_f, vehicle_i = make_world(*places)
    obstacle_f, _ = make_obstacles(*obstacles)
    work = make_workspace(len(places), len(obstacles))
    n, m = len(places), len(obstacles)
    sweep_leaders(vehicle_f, vehicle_i, n, obstacle_f, m, num_lanes, work)
    return work, n + m


def test_sweep_finds_vehicles_and_obstacles_ahead_on_the_own_lane():
    # lane 0: car 0 at 10, car 2 at 50; lane 1: car 1 at 20; obstacle 3 at (30, 2): on lanes 0 and 1
    work, total = sweep([(10.0, 0), (20.0, 1), (50.0, 0)], [(30.0, 2.0)])
    assert work.ints[ws.LEADER, :3].tolist() == [3, 3, -1]
    assert work.ints[ws.SORTED, :4].tolist() == [0, 1, 3, 2]
    assert find_leader(0, 1, total, work) == 1
    assert find_leader(0, 2, total, work) == -1
    assert find_follower(2, 0, work) == 3
    assert find_follower(1, 2, work) == -1


def test_equal_x_leads_and_ties_go_to_the_last_ahead_and_the_first_behind():
    work, total = sweep([(30.0, 0), (30.0, 0), (30.0, 0), (10.0, 0)], [(30.0, 0.0)])
    assert work.ints[ws.LEADER, :4].tolist() == [4, 4, 4, 4]
    work, total = sweep([(30.0, 0), (30.0, 0), (50.0, 0), (10.0, 0)], [])
    assert work.ints[ws.LEADER, :4].tolist() == [1, 0, -1, 1]
    assert find_follower(2, 0, work) == 0
    assert find_follower(0, 0, work) == 3
    assert find_leader(3, 0, total, work) == 1


@given(st.floats(-20.0, 30.0), st.floats(-3.0, 3.0), st.integers(1, 5))
def test_nearest_lane_is_the_first_of_the_nearest(y, heading, num_lanes):
    turn = abs((heading + math.pi) % (2 * math.pi) - math.pi)
    distances = [abs(y - 4.0 * lane) + turn for lane in range(num_lanes)]
    assert nearest_lane(100.0, y, heading, num_lanes) == distances.index(min(distances))


def test_content_traffic_drives_straight_on():
    vehicle_f, vehicle_i = make_world((0.0, 0), (200.0, 1))
    empty = make_obstacles()
    traffic_tick(vehicle_f, vehicle_i, 2, *empty, 0, 2, 0, 40.0, make_workspace(2, 0))
    np.testing.assert_array_equal(vehicle_f[vehicle.X], [20.0 * TICK_S, 200.0 + 20.0 * TICK_S])
    np.testing.assert_array_equal(vehicle_f[vehicle.SPEED], [20.0, 20.0])


def test_follower_brakes_for_debris_as_idm_says():
    vehicle_f, vehicle_i = make_world((0.0, 0))
    bodies = make_obstacles((60.0, 0.5))
    traffic_tick(vehicle_f, vehicle_i, 1, *bodies, 1, 1, 0, 40.0, make_workspace(1, 1))
    # D = 10 + 1.5*20 + 20*20/(2 sqrt 15) = 91.6398 m at 60 m: a = -3 (1.52733)^2 = -6.998 -> -6
    assert vehicle_f[vehicle.ACCELERATION, 0] == -6.0
    vehicle_f, vehicle_i = make_world((0.0, 0))
    bodies[0][obstacle.X] = 120.0
    traffic_tick(vehicle_f, vehicle_i, 1, *bodies, 1, 1, 0, 40.0, make_workspace(1, 1))
    expected = -3.0 * ((40.0 + 200.0 / math.sqrt(15.0)) / 120.0) ** 2
    assert vehicle_f[vehicle.ACCELERATION, 0] == pytest.approx(expected)


def test_ego_keeps_its_stored_command_and_shoulder_is_no_target():
    # car 1 on lane 1 behind slow car 2: left is blocked by the ego, right is the shoulder
    vehicle_f, vehicle_i = make_world((100.0, 0), (100.5, 1), (125.0, 1))
    vehicle_f[[vehicle.SPEED, vehicle.TARGET_SPEED], 2] = 5.0
    vehicle_f[vehicle.TIMER, 1] = 2.0
    vehicle_i[vehicle.MAY_CHANGE_LANE] = 1
    vehicle_i[vehicle.KIND, 0] = vehicle.KIND_EGO
    vehicle_f[vehicle.ACCELERATION, 0] = -1.5
    work, empty = make_workspace(3, 0), make_obstacles()
    for has_shoulder, target in ((1, 1), (0, 2)):
        floats, ints = vehicle_f.copy(), vehicle_i.copy()
        traffic_tick(floats, ints, 3, *empty, 0, 3, has_shoulder, 40.0, work)
        assert ints[vehicle.TARGET_LANE, 1] == target
        assert floats[vehicle.ACCELERATION, 0] == -1.5
        assert floats[vehicle.SPEED, 0] == 20.0 - 1.5 * TICK_S


def test_rear_end_contact_crashes_both_and_only_colliding_obstacles_are_hit():
    vehicle_f, vehicle_i = make_world((100.0, 0), (103.0, 0), (200.0, 1))
    floats, flags = make_obstacles((201.0, 4.0), (201.0, 4.0))
    flags[obstacle.COLLIDES, 1] = 1
    traffic_tick(vehicle_f, vehicle_i, 3, floats, flags, 1, 2, 0, 40.0, make_workspace(3, 2))
    assert vehicle_i[vehicle.CRASHED].tolist() == [1, 1, 0]
    traffic_tick(vehicle_f, vehicle_i, 3, floats, flags, 2, 2, 0, 40.0, make_workspace(3, 2))
    assert vehicle_i[vehicle.CRASHED].tolist() == [1, 1, 1]
    assert flags[obstacle.CRASHED].tolist() == [0, 1]


def test_workspace_is_large_enough_for_every_pair():
    work = make_workspace(31, 4)
    assert work.floats.shape == (ws.NUM_FLOATS, 35)
    assert work.ints.shape == (ws.NUM_INTS, 35)
    assert work.pairs.size >= 31 * 30 // 2 + 31 * 4
    assert make_workspace(1, 0).ints.shape[1] == 16


def test_a_pile_of_all_vehicles_fits_the_workspace():
    vehicle_f, vehicle_i = make_world(*[(100.0 + 0.1 * k, 0) for k in range(31)])
    floats, flags = make_obstacles(*[(101.0, 0.0)] * 4)
    flags[obstacle.COLLIDES] = 1
    work = make_workspace(31, 4)
    traffic_tick(vehicle_f, vehicle_i, 31, floats, flags, 4, 1, 0, 40.0, work)
    assert vehicle_i[vehicle.CRASHED].all()
    assert flags[obstacle.CRASHED].all()
