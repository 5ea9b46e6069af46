"""Costs of contacts against envs/physics/SOURCES.md 8.4, and what harmless objects may cost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.cost.contact_cost import contact_cost, contact_total
from envs.cost.damage import front_damage, underbody_damage, wheel_damage_probability
from envs.cost.parameters import CostParameters
from envs.physics.contact.outcome import MISS, STRADDLE, contact_outcome
from tests.unit.envs.contact_by_hand import CASES

P8, P5, OFF = (CostParameters(loss_of_control=name).to_array()[0] for name in ("8", "5", "off"))

# harm, jolt, front, underbody, tyre, wheel, loss of control by yaw and by puncture;
# totals with the settings 8, 5, off
GOLDEN = {
    1: ((0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0)),
    2: ((0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0)),
    3: ((0, 0, 0, 0, 357.02, 0, 0, 1707.9), (2064.9, 2064.9, 2064.9)),
    4: ((0, 0, 0, 0, 393.07, 0, 0.035, 1880.3), (2273.41, 2273.61, 2273.37)),
    5: ((0, 0, 0, 0, 399.82, 100.17, 2.55, 309.08), (811.62, 826.63, 809.08)),
    6: ((0, 0, 0, 1399.8, 0, 0, 2500.7, 0), (3900.5, 18390, 1399.8)),
    7: ((0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0)),
    8: ((0, 0, 68.63, 0, 0, 0, 0, 0), (68.63, 68.63, 68.63)),
    9: ((0, 0, 2461.9, 0, 0, 0, 0, 0), (2461.9, 2461.9, 2461.9)),
    10: ((0, 0, 3395.4, 0, 0, 0.437, 253566, 0), (256962, 313679, 3395.8)),
    11: (
        (0, 3691.8, 1248.3, 1266.0, 369.85, 592.81, 6794.5, 424.23),
        (14387.5, 44229.4, 7593.0),
    ),
    12: ((195.50, 0, 5898.4, 39.063, 0, 7.400, 193286, 0), (199427, 297573, 6140.3)),
}


def meet(case, **changes):
    c = CASES[case] | changes
    crush, stiffness = 1e3 * c["crush_kpa"], 1e6 * c["stiffness_mnpm"]
    size = c["length"], c["width"], c["height"]
    return contact_outcome(
        c["speed"], *size, c["mass"], crush, stiffness, c["offset"], c["yaw"], 0, 0.0, 0
    )


@pytest.mark.parametrize("mode", [MISS, STRADDLE])
def test_nothing_touched_costs_nothing_in_any_part(mode):
    outcome = meet(11)._replace(mode=mode)
    assert contact_cost(outcome, 30.0, 0.9, P8) == (0.0,) * 11


@pytest.mark.parametrize("case", CASES)
def test_contact_cost_is_golden(case):
    parts, totals = GOLDEN[case]
    outcome, c = meet(case), CASES[case]
    costs = [contact_cost(outcome, c["speed"], c["sharpness"], p) for p in (P8, P5, OFF)]
    assert costs[0][:8] == pytest.approx(parts, rel=1e-4, abs=0.01)
    assert [contact_total(cost) for cost in costs] == pytest.approx(totals, rel=1e-4, abs=0.01)
    assert contact_total(costs[0]) == pytest.approx(sum(costs[0][:8]))


def test_probability_of_losing_control_joins_yaw_and_puncture():
    # of case 11, where both are at work; the price of the crash cancels
    cost = contact_cost(meet(11), 22.0, 0.2, P8)
    by_puncture = 0.004 * cost.p_puncture * (22.0 / 25.0) ** 2
    crash = cost.loc_puncture / by_puncture
    joined = 1.0 - (1.0 - cost.loc_yaw / crash) * (1.0 - by_puncture)
    assert cost.p_loss_of_control == pytest.approx(joined)
    assert contact_cost(meet(11), 22.0, 0.2, OFF).p_loss_of_control == pytest.approx(by_puncture)


@given(
    length=st.floats(0.25, 0.5), width=st.floats(0.25, 0.4), height=st.floats(0.05, 0.3),
    mass=st.floats(0.005, 0.02), crush=st.floats(100.0, 1000.0), offset=st.floats(-1.1, 1.1),
    yaw=st.floats(-0.8, 0.8),
)  # fmt: skip
def test_empty_bag_costs_next_to_nothing(length, width, height, mass, crush, offset, yaw):
    outcome = contact_outcome(30.0, length, width, height, mass, crush, 0.0, offset, yaw, 0, 0.0, 0)
    # no blow is harder than an elastic one: (2 m v)^2 / 2 m at the front, 11,700 US$ for every 40 kJ to begin with,
    # 2.6 US$ for 5 g, 10.5 for 20 g
    elastic = 11_700.0 * 2.0 * mass * 30.0**2 / 40e3
    assert contact_total(contact_cost(outcome, 30.0, 0.0, P8)) <= elastic


@given(
    case=st.sampled_from(sorted(CASES)), factor=st.floats(1.0, 2.0), offset=st.floats(-1.0, 1.0),
    height=st.floats(0.02, 0.8),
)  # fmt: skip
def test_more_mass_never_costs_less(case, factor, offset, height):
    changes = {"offset": offset, "height": height}
    c = CASES[case]
    light = contact_cost(meet(case, **changes), c["speed"], c["sharpness"], P8)
    heavy_outcome = meet(case, **changes, mass=factor * c["mass"])
    heavy = contact_cost(heavy_outcome, c["speed"], c["sharpness"], P8)
    assert contact_total(heavy) >= contact_total(light) * (1.0 - 1e-9)


@given(
    speed=st.floats(0.0, 45.0), sharpness=st.floats(0.0, 1.0), case=st.sampled_from(sorted(CASES))
)
def test_contact_cost_is_finite_and_not_negative(speed, sharpness, case):
    cost = contact_cost(meet(case, speed=speed), speed, sharpness, P8)
    assert all(math.isfinite(x) and x >= 0.0 for x in cost)
    assert max(cost.p_puncture, cost.p_wheel, cost.p_loss_of_control) <= 1.0


def test_front_damage_by_hand():
    # 20 kJ: 11700 (1 - exp(-0.5)) = 4603.59; 25000 (S(-5.75) - S(-6.25)) = 79.32 - 48.17
    assert front_damage(20e3, P8) == pytest.approx(4634.74, abs=0.01)
    assert front_damage(300.0, P8) == pytest.approx(88.0, abs=0.5)
    assert front_damage(0.0, P8) == 0.0


def test_underbody_damage_by_hand():
    # (42 - 2)/40 = 1: 4000 (1 - 1/e) = 2528.48
    assert underbody_damage(42e3, P8) == pytest.approx(2528.482, abs=0.01)
    assert underbody_damage(2e3, P8) == 0.0


def test_wheel_damage_by_hand():
    # S(0) - S(-4.8) = 0.5 - 0.00816257
    assert wheel_damage_probability(12e3, P8) == pytest.approx(0.49183743)
    assert wheel_damage_probability(0.0, P8) == 0.0
