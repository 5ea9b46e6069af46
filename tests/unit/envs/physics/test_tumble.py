"""A box that is pushed tips over its edges, or falls back, and lies on a face in the end."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.tumble import advance_spin, advance_turn, tipping_friction, turning_rate
from envs.specification import TICK_S

EXTENT = st.floats(0.05, 3.0)


def turn(rate, base, height, ticks=300, angle=0.0):
    """Quarter turns until the box lies still on a road, and the ticks that took."""
    quarters = 0
    for tick in range(ticks):
        step = advance_turn(angle, rate, base, height, True, 0.0, TICK_S)
        angle, rate = step.angle, step.rate
        if step.quarters:
            base, height, quarters = height, base, quarters + 1
        if angle == 0.0 and rate == 0.0:
            return quarters, tick
    return quarters, None


@given(rate=st.floats(-20.0, 20.0), base=EXTENT, height=EXTENT, angle=st.floats(-1.5, 1.5))
def test_every_box_comes_to_rest_on_a_face(rate, base, height, angle):
    _, tick = turn(rate, base, height, 300, angle)
    assert tick is not None


@given(rate=st.floats(-20.0, 20.0), base=EXTENT, height=EXTENT)
def test_a_mirrored_push_turns_the_other_way(rate, base, height):
    one = advance_turn(0.3, rate, base, height, True, 0.0, TICK_S)
    other = advance_turn(-0.3, -rate, base, height, True, 0.0, TICK_S)
    assert (one.angle, one.rate, one.quarters) == (-other.angle, -other.rate, other.quarters)


def test_a_box_goes_over_its_edge_if_it_has_the_energy():
    # R = 0.36056 m, k^2 = 4 R^2/3 = 0.17333 m2, rise of the centre 0.36056 - 0.2 = 0.16056 m:
    # sqrt(2 x 9.81 x 0.16056/0.17333) = 4.263 rad/s
    assert turn(0.85 * 4.263, 0.6, 0.4)[0] == 0
    assert turn(1.15 * 4.263, 0.6, 0.4)[0] == 1
    # an upright plate falls over at a touch, and stays down: 2.0 x 0.1 m, 0.00125 m to rise, 0.136 rad/s
    assert turn(0.5, 0.1, 2.0)[0] == 1


def test_in_the_air_it_turns_evenly():
    step = advance_turn(1.5, 3.0, 0.6, 0.4, False, 0.0, TICK_S)
    # 1.5 + 3/15 = 1.7 rad, beyond a quarter turn of 1.5708
    assert step.quarters == 1
    assert step.angle == pytest.approx(1.7 - 0.5 * math.pi)
    assert step.rate == 3.0


def test_a_square_face_keeps_a_quarter_of_the_rate():
    # 0.5 m: R = 0.35355 m; at 1.5 rad the diagonal is at 45 degrees + 1.5 rad, so gravity helps:
    # -0.75 x 9.81/0.35355 x cos(2.2854) = 13.628 rad/s2, 5 + 13.628/15 = 5.9085; 1 - 1.5 sin^2(45) = 0.25 is left
    step = advance_turn(1.5, 5.0, 0.5, 0.5, True, 0.0, TICK_S)
    assert step.quarters == 1
    assert step.rate == pytest.approx(0.25 * 5.9085, rel=1e-3)


def test_rate_of_a_push():
    # 12 x 1 x 0.1/(1 + 0.25) = 0.96; at most 2 x 1/1.118 = 1.789 and 20
    assert turning_rate(1.0, 0.1, 1.0, 0.5) == pytest.approx(0.96)
    assert turning_rate(-1.0, 0.4, 1.0, 0.5) == pytest.approx(-1.7889, rel=1e-4)
    assert turning_rate(30.0, 0.2, 0.4, 0.3) == 20.0


@given(speed=st.floats(-40.0, 40.0), lever=st.floats(-2.0, 2.0), one=EXTENT, other=EXTENT)
def test_turning_has_at_most_a_third_of_the_energy(speed, lever, one, other):
    rate = turning_rate(speed, lever, one, other)
    assert (one**2 + other**2) / 12.0 * rate**2 <= speed**2 / 3.0 + 1e-9


def test_spin_is_slowed_by_sliding_friction():
    # 0.8 x 0.6 m: diagonal 1 m, lever 0.27 m, 12 x 0.5 x 9.81 x 0.27 = 15.892 rad/s2, 1.0595 in a tick
    assert advance_spin(5.0, 0.0, 0.8, 0.6, 0.5, TICK_S) == pytest.approx(3.9405, abs=1e-3)
    # sliding at the speed of the turning, 5 x 0.27 = 1.35 m/s, takes half of the friction
    assert advance_spin(-5.0, 1.35, 0.8, 0.6, 0.5, TICK_S) == pytest.approx(-4.4703, abs=1e-3)
    assert advance_spin(0.5, 0.0, 0.8, 0.6, 0.5, TICK_S) == 0.0


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_friction_tips_what_is_taller_than_its_base_over_the_coefficient(sign):
    # 0.4 x 0.8 m: R = 0.44721 m, d = 63.435 degrees; 0.75/R (5.886 sin d - 9.81 cos d) = 1.4715 rad/s2, over 15
    step = advance_turn(0.0, 0.0, 0.4, 0.8, True, sign * 0.6 * 9.81, TICK_S)
    assert step.rate == pytest.approx(sign * 0.0981, rel=1e-3)
    # at 0.45 the criterion is 0.889 m
    step = advance_turn(0.0, 0.0, 0.4, 0.8, True, sign * 0.45 * 9.81, TICK_S)
    assert (step.angle, step.rate) == (0.0, 0.0)


def test_only_a_fast_slide_of_a_tall_box_tips():
    # 0.5 x 9.81 along (0.6, 0.8)
    assert tipping_friction(3.0, 4.0, 0.5, 0.4, 1.0) == pytest.approx((2.943, 3.924))
    assert tipping_friction(3.0, 4.0, 0.5, 0.5, 1.0) == (0.0, 0.0)
    assert tipping_friction(0.6, 0.8, 0.5, 0.4, 1.0) == (0.0, 0.0)
