"""The loop drives every instance once and keeps what happened, as a plain loop over the environment shows."""

import gc

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.cost.parameters import CostParameters
from envs.scenario.suite import load_suite
from envs.specification import component
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout
from policies.base import KEEP

SUITE = load_suite(locate("suite", "quick"))
INSTANCES = [SUITE.instance(item) for item in SUITE.items("train")[::9]]


def drive_plainly(name, instance):
    """Costs, actions, contacts and last observation of one episode, without the rollout."""
    policy, env = load_policy(name), DebrisVectorEnv(1)
    observation, _ = env.reset(options={"instance": instance})
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    costs, actions, contacts = [], [], []
    while True:
        actions.append(policy.act(observation)[0])
        observation, _, terminated, truncated, info = env.step(actions[-1][None])
        costs.append([info["cost"][name][0] for name in component.NAMES])
        contacts.extend(info["contacts"][0])
        if terminated[0] or truncated[0]:
            return np.array(costs), np.array(actions), contacts, info


@pytest.mark.parametrize("num_worlds", [1, 3, 64])
def test_rollout_equals_a_plain_loop(num_worlds):
    # brake: some episodes end early, so worlds are handed new instances at different times
    found = dict(Rollout(load_policy("brake"), INSTANCES, num_worlds=num_worlds).episodes())
    assert sorted(found) == list(range(len(INSTANCES)))
    lengths = set()
    for k, instance in enumerate(INSTANCES):
        costs, actions, contacts, info = drive_plainly("brake", instance)
        episode = found[k]
        assert episode.instance is instance
        np.testing.assert_array_equal(episode.cost_usd, costs)
        np.testing.assert_array_equal(episode.actions, actions)
        np.testing.assert_allclose(episode.total_usd, costs.sum(axis=1), rtol=1e-12)
        np.testing.assert_array_equal(episode.ego[-1], info["final_obs"][0]["ego"])
        assert len(episode.ego) == len(costs) + 1
        assert [c["object"] for c in episode.contacts] == [c["object"] for c in contacts]
        assert episode.events == {key: bool(flag[0]) for key, flag in info["events"].items()}
        lengths.add(len(costs))
    assert len(lengths) > 1, "no episode ended early: nothing was shown"


def test_rollout_keeps_reasons():
    rollout = Rollout(load_policy("brake"), INSTANCES[:2])
    for _, episode in rollout.episodes():
        assert len(episode.labels) == len(episode.actions)
        assert {episode.names[k] for k in episode.reasons} <= {"nothing ahead", "object ahead"}
        assert (episode.labels[episode.reasons == 0] == KEEP).all()


def test_rollout_uses_the_cost_it_is_given():
    cheap = CostParameters.from_mapping({"loss_of_control": "off"})
    default = sum(e.total_usd.sum() for _, e in Rollout(load_policy("keep"), INSTANCES).episodes())
    off = sum(
        e.total_usd.sum() for _, e in Rollout(load_policy("keep"), INSTANCES, cost=cheap).episodes()
    )
    assert off < default


def test_rollout_counts_the_time_of_simulation_and_policy_apart():
    rollout = Rollout(load_policy("keep"), INSTANCES)
    list(rollout.episodes())
    assert rollout.costs.simulation_s > 0.0
    assert rollout.costs.policy_s > 0.0


def test_worlds_are_freed_with_their_rollout_without_the_garbage_collector():
    suite = load_suite(locate("suite", "quick"))
    instances = [suite.instance(item) for item in suite.items("train")[:2]]
    gc.collect()
    gc.disable()
    try:
        before = {id(one) for one in gc.get_objects() if type(one) is DebrisVectorEnv}
        rollout = Rollout(load_policy("keep"), instances)
        assert len(list(rollout.episodes())) == 2
        del rollout
        after = {id(one) for one in gc.get_objects() if type(one) is DebrisVectorEnv}
    finally:
        gc.enable()
    assert after <= before
