"""Beliefs, the information between them, and the candidates that carry them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.cost.parameters import CostParameters
from envs.debris.catalogue import load
from envs.specification import column, debris
from envs.specification.debris import LOOKS
from experiments.studies.observer.candidates import Pool, choose, resample
from experiments.studies.observer.information import Belief, gain_nats, probability, update
from experiments.studies.observer.show import summarise_reading


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=9), st.integers(0, 8))
def test_information_of_a_sure_belief_is_the_surprise(weights, true):
    weight = np.array(weights) / np.sum(weights)
    true %= len(weight)
    log_likelihood = np.where(np.arange(len(weight)) == true, 0.0, -1e4)
    after = update(weight, log_likelihood)
    assert after.weight[true] == 1.0
    assert gain_nats(weight[true], after.weight[true]) == pytest.approx(-np.log(weight[true]))


def test_one_effective_candidate_is_no_certainty():
    belief = Belief(np.array([1.0, 0.0]), 1.0)
    category = np.array([0, 1])
    # by hand: (1 * 1 + 0.5)/(1 + 1) and (1 * 0 + 0.5)/(1 + 1)
    assert probability(belief, category, 0, 0.5) == 0.75
    assert probability(belief, category, 1, 0.5) == 0.25


@given(st.integers(1, 200), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_resampling_keeps_expected_counts(count, weights):
    weight = np.array(weights) + 1e-3
    drawn = np.bincount(resample(weight, count, np.random.default_rng(0)), minlength=len(weight))
    # systematic: every count is its expectation rounded up or down
    assert (np.abs(drawn - count * weight / weight.sum()) < 1.0 + 1e-9).all()


@pytest.fixture(scope="module")
def pool():
    specs = [load("carton_wide_empty"), load("carton_wide_full"), load("box_empty")]
    return Pool(specs, ("P11", "P1"), CostParameters(), np.random.default_rng(0))


def test_groups_are_balanced_before_the_look(pool):
    share = np.bincount(pool.before_look.kind, pool.before_look.weight)
    assert share == pytest.approx([0.25, 0.25, 0.5])


def test_size_and_look_tell_groups_apart_but_not_look_alikes(pool):
    row = np.zeros(column.NUM_DEBRIS, np.float32)
    row[[column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT]] = 0.75, 1.7, 0.65
    row[column.D_LOOK : column.D_LOOK + len(LOOKS)] = 0.01
    row[column.D_LOOK + LOOKS.index("box")] = 0.83
    looked = pool.after_look(row, 60.0)
    share = np.bincount(looked.kind, looked.weight, minlength=3)
    assert share[2] < 1e-6
    assert share[:2] == pytest.approx([0.5, 0.5], abs=0.1)
    chosen = choose(looked, 64, np.random.default_rng(0))
    assert np.bincount(chosen.kind, chosen.weight) == pytest.approx(share[:2], abs=0.05)
    assert chosen.weight.sum() == pytest.approx(1.0)
    bands = chosen.categories["mass band"]
    assert (bands[chosen.floats[:, debris.MASS] > 45.0] == 3).all()


def test_share_saved_by_hand():
    cost = np.array([[100.0, 300.0, 50_000.0], [100.0, 100.0, 40_000.0]])
    found = summarise_reading(cost)
    # saved 0, 200, 10,000: 10,200/3 of 50,400/3; capped at 20,000 the last saves nothing
    assert found["saved_usd"] == pytest.approx(3_400.0)
    assert found["share"] == pytest.approx(10_200 / 50_400)
    assert found["share_capped"] == pytest.approx(200 / 20_400)
