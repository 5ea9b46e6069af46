"""Wakes and threshold air speeds against envs/physics/SOURCES.md 8.6 and 2.6."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.aerodynamics import (
    fly_threshold,
    motion_threshold,
    slide_threshold,
    tumble_threshold,
    under_vehicle_air_speed,
    wake_air_speed,
)

KMH = 3.6


@pytest.mark.parametrize(
    ("is_truck", "behind", "lateral", "expected"),
    [
        (0, 5.0, 0.0, 5.5281), (0, 20.0, 0.0, 2.5765), (0, 20.0, 3.7, 0.5452),
        (0, 1.0, 0.0, 9.7251),
        (1, 5.0, 0.0, 11.5964), (1, 20.0, 0.0, 5.4047), (1, 20.0, 3.7, 3.7974), (1, 1.0, 0.0, 18.0),
    ],
)  # fmt: skip
def test_wake_is_golden(is_truck, behind, lateral, expected):
    assert wake_air_speed(30.0, is_truck, behind, lateral) == pytest.approx(expected, rel=1e-4)


@given(st.floats(0, 40), st.integers(0, 1), st.floats(0, 200), st.floats(-10, 10))
def test_wake_is_mirror_symmetric_decays_and_is_limited(speed, is_truck, behind, lateral):
    here = wake_air_speed(speed, is_truck, behind, lateral)
    assert here == wake_air_speed(speed, is_truck, behind, -lateral)
    assert 0.0 <= here <= 0.6 * speed
    assert wake_air_speed(speed, is_truck, behind + 1.0, 0.0) <= wake_air_speed(
        speed, is_truck, behind, 0.0
    )


def test_wake_ends_at_the_rear_and_the_under_car_air_begins():
    assert wake_air_speed(30.0, 0, -0.01, 0.0) == 0.0
    # 0.45 x 30 m/s within the 4.5 m of the car and 0.9 m of its axis
    assert under_vehicle_air_speed(30.0, 0, 4.5, -0.01, 0.89) == pytest.approx(13.5)
    assert under_vehicle_air_speed(30.0, 0, 4.5, -4.51, 0.0) == 0.0
    assert under_vehicle_air_speed(30.0, 0, 4.5, 0.01, 0.0) == 0.0
    assert under_vehicle_air_speed(30.0, 0, 4.5, -2.0, -0.91) == 0.0


@pytest.mark.parametrize(
    ("mass", "friction", "drag", "lift", "slide", "fly"),
    # envs/physics/SOURCES.md 2.6 and 2.7: film bag 2 and 3 km/h, mattress 89 and 64, empty box 18 and 40
    [
        (0.006, 0.3, 0.12, 0.12, 2, 3),
        (25.0, 0.6, 0.4, 1.3, 89, 64),
        (0.6, 0.45, 0.17, 0.08, 18, 40),
    ],
)
def test_thresholds_equal_the_table(mass, friction, drag, lift, slide, fly):
    assert slide_threshold(mass, friction, drag) * KMH == pytest.approx(slide, abs=0.6)
    assert fly_threshold(mass, lift) * KMH == pytest.approx(fly, abs=0.8)


def test_tumble_threshold_by_hand():
    # sqrt(2 x 0.6 x 9.81 x 0.4/(1.2 x 0.17 x 0.4)) = sqrt(57.706) = 7.5964 m/s (27 km/h in the
    # table)
    assert tumble_threshold(0.6, 0.17, 0.4, 0.4) == pytest.approx(7.5964, rel=1e-4)


def test_motion_threshold_by_hand():
    # drag + mu lift areas 0.5 + 0.5 x 1.0 = 1: sqrt(2 x 0.5 x 3 x 9.81/1.2) = sqrt(24.525) m/s
    assert motion_threshold(3.0, 0.5, 0.5, 1.0) == pytest.approx(math.sqrt(24.525))


@given(st.floats(0.01, 100), st.floats(0.1, 0.8), st.floats(1e-3, 2), st.floats(1e-3, 2))
def test_motion_threshold_is_the_lowest(mass, friction, drag, lift):
    lowest = motion_threshold(mass, friction, drag, lift)
    assert lowest <= slide_threshold(mass, friction, drag) * (1 + 1e-12)
    assert lowest <= fly_threshold(mass, lift) * (1 + 1e-12)


def test_thresholds_without_area_are_infinite():
    assert slide_threshold(1.0, 0.5, 0.0) == math.inf
    assert fly_threshold(1.0, 0.0) == math.inf
    assert tumble_threshold(1.0, 0.5, 0.3, 0.0) == math.inf
    assert motion_threshold(1.0, 0.5, 0.0, 0.0) == math.inf
