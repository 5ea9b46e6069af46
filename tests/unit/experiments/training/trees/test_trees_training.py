"""Labels, growth and the training of decision trees at a tiny setting."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.ensemble import HistGradientBoostingRegressor

from envs.errors import UserError
from envs.scenario.generator import ScenarioSampler
from experiments.training.configuration import (
    ModelFreeConfiguration,
    TreesConfiguration,
    TreesSize,
)
from experiments.training.trees import grow as growing
from experiments.training.trees.grow import Growth, grow, keep_lane
from experiments.training.trees.states import Wanderer, collect_states, join
from experiments.training.trees.train import train
from policies.planning.library import MANOEUVRES, manoeuvre_names
from policies.trees.forest import load_forest, score_all
from policies.trees.plan_features import HORIZON, NUM_FEATURES, write_plan_features

SIZE = TreesSize(trees=2, leaves=3, learning_rate=1.0)
HOW = Growth(trees=4, leaves=6, learning_rate=0.3, cap_usd=3_000.0, manoeuvres=20)


@pytest.fixture(scope="module")
def states():
    rng = np.random.default_rng(3)
    sampler = ScenarioSampler(("lone_object", "cut_out"), split="train")
    return collect_states(Wanderer(keep_lane(), 0.5, rng), sampler, 300, rng, lambda _: None)


def test_labels_are_what_manoeuvres_cost(states):
    names = manoeuvre_names()
    cost = states.cost_usd
    assert cost.shape[1] == len(MANOEUVRES)
    assert states.branched == cost.size * HORIZON
    # stopping on a motorway costs more than going on, in the mean over moments before an object is met
    assert (cost >= 0.0).all()
    assert cost[:, names.index("centre, brake 8 to 0%")].min() > 0.0
    assert np.median(cost[:, 0]) < np.median(cost[:, names.index("centre, brake 8 to 0%")])


def test_arrays_say_what_the_library_says(states, monkeypatch):
    fitted = []

    class Kept(HistGradientBoostingRegressor):
        def fit(self, x, y):
            fitted.append(self)
            return super().fit(x, y)

    monkeypatch.setattr(growing, "HistGradientBoostingRegressor", Kept)
    forest = grow(states, HOW, seed=0)
    rows = np.empty((len(MANOEUVRES), NUM_FEATURES))
    some = states.situation[:20].astype(np.float64)
    for situation, scores in zip(some, score_all(forest, some), strict=True):
        write_plan_features(situation, rows)
        expected = np.log(fitted[0].predict(rows.astype(np.float32)))
        # thresholds are numbers of 32 bits in the arrays
        assert np.quantile(np.abs(scores - expected), 0.95) < 1e-5
    assert forest.num_leaves <= 4 * 6


def test_trees_find_cheaper_manoeuvres_than_keeping_the_lane(states):
    forest = grow(join([states]), HOW._replace(trees=40, leaves=16), seed=0)
    chosen = score_all(forest, states.situation.astype(np.float64)).argmin(axis=1)
    cost = np.minimum(states.cost_usd, 3_000.0)
    assert cost[np.arange(len(cost)), chosen].mean() < 0.7 * cost[:, 0].mean()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rounds": [0.5, 0.6]}, "trees.rounds: got .0.5, 0.6., expected shares > 0 with a sum of at most 1"),
        ({"rounds": [1.0, 0.0]}, "trees.rounds: got .1.0, 0.0."),
        ({"sizes": [SIZE, SIZE]}, "trees.sizes: got 2 trees with 3 leaves twice"),
    ],
)  # fmt: skip
def test_budgets_and_sizes_that_cannot_be_kept_apart_are_refused(tmp_path, changes, message):
    values = {"rounds": [1.0], "sizes": []} | changes
    config = TreesConfiguration.model_construct(**values)
    with pytest.raises(UserError, match=message):
        train(config, ModelFreeConfiguration.model_construct(), str(tmp_path / "x"), seed=0)
    assert not (tmp_path / "x").exists()


def test_training_is_the_same_again_and_goes_on_where_it_was_killed(tmp_path, monkeypatch):
    shared = ModelFreeConfiguration.model_construct(
        suite="quick", families={"lone_object": 1, "cut_out": 1}, allow=[]
    )
    config = TreesConfiguration(
        decisions=400_000, rounds=[0.5, 0.5], explored_first=0.5, explored=0.1, trees=3, leaves=4,
        learning_rate=0.3, sizes=[SIZE], cap_usd=3_000.0, manoeuvres=10,
        loyalty=0.1,
    )  # fmt: skip
    monkeypatch.setattr(
        "experiments.training.trees.train.choose_items",
        lambda suite, *_: suite.items("validation")[:2],
    )
    one = train(config, shared, str(tmp_path / "one"), seed=4)
    calls = []
    grown = growing.grow

    def dies(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return grown(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("experiments.training.trees.train.grow", dies)
        with pytest.raises(KeyboardInterrupt):
            train(config, shared, str(tmp_path / "two"), seed=4)
    two = train(config, shared, str(tmp_path / "two"), seed=4)
    first, second = (load_forest(tmp_path / name).learned for name in ("one", "two"))
    for mine, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert one["leaves"] == two["leaves"] <= 3 * 4
    small = load_forest(tmp_path / "one" / "trees_2x3")
    assert len(small.learned.root) == 2
    assert small.about["leaves"] == small.learned.num_leaves <= 2 * 3
    # what is kept is the best of all rounds and sizes
    scores = one["validation"]["capped_usd_by_segment"]
    assert len(scores) == 3
    assert one["validation"]["capped_usd"] == min(scores)
    assert one["validation"] == two["validation"]
    # a tenth is left for validation, of which there are a few episodes here
    assert one["budget"]["environment_steps"] == pytest.approx(360_000, rel=0.01)
