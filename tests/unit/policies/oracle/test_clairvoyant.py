"""The clairvoyant never costs more than any policy of its portfolio."""

import numpy as np
import pytest

from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout
from policies.oracle.clairvoyant import Clairvoyant
from policies.oracle.episode_plans import first_plans, vary

SUITE = load_suite(locate("suite", "quick"))
INSTANCES = [SUITE.instance(item) for item in SUITE.items("train")[::8]]
FLOORS = ("keep", "brake_straddle", "lane_left", "edge_out")


def drive(policy, instances=INSTANCES):
    costs = np.zeros(len(instances))
    for k, episode in Rollout(policy, instances).episodes():
        costs[k] = episode.total_usd.sum()
    return costs


def test_clairvoyant_pays_what_it_predicted():
    policy = Clairvoyant([load_policy("brake_straddle")], num_rounds=2)
    rollout = Rollout(policy, INSTANCES, num_worlds=len(INSTANCES))
    predicted, paid = None, np.zeros(len(INSTANCES))
    for k, episode in rollout.episodes():
        predicted = policy.predicted_usd if predicted is None else predicted
        paid[k] = episode.total_usd.sum()
    assert paid.max() > 10.0, "nothing to predict"
    np.testing.assert_allclose(predicted, paid, rtol=1e-9, atol=1e-9)


def test_clairvoyant_is_never_dearer_than_its_portfolio():
    bare = drive(Clairvoyant([load_policy(name) for name in FLOORS], num_rounds=0))
    for name in FLOORS:
        others = drive(load_policy(name))
        assert (bare <= others + 1e-6).all()
        assert (bare < others - 1.0).any()


def test_search_improves_on_the_library():
    few = drive(Clairvoyant(num_rounds=0))
    many = drive(Clairvoyant(num_rounds=6))
    assert (many <= few + 1e-6).all()
    assert many.sum() < 0.8 * few.sum()


def test_privileged_portfolio_is_refused():
    with pytest.raises(ValueError, match="cannot simulate a privileged policy"):
        drive(Clairvoyant([Clairvoyant()]), INSTANCES[:1])


def test_numbers_out_of_range_are_refused():
    with pytest.raises(UserError, match="num_rounds, num_varied: got -1, 24"):
        Clairvoyant(num_rounds=-1)


def test_library_begins_with_keeping_and_stays_within_the_action_space():
    # lane 1 of three: centre 4 m of -1.1 .. 9.1
    plans = first_plans(4.3, -1.1, 9.1, 30, np.array([0.0, 2.0]))
    assert plans.shape[1:] == (30, 2)
    np.testing.assert_allclose(plans[0], np.tile([2.0 * 8.0 / 11.0 - 1.0, 0.0], (30, 1)), atol=1e-9)
    assert np.abs(plans).max() <= 1.0
    # whole lanes to both sides, and hard braking
    assert plans[:, -1, 1].min() < -0.7
    assert plans[:, -1, 1].max() > 0.7
    assert plans[:, :, 0].min() < -0.9


def test_variations_differ_and_depend_on_the_generator_only():
    plan = np.tile([0.4, 0.1], (50, 1))
    one = vary(plan, 16, 20, 1.0, np.random.default_rng(3))
    two = vary(plan, 16, 20, 1.0, np.random.default_rng(3))
    np.testing.assert_array_equal(one, two)
    assert (np.abs(one - plan).max(axis=(1, 2)) > 1e-3).sum() >= 8
    assert np.abs(one).max() <= 1.0
