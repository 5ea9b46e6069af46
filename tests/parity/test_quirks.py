"""Canary C4: highway-env's quirks, one tiny upstream scene each; a failure means upstream changed.

Numbers in the names are those of the reference list of quirks. Quirks 23 to 26 (reset, clock,
observation, reward) are pinned by the ``v0`` case of ``test_exact.py``.
"""

import math

import numpy as np
import pytest
from highway_env import utils
from highway_env.vehicle.behavior import IDMVehicle
from highway_env.vehicle.controller import MDPVehicle
from highway_env.vehicle.objects import Obstacle

from envs.specification import TICK_S
from tests.parity.translate import EDGE, make_road

pytestmark = pytest.mark.parity


def add(road, x, lane=0, *, y=None, kind=IDMVehicle, **attributes):
    """Put a vehicle on the road; attributes are set after construction."""
    body = kind(road, [x, 4.0 * lane if y is None else y], 0.0, attributes.get("speed", 0.0))
    if "target" in attributes:
        body.target_lane_index = (*EDGE, attributes.pop("target"))
    for name, value in attributes.items():
        setattr(body, name, value)
    road.vehicles.append(body)
    return body


def tick(road):
    road.act()
    road.step(TICK_S)


def lane_of(index):
    return index[2]


def test_q1_target_lanes_change_in_place_within_the_decide_loop():
    road = make_road(3)
    first = add(road, 8.0, 2, target=1)
    second = add(road, 0.0, 0, target=1)
    third = add(road, 16.0, 2, target=1)
    road.act()
    # first gives way to third (8 m < 10 m); then second has no rival but third, 16 m away
    assert [lane_of(v.target_lane_index) for v in (first, second, third)] == [2, 1, 1]


def test_q2_q3_impact_moves_then_lane_is_refreshed_and_crash_comes_after_the_clip():
    road = make_road(2)
    body = add(road, 100.0, speed=20.0, target_speed=20.0)
    body.impact = np.array([0.5, 4.0])
    tick(road)
    assert body.position == pytest.approx([100.0 + 20.0 / 15 + 0.5, 4.0])
    assert (body.crashed, body.impact, lane_of(body.lane_index)) == (True, None, 1)
    assert body.speed == pytest.approx(20.0)  # free road at the target speed: no crash braking yet
    tick(road)
    assert body.speed == pytest.approx(20.0 * (1 - TICK_S))


def test_q3_heading_turns_with_the_old_speed():
    road = make_road(2)
    body = add(road, 100.0, speed=10.0)
    body.action = {"steering": 0.1, "acceleration": 3.0}
    body.step(TICK_S)
    slip = math.atan(0.5 * math.tan(0.1))
    assert body.heading == pytest.approx(10.0 * math.sin(slip) / 2.5 * TICK_S)
    assert body.position == pytest.approx(
        [100.0 + 10.0 * math.cos(slip) * TICK_S, 10.0 * math.sin(slip) * TICK_S]
    )


def test_q4_wrecks_slide_and_keep_their_target_lane():
    road = make_road(2)
    body = add(road, 100.0, speed=15.0, target=1, crashed=True, timer=0.5)
    tick(road)
    assert body.speed == pytest.approx(14.0)
    assert body.position == pytest.approx([101.0, 0.0])
    assert lane_of(body.target_lane_index) == 1
    assert body.timer == pytest.approx(0.5 + TICK_S)  # q3: the timer runs on


@pytest.mark.parametrize(("speed", "acceleration"), [(45.0, -5.0), (-45.0, 5.0), (39.0, 0.0)])
def test_q5_speed_is_limited_outside_40_only(speed, acceleration):
    body = add(make_road(1), 100.0, speed=speed)
    body.clip_actions()
    assert body.action["acceleration"] == acceleration


def test_q5_idm_drives_backwards():
    road = make_road(1)
    body = add(road, 100.0, speed=0.1)
    add(road, 101.0)
    tick(road)
    assert body.speed == pytest.approx(0.1 - 6.0 * TICK_S)


def test_q6_timer_fires_strictly_above_one_second():
    road = make_road(2)
    early = add(road, 100.0, timer=1.0, speed=20.0)
    late = add(road, 300.0, timer=1.0 + 1e-12, speed=20.0)
    road.act()
    assert (early.timer, late.timer) == (1.0, 0)


def test_q6_timer_of_zero_counts_as_not_given():
    body = IDMVehicle(make_road(1), [10.0, 0.0], timer=0.0)
    assert body.timer == pytest.approx(10.0 * math.pi % 1.0)


def overtaking_road(speed=20.0):
    """A car on the middle lane behind a slow one, both sides free."""
    road = make_road(3)
    me = add(road, 100.0, 1, speed=speed, target_speed=25.0, timer=2.0)
    add(road, 130.0, 1, speed=5.0, target_speed=5.0, timer=0.1)
    return road, me


def test_q7_right_wins_when_both_sides_pass():
    road, me = overtaking_road()
    road.act()
    assert lane_of(me.target_lane_index) == 2


def test_q7_forbidden_lane_is_no_choice():
    road, me = overtaking_road()
    road.network.get_lane((*EDGE, 2)).forbidden = True
    road.act()
    assert lane_of(me.target_lane_index) == 0


@pytest.mark.parametrize(("speed", "lane"), [(0.99, 1), (1.0, 2)])
def test_q7_below_one_metre_per_second_nobody_changes(speed, lane):
    road, me = overtaking_road(speed)
    road.vehicles[1].position[0] = 108.0
    road.act()
    assert lane_of(me.target_lane_index) == lane


def test_q8_new_follower_decides_safety_and_an_obstacle_never_brakes():
    road, me = overtaking_road()
    road.network.get_lane((*EDGE, 0)).forbidden = True
    road.objects.append(Obstacle(road, [98.0, 8.0]))
    road.act()
    assert lane_of(me.target_lane_index) == 2
    road, me = overtaking_road()
    road.network.get_lane((*EDGE, 0)).forbidden = True
    add(road, 90.0, 2, speed=30.0, target_speed=30.0)
    road.act()
    assert lane_of(me.target_lane_index) == 1


def test_q8_accelerations_use_the_deciders_exponent():
    road = make_road(1)
    me, other = add(road, 100.0, DELTA=2.0), add(road, 50.0, speed=10.0, target_speed=20.0)
    assert me.acceleration(other) == pytest.approx(3.0 * (1 - 0.5**2))


def test_q10_faster_starts_from_the_current_speed_with_half_to_even():
    targets = {}
    for speed, action in [(22.4, "FASTER"), (22.5, "FASTER"), (27.5, "FASTER"), (27.5, "SLOWER")]:
        body = add(make_road(1), 100.0, kind=MDPVehicle, speed=speed)
        body.act(action)
        targets[speed, action] = body.target_speed
        assert body.action["acceleration"] == pytest.approx((body.target_speed - speed) / 0.6)
    # 2 (v - 20) / 10 = 0.48, 0.5, 1.5 -> 0, 0, 2; then one step, clipped to 20-30
    assert list(targets.values()) == [25.0, 25.0, 30.0, 25.0]


def test_q11_target_speed_is_clipped_to_the_limit_and_both_leaders_count():
    road = make_road(2, speed_limit=20.0)
    me = add(road, 100.0, speed=10.0, target_speed=35.0)
    assert me.acceleration(me) == pytest.approx(3.0 * (1 - 0.5**4))
    add(road, 160.0, 1, speed=10.0, target_speed=10.0)
    me.target_lane_index = (*EDGE, 1)
    me.act()
    # D = 10 + 15 + 0 = 25 m at 60 m
    assert me.action["acceleration"] == pytest.approx(3.0 * (1 - 0.5**4) - 3.0 * (25.0 / 60.0) ** 2)


def test_q12_wanted_gap_is_blind_to_sizes():
    road = make_road(1)
    me, lead = add(road, 100.0, speed=20.0), add(road, 150.0, speed=15.0)
    lead.LENGTH = 16.5
    assert me.desired_gap(me, lead) == pytest.approx(
        10.0 + 30.0 + 20.0 * 5.0 / (2 * math.sqrt(15.0))
    )


@pytest.mark.parametrize(
    ("x", "expected"), [(0.0, 0.01), (0.01, 0.01), (-0.005, -0.01), (0.011, 0.011), (-0.02, -0.02)]
)
def test_q13_not_zero_jumps_at_zero(x, expected):
    assert utils.not_zero(x) == expected


def test_q14_wrapping_rounds_small_angles_and_steering_is_clipped():
    assert utils.wrap_to_pi(1e-17) == 0.0
    road = make_road(2)
    slow = add(road, 100.0, 0, speed=0.5, target=1)
    fast = add(road, 200.0, 0, speed=25.0, target=1)
    assert slow.steering_control((*EDGE, 1)) == pytest.approx(math.pi / 3)
    # heading asin(4 / 0.6 / 25) = 0.26993, rate 1.34966, slip asin(0.1 rate) = 0.13538
    assert fast.steering_control((*EDGE, 1)) == pytest.approx(0.26597, abs=1e-5)


def test_q15_lane_stays_at_the_end_of_the_road():
    road = make_road(2)
    body = add(road, 9_999.0, 1, speed=20.0)
    tick(road)
    assert (lane_of(body.lane_index), lane_of(body.target_lane_index)) == (1, 1)


@pytest.mark.parametrize(("y", "lane"), [(2.0, 0), (6.0, 1), (2.0000001, 1), (-9.0, 0), (50.0, 2)])
def test_q16_nearest_lane_first_of_equals(y, lane):
    index = make_road(3).network.get_closest_lane_index(np.array([100.0, y]), 0.0)
    assert lane_of(index) == lane


@pytest.mark.parametrize(("y", "lanes"), [(0.9, [0]), (1.0, [0, 1]), (3.0, [0, 1]), (3.1, [1])])
def test_q17_between_two_lanes_one_is_on_both(y, lanes):
    road = make_road(3)
    me = add(road, 100.0)
    add(road, 120.0, y=y)
    found = [k for k in range(3) if road.neighbour_vehicles(me, (*EDGE, k))[0] is not None]
    assert found == lanes


def test_q18_equal_x_is_a_leader_and_ties_go_to_the_last_ahead_and_the_first_behind():
    road = make_road(2)
    me = add(road, 100.0)
    beside = add(road, 100.0, y=2.0)
    assert road.neighbour_vehicles(me) == (beside, None)
    beside.position[0] = 120.0
    later = add(road, 120.0)
    behind = add(road, 90.0)
    add(road, 90.0, y=2.0)
    assert road.neighbour_vehicles(me) == (later, behind)
    road.objects.append(Obstacle(road, [120.0, 0.0]))
    assert road.neighbour_vehicles(me) == (road.objects[0], behind)


@pytest.mark.parametrize(
    ("first", "second", "crash"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_q19_one_checking_side_is_enough(first, second, crash):
    road = make_road(1)
    a = add(road, 100.0, check_collisions=first)
    b = add(road, 103.0, check_collisions=second)
    a.handle_collisions(b, TICK_S)
    assert (a.crashed, b.crashed) == (crash, crash)


def test_q20_reversing_first_vehicle_shrinks_the_reach():
    road = make_road(1)
    a, b = add(road, 100.0, speed=-30.0), add(road, 104.0)
    a.handle_collisions(b, TICK_S)  # sqrt(29) - 2 = 3.39 m < 4 m: not even looked at
    assert (a.crashed, a.impact) == (False, None)
    b.handle_collisions(a, TICK_S)
    assert a.crashed


def test_q20_diagonal_is_the_constructors():
    body = add(make_road(1), 100.0)
    body.LENGTH = 16.5
    assert body.diagonal == math.sqrt(29.0)


def test_q21_q22_predicted_contact_pushes_both_by_half():
    road = make_road(1)
    a, b = add(road, 100.0, speed=30.0), add(road, 106.0)
    a.handle_collisions(b, TICK_S)
    # gap 1 m, 2 m of travel: 1 m too much, half of it each, no crash before the next move
    assert a.impact == pytest.approx([-0.5, 0.0])
    assert b.impact == pytest.approx([0.5, 0.0])
    assert not a.crashed
    assert not b.crashed


def test_q22_obstacle_takes_no_share_and_a_later_pair_overwrites():
    road = make_road(1)
    a, b = add(road, 100.0, speed=30.0), add(road, 106.0)
    road.objects.append(Obstacle(road, [104.0, 0.0]))
    a.handle_collisions(b, TICK_S)
    a.handle_collisions(road.objects[0], TICK_S)
    # gap 0.5 m, 2 m of travel: 1.5 m, all of it mine
    assert a.impact == pytest.approx([-1.5, 0.0])
    assert b.impact == pytest.approx([0.5, 0.0])
    assert not road.objects[0].crashed
    road.objects[0].position[0] = 103.0
    a.handle_collisions(road.objects[0], TICK_S)
    assert (a.crashed, road.objects[0].crashed) == (True, True)


def test_r5_uncollidable_objects_lead_but_never_touch():
    road = make_road(1)
    me = add(road, 100.0)
    road.objects.append(Obstacle(road, [101.0, 0.0]))
    road.objects[0].collidable = False
    assert road.neighbour_vehicles(me)[0] is road.objects[0]
    me.handle_collisions(road.objects[0], TICK_S)
    assert (me.crashed, me.impact) == (False, None)
