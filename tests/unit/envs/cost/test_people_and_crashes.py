"""Harm, lost control, collisions, rear-end risk, windscreens: envs/physics/SOURCES.md 6.2, 8.5, 8.6."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.cost.collision import rear_collision_cost, side_swipe_cost, unsimulated_lane_change_cost
from envs.cost.harm import harm, harm_rear
from envs.cost.loss_of_control import crash_cost, yaw_loss_of_control
from envs.cost.manoeuvre import nuisance_cost
from envs.cost.parameters import CostParameters
from envs.cost.rear_end import rear_end_cost, rear_end_probability, standing_cost
from envs.cost.swerve import swerve_loss_of_control
from envs.cost.windscreen import windscreen_cost

P, P5, OFF = (CostParameters(loss_of_control=name).to_array()[0] for name in ("8", "5", "off"))
CAR, TRUCK = 1500.0, 20_000.0


@pytest.mark.parametrize(
    ("delta_v", "frontal", "rear"),
    [
        (1, 0, 0), (1.4, 0, 0), (2, 909, 331), (3, 8429, 3012), (5, 36633, 12704),
        (7.5, 85164, 29289), (10, 183943, 66058), (15, 756465, 364537), (20, 2610060, 2108801),
    ],
)  # fmt: skip
def test_harm_is_golden(delta_v, frontal, rear):
    assert harm(float(delta_v), P) == pytest.approx(frontal, rel=1e-5, abs=0.5)
    assert harm_rear(float(delta_v), P) == pytest.approx(rear, rel=1e-5, abs=0.5)


def test_harm_of_four_is_golden():
    assert harm(4.0, P) == pytest.approx(23_220, rel=1e-4)


@given(st.floats(0, 40), st.floats(0, 5))
def test_harm_rises_from_zero_and_scales_with_the_value_of_a_life(delta_v, more):
    assert 0.0 <= harm(delta_v, P) <= harm(delta_v + more, P) <= 13.2e6
    assert 0.0 <= harm_rear(delta_v, P) <= harm_rear(delta_v + more, P) <= 13.2e6
    half = CostParameters(value_of_statistical_life_usd=6.6e6).to_array()[0]
    assert harm(delta_v, half) == pytest.approx(0.5 * harm(delta_v, P))


@pytest.mark.parametrize(
    ("speed", "expected"),
    [(10, 34_897), (15, 72_140), (20, 120_790), (25, 200_844), (30, 332_203), (35, 544_484)],
)
def test_crash_cost_is_golden(speed, expected):
    assert crash_cost(float(speed), P) == pytest.approx(expected, rel=1e-5, abs=0.5)


@pytest.mark.parametrize(
    ("acceleration", "expected"),
    [
        (2.0, 0.00082),
        (4.0, 0.03126),
        (5.0, 0.16618),
        (5.886, 0.49998),
        (6.5, 0.75353),
        (8.0, 0.97910),
    ],
)
def test_swerve_is_golden(acceleration, expected):
    assert swerve_loss_of_control(acceleration, 0.8, P) == pytest.approx(expected, abs=6e-6)
    assert swerve_loss_of_control(-acceleration, 0.8, P) == pytest.approx(expected, abs=6e-6)


def test_swerve_at_the_edges():
    assert swerve_loss_of_control(0.0, 0.8, P) == 0.0
    assert swerve_loss_of_control(1.0, 0.0, P) == pytest.approx(1.0, abs=1e-4)


def test_yaw_loss_of_control_by_hand_in_all_settings():
    # 0.2 rad/s x 30 m/s = 6 m/s2 times exp(0.3 z): 2.54637, 3.99532, 6, 9.01101, 14.13778 with the weights .0112574,
    # .2220759, .5333333, .2220759, .0112574. Setting 8, S((x - 8)/1.2) - S(-6/1.2): .003819, .027623, .152176, .692301,
    # .987336
    assert yaw_loss_of_control(0.2, 30.0, P) == pytest.approx(0.252196, abs=2e-6)
    assert yaw_loss_of_control(-0.2, 30.0, P5) == pytest.approx(0.653064, abs=2e-6)
    assert yaw_loss_of_control(0.2, 30.0, OFF) == 0.0
    # 2.356294 times 0.84 m/s2 is within the dead band of 2 m/s2, and 0.86 is not
    assert yaw_loss_of_control(0.028, 30.0, P) == 0.0
    assert yaw_loss_of_control(0.0287, 30.0, P) > 0.0


@given(st.floats(0.0, 30.0))
def test_yaw_loss_of_control_is_the_expectation_of_the_ramp(demand):
    # 4,001 equidistant points of the standard normal variable
    z = np.linspace(-6.0, 6.0, 4001)
    weights = np.exp(-0.5 * z * z)
    x = demand * np.exp(0.3 * z)
    chance = np.where(
        x > 2.0, 1.0 / (1.0 + np.exp((8.0 - x) / 1.2)) - 1.0 / (1.0 + np.exp(5.0)), 0.0
    )
    expected = (chance * weights).sum() / weights.sum()
    assert yaw_loss_of_control(demand / 30.0, 30.0, P) == pytest.approx(expected, abs=0.0065)


# --- the driver behind: gap, v_f, v0, v1, a -> P_3, US$ (envs/physics/SOURCES.md 8.5) -------------------------
REAR_END = [
    ((20, 30, 30, 0, 3), 0.011749, 239.69),
    ((20, 30, 30, 0, 5), 0.44416, 17848.5),
    ((20, 30, 30, 0, 6), 0.8195, 45427.3),
    ((20, 30, 30, 0, 8), 0.98922, 123464),
    ((48, 30, 30, 0, 6), 0.24134, 25747.0),
    ((48, 30, 30, 0, 4), 0.012288, 461.37),
    ((20, 30, 30, 20, 6), 0.060941, 1740.3),
    ((10, 25, 27, 20, 4), 0.0034319, 49.656),
    ((8, 32, 30, 24, 5), 0.90476, 35504.1),
    ((25, 30, 30, 15, 20), 0.84699, 69169.7),
]


@pytest.mark.parametrize(("case", "probability", "cost"), REAR_END)
def test_rear_end_is_golden(case, probability, cost):
    case = [float(x) for x in case]
    assert rear_end_probability(*case, 0, P) == pytest.approx(probability, rel=1e-4)
    assert rear_end_cost(*case, 0, P) == pytest.approx(cost, rel=1e-4, abs=0.01)


@given(
    gap=st.floats(-1, 100), v_f=st.floats(0, 40), v0=st.floats(0, 40), v1=st.floats(0, 40),
    a=st.floats(-2, 30), is_truck=st.integers(0, 1),
)  # fmt: skip
def test_rear_end_is_a_probability_and_a_finite_price(gap, v_f, v0, v1, a, is_truck):
    assert 0.0 <= rear_end_probability(gap, v_f, v0, v1, a, is_truck, P) <= 1.0
    assert 0.0 <= rear_end_cost(gap, v_f, v0, v1, a, is_truck, P) < 1e8


@given(gap=st.floats(2, 80), a=st.floats(1.5, 9), closer=st.floats(0.3, 1.0))
def test_rear_end_probability_falls_with_the_gap(gap, a, closer):
    far = rear_end_probability(gap, 30.0, 30.0, 10.0, a, 0, P)
    assert rear_end_probability(closer * gap, 30.0, 30.0, 10.0, a, 0, P) >= far - 1e-12


def test_truck_behind_is_worse_than_a_car():
    case = 25.0, 28.0, 28.0, 0.0, 5.0
    assert rear_end_probability(*case, 1, P) > rear_end_probability(*case, 0, P)
    assert rear_end_cost(*case, 1, P) > 2.0 * rear_end_cost(*case, 0, P)


def test_truck_behind_strikes_with_its_own_mass():
    # no gap left: contact is sure, at once, at 30 - 20 = 10 m/s
    found = rear_end_cost(0.0, 30.0, 20.0, 10.0, 5.0, 1, P)
    assert found == pytest.approx(rear_collision_cost(10.0, TRUCK, CAR, P))


def test_small_changes_of_speed_are_free():
    assert rear_end_cost(3.0, 30.0, 30.0, 29.1, 6.0, 0, P) == 0.0
    assert rear_end_cost(3.0, 30.0, 30.0, 10.0, 1.4, 0, P) == 0.0
    assert rear_end_cost(3.0, 30.0, 30.0, 28.9, 6.0, 0, P) > 0.0


def test_rear_collision_shares_the_speed_by_mass():
    # closing at 10 m/s: 1.5 (harm(5) + harm_rear(5)) + 12000 = 1.5 (36632.61 + 12704.30) + 12000
    assert rear_collision_cost(10.0, CAR, CAR, P) == pytest.approx(86_005.4, abs=0.1)
    # under a truck the car takes 20/21.5 = 0.9302 of it by the rear curve
    expected = 1.5 * (harm_rear(10.0 * 20 / 21.5, P) + harm(10.0 * 1.5 / 21.5, P)) + 12_000
    assert rear_collision_cost(10.0, TRUCK, CAR, P) == pytest.approx(expected)


def test_side_swipe_by_hand():
    # below 1.4 m/s for each side there is no injury; at 8 m/s: 1.5 x 2 x 23220.48 + 8000
    assert side_swipe_cost(2.0, CAR, CAR, P) == 8_000.0
    assert side_swipe_cost(8.0, CAR, CAR, P) == pytest.approx(77_661.4, abs=0.1)
    assert side_swipe_cost(8.0, CAR, TRUCK, P) == pytest.approx(side_swipe_cost(8.0, TRUCK, CAR, P))


def test_unsimulated_lane_change_is_golden():
    assert unsimulated_lane_change_cost(P) == pytest.approx(421.32, abs=0.01)


def test_standing_in_a_live_lane_is_golden():
    # 0.42/s, 30 m/s: about $15 per second
    assert standing_cost(30.0, 0.42, P) == pytest.approx(15.43, abs=0.01)
    assert standing_cost(30.0, 0.0, P) == 0.0


def test_windscreen_by_hand():
    # 40 kg at 25 m/s: 12.5 kJ breaks the glass; 0.08 x 0.1 x (1440 + 0.3 x 0.047 x 13.2e6 = 186120)
    # = 1500.48
    assert windscreen_cost(0.08, 40.0, 25.0, 20.0, P) == pytest.approx(1500.48)
    # 0.5 kg at 20 m/s: 100 J = twice 50 J: 0.08 x 0.1 x 1440 x (1 - 1/e) = 7.282
    assert windscreen_cost(0.08, 0.5, 20.0, 20.0, P) == pytest.approx(7.282, abs=0.001)


@pytest.mark.parametrize(
    ("mass", "relative", "gap"),
    [(0.01, 30.0, 20.0), (40.0, 25.0, 31.0), (40.0, 25.0, -1.0), (40.0, -5.0, 9.0)],
)
def test_windscreen_is_free_for_bags_and_out_of_range(mass, relative, gap):
    assert windscreen_cost(0.08, mass, relative, gap, P) == 0.0


def test_nuisance_by_hand():
    # 5 (6/3)^2 = 20
    assert nuisance_cost(6.0, P) == pytest.approx(20.0)
    assert nuisance_cost(3.0, P) == 0.0
