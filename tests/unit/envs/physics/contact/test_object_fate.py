"""Fates of objects, from quantile tables by hand (envs/physics/SOURCES.md 2.2.7)."""

from __future__ import annotations

import pytest

from envs.physics.contact.fate import AHEAD, SIDE, STAYS, UNDER, object_fate
from envs.physics.contact.outcome import contact_outcome

LOW = contact_outcome(20.0, 0.3, 0.15, 0.12, 8.0, 2e7, 5e6, -0.75, 0.0, 0, 0.0, 0)
BRICKS = contact_outcome(30.0, 0.45, 0.45, 0.45, 40.0, 2e6, 5e6, 0.7, 0.4, 0, 0.0, 0)
CENTRED = contact_outcome(25.0, 0.45, 0.45, 0.45, 40.0, 2e6, 5e6, 0.0, 0.0, 0, 0.0, 0)
DEER = contact_outcome(30.0, 1.4, 0.5, 0.36, 70.0, 1e5, 2.5e6, -0.3, 1.0, 0, 0.0, 0)


@pytest.mark.parametrize(
    ("u", "share"),
    # knots -.01, 0, .02, .08, .46 at .05, .25, .5, .75, .95; .375 is half way between 0 and .02
    [(0.01, -0.01), (0.05, -0.01), (0.375, 0.01), (0.5, 0.02), (0.95, 0.46), (0.999, 0.46)],
)
def test_run_over_object_leaves_with_the_share_of_its_table(u, share):
    fate = object_fate(LOW, 20.0, 0.12, 8.0, 0, 0, STAYS, (0.5, u, 0.5, 0.5))
    assert fate.fate == UNDER
    assert fate.forward_speed == pytest.approx(20.0 * share)
    assert fate.p_rises == 0.07


def test_passing_object_takes_no_more_momentum_than_the_vehicle_loses():
    # dv 0.12023 m/s: at most 1500 x 0.12023/30 = 6.0 m/s for 30 kg, below the table's 9.2
    fate = object_fate(LOW, 20.0, 0.12, 30.0, 0, 0, STAYS, (0.5, 0.99, 0.5, 0.5))
    assert fate.forward_speed == pytest.approx(1500.0 * LOW.delta_v / 30.0)


def test_fate_is_drawn_from_both_probabilities():
    # P(under) .21384, then P(side) .31304 of the rest: .21384 + .78616 x .31304 = .45994
    draw = [
        object_fate(BRICKS, 30.0, 0.45, 40.0, 0, 0, STAYS, (u, 0.5, 0.5, 0.5)).fate
        for u in (0.21, 0.22, 0.459, 0.461)
    ]
    assert draw == [UNDER, SIDE, SIDE, AHEAD]


def test_object_thrown_aside_leaves_outward():
    # median lateral share .13: 3.9 m/s
    fate = object_fate(BRICKS, 30.0, 0.45, 40.0, 0, 0, STAYS, (0.3, 0.5, 0.5, 0.5))
    assert fate.lateral_speed == pytest.approx(3.9)
    assert fate.forward_speed == BRICKS.exit_speed
    assert fate.p_rises == 0.08


def test_object_met_dead_centre_leaves_to_either_side():
    # P(under) .20717, then P(side) .0053131: u = .21 is aside
    left = object_fate(CENTRED, 25.0, 0.45, 40.0, 0, 0, STAYS, (0.21, 0.5, 0.5, 0.25))
    right = object_fate(CENTRED, 25.0, 0.45, 40.0, 0, 0, STAYS, (0.21, 0.5, 0.5, 0.75))
    # the median share .13: 3.25 m/s
    assert (left.fate, right.fate) == (SIDE, SIDE)
    assert left.lateral_speed == pytest.approx(3.25)
    assert right.lateral_speed == pytest.approx(-3.25)


def test_object_on_the_bumper_is_carried():
    # a narrow overlap (1.7 cm of bumper beside the span's end) throws it too slowly to get away
    soft = contact_outcome(20.0, 0.5, 0.05, 0.5, 200.0, 500.0, 2e5, 0.7, 0.0, 0, 0.0, 0)
    assert soft.exit_speed < 20.0 - soft.delta_v
    fate = object_fate(soft, 20.0, 0.5, 200.0, 0, 0, STAYS, (0.999999, 0.5, 0.5, 0.5))
    # J0 = 20 x 200/1700 = 2.35294 m/s
    assert fate.fate == AHEAD
    assert fate.delta_v_motion == pytest.approx(max(soft.delta_v, 20.0 * 200.0 / 1700.0))
    assert fate.forward_speed == pytest.approx(20.0 - fate.delta_v_motion)


@pytest.mark.parametrize(
    ("u", "share"),
    # knots .001, .01, .053, .17, .30; .625 is half way between .053 and .17
    [(0.05, 0.001), (0.25, 0.01), (0.5, 0.053), (0.625, 0.1115), (0.95, 0.30), (0.999, 0.30)],
)
def test_object_thrown_ahead_drifts_sideways(u, share):
    # y_c of the bricks 0.62757: outward with 0.5 + 0.5 (0.62757/0.75)^2 = 0.850082
    assert BRICKS.p_outward == pytest.approx(0.850082, rel=1e-5)
    outward = object_fate(BRICKS, 30.0, 0.45, 40.0, 0, 0, STAYS, (0.99, 0.5, u, 0.85))
    inward = object_fate(BRICKS, 30.0, 0.45, 40.0, 0, 0, STAYS, (0.99, 0.5, u, 0.851))
    assert outward.fate == AHEAD
    assert outward.lateral_speed == pytest.approx(30.0 * share)
    assert inward.lateral_speed == pytest.approx(-30.0 * share)


@pytest.mark.parametrize("before", [UNDER, SIDE, AHEAD])
@pytest.mark.parametrize("u", [0.01, 0.4, 0.99])
def test_fate_of_the_first_touch_is_kept(before, u):
    assert object_fate(BRICKS, 3.0, 0.45, 40.0, 0, 0, before, (u, 0.5, 0.5, 0.5)).fate == before


def test_object_wedged_under_the_floor_is_carried_or_passes():
    # 30 kg, 17 cm: P(under) = 1 - 0.987657 x 0.888889/(1 + 1.5^1.03) = 0.651393
    args = 20.0, 0.4, 0.4, 0.17, 30.0, 5e6, 5e6, 0.0, 0.0, 0, 0.0, 0
    wedged = contact_outcome(*args)
    assert wedged.p_under == pytest.approx(0.651393, rel=1e-5)
    under = object_fate(wedged, 20.0, 0.17, 30.0, 0, 0, STAYS, (0.65, 0.5, 0.5, 0.5))
    ahead = object_fate(wedged, 20.0, 0.17, 30.0, 0, 0, STAYS, (0.66, 0.5, 0.5, 0.5))
    assert (under.fate, ahead.fate) == (UNDER, AHEAD)
    assert ahead.forward_speed == pytest.approx(20.0 - ahead.delta_v_motion)


def test_object_faster_than_the_car_is_not_carried():
    fate = object_fate(DEER, 30.0, 0.36, 70.0, 0, 0, STAYS, (0.99, 0.5, 0.5, 0.5))
    assert (fate.fate, fate.forward_speed, fate.delta_v_motion) == (
        AHEAD,
        DEER.exit_speed,
        DEER.delta_v,
    )


def test_anchored_object_stays():
    outcome = contact_outcome(20.0, 0.5, 0.5, 0.5, 20.0, 1e6, 5e6, 0.0, 0.0, 1, 0.0, 0)
    fate = object_fate(outcome, 20.0, 0.5, 20.0, 1, 0, STAYS, (0.5, 0.5, 0.5, 0.5))
    assert (fate.fate, fate.forward_speed, fate.delta_v_motion) == (STAYS, 0.0, outcome.delta_v)


def test_contact_at_rest_moves_nothing():
    outcome = contact_outcome(0.0, 0.5, 0.5, 0.5, 20.0, 1e6, 5e6, 0.2, 0.0, 0, 0.0, 0)
    assert object_fate(outcome, 0.0, 0.5, 20.0, 0, 0, STAYS, (0.9, 0.5, 0.5, 0.5))[1:4] == (
        0.0,
        0.0,
        0.0,
    )
