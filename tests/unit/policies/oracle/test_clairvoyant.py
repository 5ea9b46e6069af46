"""The clairvoyant never costs more than any policy of its portfolio."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
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


def test_plans_of_the_library_begin_now_or_later():
    env = DebrisVectorEnv(1)
    env.reset(options={"instance": INSTANCES[0]})
    world = env.batch.view(np.ndarray)[0]
    plans = first_plans(world, (0.0, 2.0), 60)
    assert plans.shape[1:] == (60, 2)
    assert np.abs(plans).max() <= 1.0
    still = np.abs(plans - plans[:, :1]).max(axis=2)
    # some keep on throughout, some begin after 2 s
    assert (still.max(axis=1) < 1e-9).any()
    assert ((still[:, :10].max(axis=1) < 1e-9) & (still[:, 10:].max(axis=1) > 0.1)).sum() > 20
    # whole lanes aside, and hard braking
    assert np.ptp(plans[:, -1, 1]) > 0.5
    assert plans[:, :, 0].min() < -0.9


def test_variations_differ_and_depend_on_the_generator_only():
    plan = np.tile([0.4, 0.1], (50, 1))
    one = vary(plan, 16, 20, 1.0, np.random.default_rng(3))
    two = vary(plan, 16, 20, 1.0, np.random.default_rng(3))
    np.testing.assert_array_equal(one, two)
    assert (np.abs(one - plan).max(axis=(1, 2)) > 1e-3).sum() >= 8
    assert np.abs(one).max() <= 1.0
