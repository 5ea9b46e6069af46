"""Trees evaluated by hand, printed, written and read."""

import numpy as np
import pytest

from envs.errors import UserError
from policies.planning.library import MANOEUVRES, manoeuvre_names
from policies.trees.forest import LEAF, Forest, load_forest, print_forest, save_forest, score_all
from policies.trees.plan_features import FEATURES
from policies.trees.policy import TreePolicy
from policies.trees.situation import NUM_SITUATION, SPEED

NAMES = [name for name, _ in FEATURES]
BRAKING = NAMES.index("manoeuvre.braking")
ABOUT = {"budget": {"environment_steps": 7, "cpu_seconds": 1.0}}


def stump(threshold=0.5, low=1.0, high=2.0, feature=BRAKING):
    """One condition: ``low`` where the feature is at most the threshold."""
    return Forest(
        np.array([0], np.int32),
        np.array([feature, LEAF, LEAF], np.int16),
        np.array([threshold, low, high], np.float32),
        np.array([1, 0, 0], np.int32),
        np.array([2, 0, 0], np.int32),
    )


def two(one, other):
    """The sum of two forests."""
    at = len(one.feature)
    return Forest(
        np.concatenate([one.root, other.root + at]).astype(np.int32),
        np.concatenate([one.feature, other.feature]),
        np.concatenate([one.threshold, other.threshold]),
        np.concatenate([one.left, other.left + at]).astype(np.int32),
        np.concatenate([one.right, other.right + at]).astype(np.int32),
    )


def alone(speed=30.0):
    """An empty road, the ego in the middle of its lane."""
    situation = np.zeros((1, NUM_SITUATION))
    situation[0, SPEED] = situation[0, SPEED + 1] = speed
    situation[0, 5:7] = -5.0, 5.0
    return situation


def test_a_condition_separates_manoeuvres_that_brake():
    scores = score_all(stump(), alone())[0]
    names = manoeuvre_names()
    assert scores[0] == 1.0
    assert scores[names.index("centre, brake 6 to 50%")] == 2.0
    assert scores[names.index("straddle, 2.5 s")] == 1.0


def test_trees_are_added_up():
    scores = score_all(two(stump(), stump(5.0, 10.0, 20.0)), alone())[0]
    names = manoeuvre_names()
    assert scores[0] == 11.0
    assert scores[names.index("centre, brake 3 to 70%")] == 12.0
    assert scores[names.index("centre, brake 6 to 50%")] == 22.0


def test_the_cheapest_is_chosen_and_the_present_one_is_kept_if_it_costs_little_more():
    policy = TreePolicy(stump(low=1.0, high=1.05), loyalty=0.1)
    braking = manoeuvre_names().index("centre, brake 6 to 50%")
    for last, expected in ((-1, 0), (braking, braking)):
        best, _ = policy.choose(alone().astype(np.float32), np.array([last]))
        assert best.tolist() == [expected]
    strict = TreePolicy(stump(low=1.0, high=1.2), loyalty=0.1)
    assert strict.choose(alone().astype(np.float32), np.array([braking]))[0].tolist() == [0]


def test_trees_are_printed_as_if_else():
    assert list(print_forest(stump())) == [
        "# tree 1 of 1",
        "if manoeuvre.braking <= 0.5 m/s2:",
        "    score += +1.000",
        "else:",
        "    score += +2.000",
    ]


def test_what_is_read_is_what_was_written(tmp_path):
    save_forest(tmp_path, stump(), ABOUT)
    found = load_forest(tmp_path)
    for mine, other in zip(found.learned, stump(), strict=True):
        np.testing.assert_array_equal(mine, other)
        assert mine.dtype == other.dtype
    assert found.about["budget"]["environment_steps"] == 7
    assert TreePolicy(str(tmp_path)).budget.environment_steps == 7


@pytest.mark.parametrize(
    "change",
    [{"left": [0, 0, 0]}, {"right": [9, 0, 0]}, {"feature": [999, LEAF, LEAF]}, {"root": [5]}],
)
def test_damaged_trees_are_refused(tmp_path, change):
    one = stump()
    arrays = {name: np.array(values, getattr(one, name).dtype) for name, values in change.items()}
    save_forest(tmp_path, one._replace(**arrays), ABOUT)
    with pytest.raises(UserError, match="a node leads nowhere"):
        load_forest(tmp_path)


def test_every_manoeuvre_has_a_score():
    assert score_all(stump(), alone()).shape == (1, len(MANOEUVRES))
