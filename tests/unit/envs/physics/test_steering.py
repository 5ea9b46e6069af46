"""The lateral controller: numbers by hand, then its laws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.steering import MAX_STEERING, not_zero, steering_command, wrap_to_pi

errors = st.floats(-20.0, 20.0)
headings = st.floats(-1.5, 1.5)
speeds = st.floats(-45.0, 45.0)
lengths = st.floats(2.0, 20.0)


def test_steering_command_by_hand():
    # lateral speed -(-4)/0.6 = 6.6667 m/s; heading asin(6.6667/25) = 0.26993 rad;
    # rate 0.26993/0.2 = 1.34966 rad/s; slip asin(2.5/25 * 1.34966) = 0.13538;
    # steering atan(2 tan 0.13538) = 0.26597
    assert steering_command(-4.0, 0.0, 25.0, 5.0) == pytest.approx(0.26597, abs=1e-5)


def test_steering_command_clips_the_heading_at_45_degrees():
    # 12 m aside at 20 m/s gives asin(1), clipped to pi/4; rate 5 pi/4; slip asin(2.5/20 rate)
    expected = math.atan(2 * math.tan(math.asin(2.5 / 20 * 5 * math.pi / 4)))
    assert steering_command(-12.0, 0.0, 20.0, 5.0) == pytest.approx(expected, rel=1e-12)


def test_steering_command_holds_a_straight_line():
    assert steering_command(0.0, 0.0, 25.0, 5.0) == 0.0
    assert steering_command(0.0, 0.0, 0.0, 16.5) == 0.0


def test_steering_command_near_standstill_is_a_full_turn():
    # divisor 0.01 m/s: 1 mrad gives 2.5/0.01 * 5e-3 = 1.25 > 1, the slip is clipped at pi/2
    assert steering_command(0.0, -0.001, 0.0, 5.0) == MAX_STEERING
    assert steering_command(0.0, -0.001, -1e-9, 5.0) == -MAX_STEERING


@given(errors, headings, speeds, lengths)
def test_steering_command_is_bounded_and_mirror_symmetric(error, heading, speed, length):
    command = steering_command(error, heading, speed, length)
    assert abs(command) <= MAX_STEERING
    mirrored = steering_command(-error, -heading, speed, length)
    # wrapping rounds by up to 4.4e-16 rad, times 5 L/2 / 0.01 <= 5,000: 2.2e-12; where asin is
    # steep, near 1, that becomes sqrt(2 * 2.2e-12) = 2.1e-6, and the steering about twice that
    assert mirrored == pytest.approx(-command, abs=1e-5)


@given(st.floats(-1e-9, 1e-9), speeds, lengths)
def test_steering_command_has_no_jump_at_its_shortcut(error, speed, length):
    # lateral error 1e-9 m -> at most 1e-9/0.6/0.01 rad -> at most 5 L/2 / 0.01 times that
    assert abs(steering_command(error, 0.0, speed, length)) <= 2 * 1e-9 / 0.006 * 500 * length


@given(st.floats(-1e3, 1e3))
def test_not_zero_never_is(value):
    assert abs(not_zero(value)) >= 0.01
    assert abs(not_zero(value) - value) <= 0.01
    assert not_zero(value) * value >= 0.0


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, 0.01), (-0.0, 0.01), (0.01, 0.01), (-0.01, -0.01), (0.02, 0.02)]
)
def test_not_zero_by_hand(value, expected):
    assert not_zero(value) == expected


@given(st.floats(-1e4, 1e4))
def test_wrap_to_pi_keeps_the_direction(angle):
    wrapped = wrap_to_pi(angle)
    assert -math.pi <= wrapped <= math.pi
    assert math.cos(wrapped) == pytest.approx(math.cos(angle), abs=1e-9)
    assert math.sin(wrapped) == pytest.approx(math.sin(angle), abs=1e-9)


@given(st.floats(-1e4, 1e4))
def test_wrap_to_pi_equals_its_full_expression(angle):
    assert wrap_to_pi(angle) == (angle + math.pi) % (2 * math.pi) - math.pi
