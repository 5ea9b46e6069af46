"""Punctures, spills and ramps, by hand and by their laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.friction import mean_friction, required_friction, spill_loss_of_control
from envs.physics.smooth import clip, direction, logistic, ramp
from envs.physics.tyre import (
    PUNCTURE_ENERGY_J,
    control_lost_after_puncture,
    patch_puncture_probability,
    puncture_probability,
)


@pytest.mark.parametrize(
    ("sharpness", "indentation", "expected"),
    [(0.0, 0.05, 0.1324), (0.0, 0.07, 0.6925), (0.6, 0.05, 0.9739), (0.97, 0.0239, 1.0)],
)
def test_puncture_is_golden(sharpness, indentation, expected):
    found = puncture_probability(indentation, sharpness, PUNCTURE_ENERGY_J)
    assert found == pytest.approx(expected, abs=6e-5)


@given(st.floats(0, 0.13), st.floats(0, 1), st.floats(1, 2))
def test_puncture_rises_with_depth_and_sharpness_from_exactly_zero(depth, sharpness, factor):
    here = puncture_probability(depth, sharpness, 300.0)
    assert 0.0 <= here <= puncture_probability(depth * factor, sharpness, 300.0) <= 1.0
    assert here <= puncture_probability(depth, min(1.0, sharpness * factor), 300.0) + 1e-15
    assert here >= puncture_probability(depth, sharpness, 300.0 * factor)
    assert puncture_probability(0.0, sharpness, 300.0) == 0.0


def test_patch_puncture_by_hand():
    # 1 - exp(-0.5 x 0.97) = 0.384303
    assert patch_puncture_probability(0.5, 0.97) == pytest.approx(0.384303, rel=1e-5)
    assert patch_puncture_probability(0.0, 0.97) == 0.0


def test_control_lost_after_puncture_by_hand():
    # 0.004 x 0.5 x (30/25)^2 = 0.00288
    assert control_lost_after_puncture(0.5, 30.0, 0.004) == pytest.approx(0.00288)
    assert control_lost_after_puncture(1.0, 250.0, 0.5) == 1.0


def test_friction_by_hand():
    # one wheel in four on oil: 0.8 + 0.25 (0.1 - 0.8) = 0.625; sqrt(3^2 + 4^2)/9.81 = 0.509684
    assert mean_friction(0.8, 0.1, 0.25) == pytest.approx(0.625)
    assert required_friction(3.0, -4.0) == pytest.approx(5.0 / 9.81)


def test_spill_takes_control_around_the_limit():
    assert spill_loss_of_control(0.22, 0.45) == 0.0  # below half of the grip
    assert spill_loss_of_control(0.4, 0.4) == pytest.approx(0.5, abs=1e-3)
    # S((1.2 - 1)/0.06) - S(-0.5/0.06) = 0.965555 - 0.000240
    assert spill_loss_of_control(0.48, 0.4) == pytest.approx(0.965315, abs=1e-5)
    assert spill_loss_of_control(0.3, 0.0) == pytest.approx(1.0, abs=1e-3)


def test_ramp_is_free_up_to_its_dead_band():
    assert ramp(2.0, 8.0, 1.2, 2.0) == 0.0
    # S(0) - S(-5) = 0.5 - 0.00669285
    assert ramp(8.0, 8.0, 1.2, 2.0) == pytest.approx(0.49330715)


@given(st.floats(-50, 50), st.floats(0, 5))
def test_ramp_is_continuous_monotone_and_a_probability(x, more):
    here = ramp(x, 8.0, 1.2, 2.0)
    assert 0.0 <= here <= ramp(x + more, 8.0, 1.2, 2.0) <= 1.0
    assert ramp(2.0 + 1e-9, 8.0, 1.2, 2.0) < 1e-10


@given(st.floats(-1e308, 1e308))
def test_logistic_never_overflows_and_is_odd(x):
    assert 0.0 <= logistic(x) <= 1.0
    assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=1e-15)


def test_clip_limits_both_ways():
    assert (clip(-1.0, 0.0, 2.0), clip(1.0, 0.0, 2.0), clip(3.0, 0.0, 2.0)) == (0.0, 1.0, 2.0)
    assert math.isfinite(logistic(-800.0))


@given(st.floats(-math.pi, math.pi), st.floats(0.01, 100.0))
def test_direction_is_the_angle(angle, length):
    found = direction(length * math.cos(angle), length * math.sin(angle))
    assert abs(math.remainder(found - angle, 2.0 * math.pi)) < 3e-8


def test_direction_on_both_sides_of_where_its_series_ends():
    for y in (0.25 - 1e-12, 0.25 + 1e-12, -0.25 + 1e-12, -0.25 - 1e-12):
        assert abs(direction(1.0, y) - math.atan(y)) < 3e-8
