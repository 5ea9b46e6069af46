"""Contact outcomes against the golden values of envs/physics/SOURCES.md 8.2 and 8.3."""

from __future__ import annotations

import math

import pytest
from numba import njit

from envs.physics.contact.formulas import _setting
from envs.physics.contact.geometry import overlap_of
from envs.physics.contact.outcome import (
    CAR,
    MISS,
    MODE_NAMES,
    UNDERBODY,
    contact_outcome,
    default_stiffness,
)
from envs.physics.tyre import PUNCTURE_ENERGY_J, puncture_probability
from tests.unit.envs.contact_by_hand import CASES, pushed

# mode, We, o_b, o_l, o_r, o_f, y_c, J0, h_t, kappa, u; a miss has no further values
INTERMEDIATE = {
    1: ("miss",),
    2: ("straddle", 0.2, 0.2, 0, 0, 0.2, 0.1, 0.13263, 0.11701, 0.96028, 1),
    3: ("run-over", 2.2691, 1.7, 0.205, 0.205, 1.6, 0, 0.099668, 0.036042, 0.94779, 1),
    4: ("run-over", 0.50569, 0.32785, 0.205, 0, 0.27785, 0.68608, 0.19868, 0.057422, 0.5974, 1),
    5: ("run-over", 0.15, 0.15, 0, 0.15, 0.125, -0.75, 0.1061, 0.11799, 0.98551, 1),
    6: ("underbody", 0.36729, 0.36729, 0, 0, 0.36729, 0.2, 0.28016, 0.18527, 0.96666, 1),
    7: ("underbody", 0.3, 0.3, 0.0775, 0, 0.3, 0.6, 0.0002, 0.027455, 0.80718, 1),
    8: ("frontal", 0.53043, 0.53043, 0, 0, 0.53043, 0.1, 0.011995, 0.09174, 0.87179, 3.1791e-06),
    9: ("frontal", 0.45, 0.45, 0, 0, 0.45, 0, 0.64935, 0.3999, 0.9375, 0.0017436),
    10: (
        "frontal",
        0.58972,
        0.44486,
        0.205,
        0,
        0.39486,
        0.62757,
        0.77922,
        0.3999,
        0.91241,
        0.0042535,
    ),
    11: ("frontal", 0.63, 0.63, 0.1425, 0, 0.615, 0.5, 0.28947, 0.19551, 0.97343, 0.74986),
    12: ("frontal", 1.4482, 1.2741, 0, 0.205, 1.2241, -0.21295, 1.3376, 0.13044, 0.4565, 0.055313),
}

# the columns of 8.3 in order, a dash as 0: delta-v, a_z, yaw rate ... and last the exit speed
OUTPUT = {
    1: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    2: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    3: (0.048493, 3.8817, 0, 0.065586, 0.063063, 881.22, 0, 0.89254, 0, 0, 0, 0),
    4: (0.078033, 4.9409, 0.028317, 0.093995, 0.088624, 882.39, 2.2284e-05, 0.98267, 0, 0, 0, 0),
    5: (0.12023, 8.1098, 0.048777, 0.10263, 0.098684, 1498.9, 6265.6, 0.99956, 0, 0, 0, 0),
    6: (0.68183, 13.666, 0.10997, 0, 0, 21825, 0, 0, 0, 0.52905, 0, 0),
    7: (0.0019548, 0.36282, 0.001656, 0.016103, 0.0080517, 1280, 0, 0, 0, 0.9932, 0, 0),
    8: (
        *(0.014023, 0.54811, 0.0011081, 0, 0, 0.030897, 0, 0, 234.37),
        *(0.028019, 0.0080774, 31.551),
    ),
    9: (0.83575, 7.0713, 0.011572, 0, 0, 67.986, 0, 0, 9395.2, 0.20717, 0.0053131, 28.196),
    10: (
        *(0.99969, 8.97, 0.34775, 0.00046267, 0.00044488, 199.79, 110.11, 0, 13617),
        *(0.21384, 0.31304, 33.654),
    ),
    11: (
        *(0.63749, 32.542, 0.17104, 0.076116, 0.073188, 19880, 12022, 0.92463, 4491.2),
        *(0.58508, 0.14727, 25.901),
    ),
    12: (
        *(1.6461, 12.127, 0.286, 0.0060167, 0.0055711, 2848.4, 1422.5, 0, 27728),
        *(0.15077, 0.15137, 31.459),
    ),
}


def outcome_of(case):
    c = CASES[case]
    crush, stiffness = 1e3 * c["crush_kpa"], 1e6 * c["stiffness_mnpm"]
    size = c["length"], c["width"], c["height"]
    return contact_outcome(
        c["speed"], *size, c["mass"], crush, stiffness, c["offset"], c["yaw"], 0, 0.0, 0
    )


@njit
def height_left_and_kappa(body, overlap, speed, length, width, height, mass, crush, stiffness):
    s = _setting(body, overlap, speed, length, width, height, mass, crush, stiffness)
    return s.height_left, s.kappa


@pytest.mark.parametrize("case", CASES)
def test_contact_intermediate_values_are_golden(case):
    mode, *expected = INTERMEDIATE[case]
    outcome = outcome_of(case)
    assert MODE_NAMES[outcome.mode] == mode
    if not expected:
        return
    c = CASES[case]
    size = c["length"], c["width"], c["height"]
    o = overlap_of(CAR, *size, c["offset"], c["yaw"])
    crush, stiffness = 1e3 * c["crush_kpa"], 1e6 * c["stiffness_mnpm"]
    left, kappa = height_left_and_kappa(CAR, o, c["speed"], *size, c["mass"], crush, stiffness)
    found = (o.span, o.bumper, o.left, o.right, o.floor, o.centre)
    found += (outcome.momentum_exchange, left, kappa, outcome.passing_weight)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_contact_outputs_are_golden(case):
    o = outcome_of(case)
    puncture = puncture_probability(o.tyre_indentation, CASES[case]["sharpness"], PUNCTURE_ENERGY_J)
    found = (o.delta_v, o.vertical_acceleration, o.yaw_rate, o.contact_indentation)
    found += (o.tyre_indentation, o.underbody_force, o.rim_force, puncture, o.crush_energy)
    found += (o.p_under, o.p_side, o.exit_speed)
    assert found == pytest.approx(OUTPUT[case], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("case", range(3, 13))
def test_what_front_and_floor_push_is_the_plain_arithmetic(case):
    o = outcome_of(case)
    found = (o.delta_v, o.yaw_rate, o.crush_energy, o.p_under, o.p_side, o.exit_speed)
    assert found == pytest.approx(pushed(CASES[case]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("case", "sign"), [(1, 0), (3, 0), (4, 1), (5, -1), (10, 1), (12, -1)])
def test_contact_yaws_towards_the_side_it_met(case, sign):
    assert outcome_of(case).yaw_sign == sign


def test_wide_object_is_met_on_the_side_of_its_centre():
    # 3 m wide, it covers the whole front: the overlap is centred, the object is not
    args = 20.0, 0.5, 3.0, 0.5, 30.0, 1e6, 5e6
    assert contact_outcome(*args, -0.4, 0.0, 0, 0.0, 0).yaw_sign == -1
    assert contact_outcome(*args, 0.0, 0.0, 0, 0.0, 0).yaw_sign == 0


def test_miss_is_all_zero():
    outcome = outcome_of(1)
    assert outcome.mode == MISS
    assert set(outcome) == {0}


def test_default_stiffness_follows_the_rule_between_its_limits():
    # 30 kPa x 0.4 m x min(0.8, 0.5) m / 0.01 m = 600 kN/m
    assert default_stiffness(30e3, 0.4, 0.8) == pytest.approx(6e5)
    assert default_stiffness(1e2, 0.3, 0.3) == 2e5
    assert default_stiffness(5e7, 0.3, 0.3) == 5e6


def test_unknown_stiffness_means_the_rule():
    args = (25.0, 0.4, 0.3, 0.12, 9.0, 2e5)
    rest = (0.7, 0.2, 0, 0.0, 0)
    by_rule = contact_outcome(*args, default_stiffness(2e5, 0.3, 0.4), *rest)
    assert contact_outcome(*args, 0.0, *rest) == by_rule
    assert contact_outcome(*args, -1.0, *rest) == by_rule


# --- anchored objects, envs/physics/SOURCES.md 2.4 ------------------------------------------------------------
def anchored(speed, height, energy=0.0, width=0.5):
    return contact_outcome(speed, 0.5, width, height, 20.0, 1e6, 5e6, 0.0, 0.0, 1, energy, 0)


def test_anchored_tall_object_stops_the_car():
    # height term 1; o_b 0.5: 1.2 x 0.5/0.6 = 1.0 -> all of the speed; E = 1500 x 20^2/2 = 300 kJ
    outcome = anchored(20.0, 0.6)
    assert outcome.delta_v == pytest.approx(20.0)
    assert outcome.crush_energy == pytest.approx(300e3)
    assert outcome.exit_speed == 0.0


def test_anchored_step_takes_its_share():
    # o_b 0.3, H 0.29: 1.2 x 20 x (0.09/0.15 = 0.6) x 0.3/0.4 = 10.8 m/s
    assert anchored(20.0, 0.29, width=0.3).delta_v == pytest.approx(10.8)


def test_anchored_object_takes_no_more_than_its_breakaway_energy():
    # 20 - sqrt(400 - 2 x 60000/1500) = 20 - sqrt(320) = 2.11146 m/s, whether front or floor meets it
    for height in (0.6, 0.19):
        outcome = anchored(20.0, height, energy=60e3)
        assert outcome.delta_v == pytest.approx(20.0 - math.sqrt(320.0))


def test_object_in_the_floor_band_takes_its_momentum():
    # v 20, m 30: J0 = 20 x 30/1530 = 0.392157; H 0.17: q = 0.5, 0.5^0.637346 = 0.642894; A_z = 5e6 x 0.16 + 20 N:
    # 0.987657^0.681479 = 0.991572; o_f 0.4: g_f = 0.888889; 3.4 x 0.888889 x 0.642894 x 0.991572 x J0/1.196078
    outcome = contact_outcome(20.0, 0.4, 0.4, 0.17, 30.0, 5e6, 5e6, 0.0, 0.0, 0, 0.0, 0)
    assert outcome.mode == UNDERBODY
    assert outcome.delta_v == pytest.approx(0.631654, rel=1e-5)


def test_half_of_the_front_counts_where_all_passes_underneath():
    # the front's part at H just above the lip (u -> 1) is half of the one of a tall object of the same stiffness
    low = contact_outcome(30.0, 0.5, 0.5, 0.2001, 80.0, 5e6, 5e6, 0.0, 0.0, 0, 0.0, 0)
    tall = contact_outcome(30.0, 0.5, 0.5, 0.6, 80.0, 5e6, 5e6, 0.0, 0.0, 0, 0.0, 0)
    assert low.passing_weight > 0.999
    assert low.delta_v_front / tall.delta_v_front == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(("crush", "low", "high"), [(2e4, 1.1, 1.3), (5e6, 1.35, 1.42)])
def test_soft_objects_rebound_less_than_hard_ones(crush, low, high):
    # dv_f over J0 g_b is one and the restitution
    o = contact_outcome(25.0, 0.5, 0.5, 0.6, 10.0, crush, 5e6, 0.0, 0.0, 0, 0.0, 0)
    assert low < o.delta_v_front / (o.momentum_exchange * 0.5 / 0.54) < high


def test_centred_aligned_hit_yaws_only_by_the_scatter_of_its_lever():
    # 3 cm of lever: 0.8 dv (M/I) 0.03
    o = contact_outcome(35.0, 0.6, 0.6, 0.6, 300.0, 5e6, 5e6, 0.0, 0.0, 0, 0.0, 0)
    assert o.yaw_rate == pytest.approx(0.8 * o.delta_v * 1500.0 / 2600.0 * 0.03)


def test_slowest_contacts_are_scaled_down():
    args = 0.5, 0.5, 0.6, 40.0, 5e6, 5e6, 0.1, 0.0, 0, 0.0, 0
    slow, base = contact_outcome(0.1, *args), contact_outcome(0.5, *args)
    assert slow.delta_v == pytest.approx(0.2 * base.delta_v)
    assert slow.exit_speed == pytest.approx(0.2 * base.exit_speed)
    assert slow.crush_energy == pytest.approx(0.04 * base.crush_energy)


def test_anchored_low_object_is_run_over_as_ten_tonnes():
    args = (25.0, 0.4, 0.3, 0.1)
    free = contact_outcome(*args, 1e4, 1e6, 3e6, 0.75, 0.0, 0, 0.0, 0)
    fixed = contact_outcome(*args, 5.0, 1e6, 3e6, 0.75, 0.0, 1, 0.0, 0)
    assert fixed.delta_v == free.delta_v
    assert fixed.tyre_indentation == free.tyre_indentation


# --- trucks, envs/physics/SOURCES.md 2.10 ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("height", "offset", "mode"),
    [
        (0.29, 0.0, "straddle"),
        (0.29, 1.0, "run-over"),
        (0.32, 0.0, "underbody"),
        (0.36, 0.0, "frontal"),
    ],
)
def test_truck_has_its_own_clearance_lip_and_bands(height, offset, mode):
    outcome = contact_outcome(25.0, 0.3, 0.3, height, 10.0, 1e6, 5e6, offset, 0.0, 0, 0.0, 1)
    assert MODE_NAMES[outcome.mode] == mode


def test_truck_loses_less_speed_by_its_mass():
    # J0 = v m/(m + M): 25 x 40/20040 against 25 x 40/1540
    args = (25.0, 0.5, 0.5, 0.6, 40.0, 2e6, 5e6, 0.0, 0.0, 0, 0.0)
    truck, car = contact_outcome(*args, 1), contact_outcome(*args, 0)
    assert truck.momentum_exchange == pytest.approx(25.0 * 40.0 / 20_040.0)
    assert truck.delta_v < 0.1 * car.delta_v
