"""Features of manoeuvres, computed by hand."""

import numpy as np
import pytest

from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M
from policies.planning.library import MANOEUVRES, manoeuvre_names
from policies.trees import situation as of
from policies.trees.plan_features import (
    FAR_M,
    FAR_S,
    FEATURES,
    NONE_M,
    NUM_FEATURES,
    write_plan_features,
)

NAMES = [name for name, _ in FEATURES]
PLANS = manoeuvre_names()
KEEP, PASS = 0, PLANS.index("pass left, 2.5 s")


def scene(speed=20.0):
    """The ego in the middle of the middle lane of three, at its set speed."""
    s = np.zeros(of.NUM_SITUATION)
    s[of.SPEED] = s[of.SET_SPEED] = speed
    s[of.LOW], s[of.HIGH], s[of.GRIP] = -5.0, 5.0, 0.8
    return s


def with_object(s, x=60.0, y=0.3, half_x=0.25, half_y=0.5, vx=0.0, vy=0.0, place=0):
    o = s[of.FIRST_OBJECT + place * of.NUM_OBJECT :]
    o[of.O_EXISTS], o[of.O_X], o[of.O_Y] = 1.0, x, y
    o[of.O_HALF_X], o[of.O_HALF_Y], o[of.O_VX], o[of.O_VY], o[of.O_SD_Y] = (
        half_x,
        half_y,
        vx,
        vy,
        0.15,
    )
    return s


def with_car(s, x, y, vx, slot=0):
    car = s[of.FIRST_CAR + slot * of.NUM_CAR :]
    car[of.C_EXISTS], car[of.C_X], car[of.C_Y], car[of.C_VX] = 1.0, x, y, vx
    car[of.C_LENGTH], car[of.C_WIDTH] = 4.5, 1.8
    return s


def features(s):
    out = np.zeros((len(MANOEUVRES), NUM_FEATURES))
    write_plan_features(s, out)
    return lambda plan, name: out[plan, NAMES.index(name)]


def test_names_are_unique():
    assert len(set(NAMES)) == NUM_FEATURES


def test_an_empty_road_meets_nothing():
    at = features(scene())
    for name in ("object_1.clearance", "object_2.clearance", "object_1.offset"):
        assert at(KEEP, name) == NONE_M
    assert at(KEEP, "ahead.gap") == at(KEEP, "behind.gap") == FAR_M
    assert at(KEEP, "ahead.time_to_collision") == FAR_S
    assert at(KEEP, "manoeuvre.braking") == at(KEEP, "manoeuvre.shift") == 0.0


def test_an_object_in_the_way_is_met_when_the_bumper_reaches_it():
    at = features(with_object(scene()))
    assert at(KEEP, "object_1.offset") == pytest.approx(0.3)
    assert at(KEEP, "object_1.clearance") == pytest.approx(0.3 - 0.5 - 0.5 * EGO_WIDTH_M)
    assert at(KEEP, "object_1.clearance_in_deviations") == pytest.approx(
        (0.3 - 0.5 - 0.9) / 0.2, abs=0.01
    )
    assert at(KEEP, "object_1.contact_speed") == pytest.approx(20.0)
    # 60 m less half the car, half the object and half a decision's way, at 4 m per decision
    reached = np.ceil((60.0 - 0.5 * EGO_LENGTH_M - 0.25 - 2.0) / 4.0) * 0.2
    assert at(KEEP, "object_1.met_after") == pytest.approx(reached)
    assert at(PASS, "object_1.clearance") > 0.3
    assert at(PASS, "manoeuvre.largest_shift") > 1.0


def test_an_object_that_moves_aside_is_met_where_it_will_be():
    at = features(with_object(scene(), y=-1.0, vy=1.0))
    # for two and a half seconds at most
    assert at(KEEP, "object_1.offset") == pytest.approx(abs(-1.0 + 2.5), abs=0.15)


def test_an_object_beyond_the_plan_is_still_ahead():
    at = features(with_object(scene(), x=300.0))
    assert at(KEEP, "object_1.met_after") == FAR_S
    assert at(KEEP, "manoeuvre.distance_left") == pytest.approx(300.0 - 160.0, abs=0.5)


def test_vehicles_in_the_way_count_and_others_do_not():
    at = features(with_car(with_car(scene(), 40.0, 0.0, 15.0), -30.0, 4.0, 25.0, slot=1))
    # the gap of 35.5 m closes at 5 m/s: 0 after 7.1 s
    assert at(KEEP, "ahead.time_to_collision") == pytest.approx(0.0, abs=1e-6)
    assert at(KEEP, "ahead.closing_speed") == pytest.approx(5.0)
    assert at(KEEP, "behind.gap") == FAR_M
    right = PLANS.index("lane right, 3.5 s")
    # who is beside comes into the way: 25.5 m behind, 5 m/s faster
    assert at(right, "behind.gap") < 20.0
    assert at(right, "behind.closing_speed") == pytest.approx(5.0)
    assert at(right, "manoeuvre.leaves_lane") == 1.0


def test_follower_and_leader_are_described_once_for_all_manoeuvres():
    s = with_car(with_car(scene(), -20.0, 0.2, 22.0), 50.0, 0.0, 20.0, slot=3)
    s[of.FIRST_CAR + 3 * of.NUM_CAR + of.C_LAMP] = 1.0
    at = features(s)
    for plan in (KEEP, PASS):
        assert at(plan, "follower.gap") == pytest.approx(15.5)
        assert at(plan, "follower.speed") == pytest.approx(22.0)
        assert at(plan, "leader.brake_lamp") == 1.0
