"""The library: manoeuvres end where their names say, are smooth, and exist only where there is room."""

import numpy as np
import pytest

from policies.base import BRAKE, KEEP, RUN_OVER, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.command import decode_actions, encode_actions
from policies.planning.extend import add_plans, fit_plans, label_plans, shift_plans
from policies.planning.manoeuvres import (
    CENTRE,
    LANE_LEFT,
    LANE_RIGHT,
    OVER,
    RECIPES,
    PlanStart,
    Recipe,
    candidates,
)
from policies.planning.reasons import make_options, sketch_paths
from policies.planning.search import Choice


def scene_of(**changes):
    """Lane 1 of three without shoulder at 30 m/s, 60 m before an object 0.5 m right of the centre."""
    values = {
        "speed": 30.0, "y": 4.0, "drift": 0.0, "centre": 4.0, "low": -1.1, "high": 9.1,
        "distance": 60.0, "object_y": 4.5, "set_speed": 30.0,
    }  # fmt: skip
    return PlanStart(*(np.array([value]) for value in (values | changes).values()))


def course(recipe, horizon=40, **changes):
    """Acceleration and lateral target of one recipe."""
    scene = scene_of(**changes)
    library = candidates(scene, horizon, (recipe,))
    acceleration, target = decode_actions(library.actions[0, 0], scene.low[0], scene.high[0])
    return acceleration, target, library


def test_actions_go_there_and_back():
    acceleration, target = np.array([-8.0, 0.0, 3.0]), np.array([-1.1, 4.0, 9.1])
    actions = encode_actions(acceleration, target, -1.1, 9.1)
    np.testing.assert_allclose(actions[:, 1], [-1.0, 0.0, 1.0], atol=1e-12)
    # 0 m/s2 is 8 of the 11 m/s2 between the limits
    np.testing.assert_allclose(actions[:, 0], [-1.0, 2.0 * 8.0 / 11.0 - 1.0, 1.0])
    np.testing.assert_allclose(decode_actions(actions, -1.1, 9.1), [acceleration, target])


def test_names_are_distinct_and_the_first_keeps_on():
    library = candidates(scene_of(), 25)
    assert len(set(library.names)) == len(RECIPES) == library.actions.shape[1]
    acceleration, target = decode_actions(library.actions[0, 0], -1.1, 9.1)
    np.testing.assert_allclose(acceleration, 0.0, atol=1e-9)
    np.testing.assert_allclose(target, 4.0, atol=1e-9)
    assert np.abs(library.actions).max() <= 1.0


def test_lane_change_is_half_a_cosine():
    _, target, _ = course(Recipe(LANE_LEFT, 2.0, 0.4))
    # begins at 0.4 s: the end of the second decision; half of it 1 s later, at its end 1.6 s
    assert target[1] == pytest.approx(4.0)
    assert target[6] == pytest.approx(2.0)
    np.testing.assert_allclose(target[11:], 0.0, atol=1e-9)


def test_straddle_goes_over_the_object_and_back():
    _, target, _ = course(Recipe(OVER, 1.2, 0.0), horizon=40)
    # 0.5 m aside is within reach; the object is met after 2 s, the way back takes 2.5 s from 3.5 s on
    assert target[9] == pytest.approx(4.5)
    assert target[-1] == pytest.approx(4.0)
    _, target, _ = course(Recipe(OVER, 1.2, 0.0), object_y=5.9)
    assert target.max() == pytest.approx(4.8)


def test_drift_goes_on_and_dies_away():
    _, target, _ = course(Recipe(CENTRE, 2.5, 0.0), drift=0.5)
    # after the first decision 0.2 s * 0.5 m/s * (1 - 0.08)^2
    assert target[0] == pytest.approx(4.0 + 0.1 * 0.92**2)
    assert target[-1] == pytest.approx(4.0)
    assert np.abs(np.diff(target, 2)).max() < 0.05


def test_braking_stops_and_slowing_resumes():
    acceleration, _, _ = course(Recipe(CENTRE, 2.5, 0.4, 6.0, 0.0))
    assert acceleration[:2].tolist() == pytest.approx([0.0, 0.0])
    # 30 m/s at 6 m/s2: 5 s, 25 decisions
    np.testing.assert_allclose(acceleration[2:27], -6.0)
    np.testing.assert_allclose(acceleration[27:], 0.0, atol=1e-9)
    acceleration, _, _ = course(Recipe(CENTRE, 2.5, 0.0, 4.0, 0.5), horizon=90)
    # from 30 to 15 m/s in 3.75 s and 84.4 m: past the object already, so the set speed is regained at once
    assert acceleration[:18].tolist() == pytest.approx([-4.0] * 18)
    assert acceleration.sum() * 0.2 == pytest.approx(0.0, abs=1e-6)
    assert acceleration.max() == pytest.approx(1.5)


def test_lower_speed_is_held_until_past_the_object():
    acceleration, _, _ = course(Recipe(CENTRE, 2.5, 0.0, 6.0, 0.5), horizon=60, distance=97.0)
    # 2.5 s and 56.25 m of braking; the other 48.75 m at 15 m/s take 3.25 s, until 5.75 s
    np.testing.assert_allclose(acceleration[13:28], 0.0, atol=1e-9)
    assert acceleration[28] == pytest.approx(1.5 * 0.25)
    assert acceleration[29] == pytest.approx(1.5)


def test_what_there_is_no_room_for_is_not_feasible():
    recipes = (Recipe(LANE_LEFT, 2.5, 0.0), Recipe(LANE_RIGHT, 2.5, 0.0), Recipe(OVER, 1.2, 0.0))
    found = candidates(scene_of(centre=0.0, y=0.0), 10, recipes).feasible[0]
    assert found.tolist() == [False, True, True]
    found = candidates(scene_of(centre=8.0, y=8.0), 10, recipes).feasible[0]
    assert found.tolist() == [True, False, True]
    found = candidates(scene_of(distance=np.inf), 10, recipes).feasible[0]
    assert found.tolist() == [True, True, False]


def test_labels():
    recipes = (
        Recipe(CENTRE, 2.5, 0.0),
        Recipe(OVER, 1.2, 0.0),
        Recipe(LANE_LEFT, 2.5, 0.0, 4.0, 0.0),
        Recipe(LANE_RIGHT, 2.5, 0.0),
        Recipe(OVER, 1.2, 0.0, 4.0, 0.5),
    )
    labels = candidates(scene_of(), 10, recipes).labels[0].tolist()
    assert labels == [RUN_OVER, STRADDLE, STEER_LEFT, STEER_RIGHT, BRAKE]
    assert candidates(scene_of(distance=np.inf), 10, recipes).labels[0, 0] == KEEP


def test_plans_are_labelled_by_what_they_do():
    scene = scene_of()
    accelerations = np.array([0.0, 0.0, -3.0, -3.0, 0.0])[:, None] * np.ones(20)
    targets = np.array([4.1, 4.6, 4.0, 1.0, 8.0])[:, None] * np.ones(20)
    plans = encode_actions(accelerations, targets, -1.1, 9.1)[None]
    expected = [RUN_OVER, STRADDLE, BRAKE, STEER_LEFT, STEER_RIGHT]
    assert label_plans(scene, plans)[0].tolist() == expected


def test_mirrored_scene_has_mirrored_manoeuvres():
    # the road between -1.1 and 9.1 is mirrored at y = 4
    one = candidates(scene_of(object_y=4.5), 30)
    two = candidates(scene_of(object_y=3.5), 30)
    mirrored = two.actions * np.array([1.0, -1.0])
    for c in range(len(RECIPES)):
        distance = np.abs(mirrored[0] - one.actions[0, c]).max(axis=(1, 2)).min()
        assert distance < 1e-9


def test_plans_move_along_in_time():
    plan = np.arange(6.0).reshape(3, 2)
    assert shift_plans(plan)[:, 0].tolist() == [2.0, 4.0, 4.0]
    assert shift_plans(plan, 5)[:, 0].tolist() == [4.0, 4.0, 4.0]
    assert fit_plans(plan, 5)[:, 0].tolist() == [0.0, 2.0, 4.0, 4.0, 4.0]
    assert fit_plans(plan, 2)[:, 0].tolist() == [0.0, 2.0]
    library = candidates(scene_of(), 3)
    count = len(RECIPES)
    more = add_plans(library, plan[None, None], np.array([[2]]), np.array([[False]]), ("x",))
    assert more.actions.shape == (1, count + 1, 3, 2)
    assert more.names[-1] == "x"
    assert not more.feasible[0, -1]


def test_sketch_stops_and_reaches_its_lane():
    scene = scene_of(speed=8.0)
    acceleration = np.array([np.full(40, -4.0), np.zeros(40)])
    plans = encode_actions(acceleration, np.array([[4.0], [8.0]]) * np.ones(40), -1.1, 9.1)
    paths = sketch_paths(scene, 0, plans)
    # 8 m/s at 4 m/s2: 8 m; 8 s at 8 m/s: 64 m
    np.testing.assert_allclose(paths[:, -1, 0], [8.0, 64.0])
    np.testing.assert_allclose(paths[:, -1, 1], [4.0, 8.0], atol=1e-4)


def test_options_leave_out_what_is_not_feasible():
    scene = scene_of()
    library = candidates(scene, 10)
    choice = Choice(
        np.array([3]),
        np.array([[3, 0]]),
        np.array([[1.0, np.inf]]),
        np.array([[0.5, 2.0]]),
        np.array([[4.0, 2.0]]),
    )
    options = make_options(choice, library, scene, 0)
    assert [option.name for option in options] == [library.names[3]]
    assert options[0][2:5] == (1.0, 0.5, 4.0)
    assert options[0].path.shape == (10, 2)
