"""The library: manoeuvres go where their names say, smoothly, and go on from one decision to the next."""

import numpy as np
import pytest

from envs.specification import DECISION_S
from policies.base import BRAKE, KEEP, LABELS, RUN_OVER, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.command import decode_actions, encode_actions
from policies.planning import library as lib
from policies.planning.extend import fit_plans, label_plans, shift_plans, sketch_paths
from policies.planning.library import MANOEUVRES, manoeuvre_labels, manoeuvre_names, write_actions
from policies.planning.ways import EASES_S

NAMES, COLUMNS = manoeuvre_names(), MANOEUVRES.T
LOW, HIGH = -5.1, 13.1
"""Five lanes, the ego in the middle one at 4 m."""


def plans(*, lateral=(4.0, 0.0, LOW, HIGH, 4.0), speed=30.0, y=4.5, ahead=60.0, decisions=50):
    """Accelerations and lateral targets of the library, 60 m before an object of 1 m across, on an empty road."""
    objects = np.array([[ahead, y, 0.5, 0.5], [ahead + 60.0, 3.0, 0.5, 0.5]])
    actions = np.empty((len(MANOEUVRES), decisions, 2))
    write_actions(MANOEUVRES, speed, 30.0, np.array(lateral), objects, False, actions)
    assert np.abs(actions).max() <= 1.0
    return decode_actions(actions, lateral[2], lateral[3])


def test_names_are_distinct_and_every_label_is_there():
    assert len(set(NAMES)) == len(MANOEUVRES)
    assert 50 <= len(MANOEUVRES) <= 110
    # driving over is keeping when something is ahead
    assert {LABELS[k] for k in manoeuvre_labels()} == set(LABELS) - {"run over"}


def test_every_way_is_one_that_rules_may_take_too():
    assert set(COLUMNS[lib.EASE_S]) <= set(EASES_S)


def test_the_first_keeps_lane_and_speed():
    acceleration, target = plans()
    np.testing.assert_allclose(acceleration[0], 0.0, atol=1e-9)
    np.testing.assert_allclose(target[0], 4.0, atol=1e-9)


def test_every_manoeuvre_reaches_its_place():
    _, target = plans(ahead=400.0)
    # the object's half width, the ego's and the margin: 0.5 + 0.9 + 0.35
    nearest = {"centre": 4.0, "straddle": 4.5, "pass left": 2.75, "pass right": 6.25,
               "lane left": 0.0, "lane right": 8.0}  # fmt: skip
    second = {"straddle": 3.0, "pass left": 1.25, "pass right": 4.75}
    for c, (place, which) in enumerate(MANOEUVRES[:, [lib.PLACE, lib.WHICH]].astype(int)):
        expected = (second if which else nearest)[lib.PLACES[place]]
        assert target[c, -1] == pytest.approx(expected, abs=0.06), NAMES[c]


def test_ways_are_half_cosines():
    _, target = plans(ahead=400.0)
    paths = np.concatenate([np.full((len(target), 2), 4.0), target], axis=1)
    peak = np.abs(np.diff(paths, 2, axis=1)).max(axis=1) / DECISION_S**2
    way = np.abs(target[:, -1] - 4.0)
    expected = 0.5 * np.pi**2 * way / COLUMNS[lib.EASE_S] ** 2
    # decisions are whole: the quickest way has seven
    np.testing.assert_allclose(peak, expected, rtol=0.2, atol=1e-9)
    assert 2.9 < peak.max() < 5.0


def test_plans_go_on_from_one_decision_to_the_next():
    acceleration, target = plans(ahead=400.0)
    for c in range(len(MANOEUVRES)):
        if COLUMNS[lib.SHARE, c] < 0.0 or COLUMNS[lib.WHICH, c]:
            # the speed to be held is the present one; the second object has not moved here
            continue
        speed = 30.0 + acceleration[c, :8].sum() * DECISION_S
        drift = (target[c, 7] - target[c, 6]) / DECISION_S
        ahead = (
            400.0 - np.cumsum(30.0 + np.cumsum(acceleration[c, :8]) * DECISION_S)[-1] * DECISION_S
        )
        now = (target[c, 7], drift, LOW, HIGH, 4.0)
        again = plans(lateral=now, speed=speed, ahead=ahead)
        np.testing.assert_allclose(again[1][c, :40], target[c, 8:48], atol=1e-9, err_msg=NAMES[c])
        np.testing.assert_allclose(again[0][c, :40], acceleration[c, 8:48], atol=1e-6)


def test_speed_is_held_until_past_the_object_and_then_regained():
    acceleration, _ = plans(ahead=130.0, decisions=95)
    slowed = acceleration[NAMES.index("centre, brake 6 to 50%")]
    # from 30 to 15 m/s at 6 m/s2: 2.5 s and 56 m; the other 81.5 m until 7.5 m beyond the object at 15 m/s
    np.testing.assert_allclose(slowed[:12], -6.0)
    np.testing.assert_allclose(slowed[14:38], 0.0, atol=1e-9)
    assert slowed[42] == pytest.approx(1.5)
    assert slowed.sum() * DECISION_S == pytest.approx(0.0, abs=1e-6)
    stops = acceleration[NAMES.index("centre, brake 8 to 0%")]
    assert 30.0 + stops.sum() * DECISION_S == pytest.approx(0.0, abs=1e-9)


def test_in_lane_shifts_return_gently():
    _, target = plans(ahead=30.0)
    for c in np.flatnonzero((COLUMNS[lib.PLACE] == lib.PASS_LEFT) & (COLUMNS[lib.WHICH] == 0)):
        assert target[c, -1] == pytest.approx(4.0, abs=0.06), NAMES[c]
        back = target[c, 20:]
        assert np.abs(np.diff(back, 2)).max() / DECISION_S**2 < 0.8, NAMES[c]


def test_left_and_right_are_alike():
    one, other = plans(y=4.5), plans(y=3.5)
    # the second object is not mirrored
    rows = np.flatnonzero(COLUMNS[lib.WHICH] == 0)
    for c in rows:
        apart = np.abs(8.0 - other[1][rows] - one[1][c]).max(axis=1)
        apart += np.abs(other[0][rows] - one[0][c]).max(axis=1)
        assert apart.min() < 1e-9, NAMES[c]


def test_a_cruise_control_limits_what_is_left_free():
    actions = np.empty((len(MANOEUVRES), 10, 2))
    lateral, nothing = np.array([4.0, 0.0, LOW, HIGH, 4.0]), np.full((2, 4), np.inf)
    write_actions(MANOEUVRES, 25.0, 30.0, lateral, nothing, True, actions)
    assert decode_actions(actions, LOW, HIGH)[0][0] == pytest.approx(np.full(10, 3.0))
    write_actions(MANOEUVRES, 25.0, 30.0, lateral, nothing, False, actions)
    assert decode_actions(actions, LOW, HIGH)[0][0] == pytest.approx(np.full(10, 1.5))


def test_plans_are_labelled_by_what_they_do():
    accelerations = np.array([0.0, 0.0, -3.0, -3.0, 0.0])[:, None] * np.ones(20)
    targets = np.array([4.1, 4.6, 4.0, 1.0, 8.0])[:, None] * np.ones(20)
    lateral = np.array([4.0, 0.0, -1.1, 9.1, 4.0])
    made = encode_actions(accelerations, targets, -1.1, 9.1)
    expected = [RUN_OVER, STRADDLE, BRAKE, STEER_LEFT, STEER_RIGHT]
    assert label_plans(made, lateral, is_ahead=True).tolist() == expected
    assert label_plans(made, lateral, is_ahead=False)[:2].tolist() == [KEEP, KEEP]


def test_plans_move_along_in_time():
    plan = np.arange(6.0).reshape(3, 2)
    assert shift_plans(plan)[:, 0].tolist() == [2.0, 4.0, 4.0]
    assert shift_plans(plan, 5)[:, 0].tolist() == [4.0, 4.0, 4.0]
    assert fit_plans(plan, 5)[:, 0].tolist() == [0.0, 2.0, 4.0, 4.0, 4.0]
    assert fit_plans(plan, 2)[:, 0].tolist() == [0.0, 2.0]


def test_sketch_stops_and_reaches_its_lane():
    acceleration = np.array([np.full(40, -4.0), np.zeros(40)])
    made = encode_actions(acceleration, np.array([[4.0], [8.0]]) * np.ones(40), -1.1, 9.1)
    paths = sketch_paths(made, 8.0, 4.0, np.array([4.0, 0.0, -1.1, 9.1, 4.0]))
    # 8 m/s at 4 m/s2: 8 m; 8 s at 8 m/s: 64 m
    np.testing.assert_allclose(paths[:, -1, 0], [8.0, 64.0])
    np.testing.assert_allclose(paths[:, -1, 1], [4.0, 8.0], atol=1e-4)
