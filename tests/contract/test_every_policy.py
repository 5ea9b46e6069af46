"""Every YAML in ``conf/policy`` keeps the contract of ``policies.base.Policy``; copy this file to test your own."""

import copy
import pickle

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import list_names, locate
from experiments.rollout.loop import Rollout, world_seed
from policies.base import LABELS, Explaining, Privileged

SUITE = load_suite(locate("suite", "quick"))
FAMILIES = ("lone_object", "hidden_again", "phantom", "boxed_in", "falling_load")
ITEMS = [
    next(item for item in SUITE.items("train") if item.family == family) for family in FAMILIES
]
INSTANCES = [SUITE.instance(item) for item in ITEMS]

pytestmark = pytest.mark.filterwarnings("ignore:.*zip runs code")


@pytest.fixture(params=list_names("policy"))
def name(request):
    return request.param


def drive(name, instances, num_worlds, decisions=None):
    """Actions of every episode, by instance hash; the first ``decisions`` of each."""
    found = {}
    rollout = Rollout(load_policy(name), instances, num_worlds=num_worlds)
    for k, episode in rollout.episodes():
        found[instances[k].hash] = (episode.actions[:decisions], episode.total_usd.sum())
    return found


def test_policy_acts_within_the_space_and_explains_itself(name):
    policy = load_policy(name)
    env = DebrisVectorEnv(3)
    observation, _ = env.reset(options={"instance": INSTANCES[:3]})
    assert isinstance(policy.privileged, bool)
    assert policy.privileged == isinstance(policy, Privileged)
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(3, np.bool_), np.arange(3))
    for _ in range(4):
        action = np.asarray(policy.act(observation))
        assert action.shape == (3, 2)
        assert np.isfinite(action).all()
        assert (np.abs(action) <= 1.0).all()
        if isinstance(policy, Explaining):
            explained = policy.explain()
            assert explained.labels.shape == explained.reasons.shape == (3,)
            assert set(explained.labels.tolist()) <= set(range(len(LABELS)))
            assert set(explained.reasons.tolist()) <= set(range(len(explained.names)))
        observation, _, _, _, _ = env.step(action.astype(np.float64))


def test_policy_leaves_the_observation_alone(name):
    policy = load_policy(name)
    env = DebrisVectorEnv(2)
    observation, _ = env.reset(options={"instance": INSTANCES[:2]})
    for values in observation.values():
        values.setflags(write=False)
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(2, np.bool_), np.zeros(2, np.int64))
    policy.act(observation)


def test_copies_act_as_the_original(name):
    policy = load_policy(name)
    env = DebrisVectorEnv(3)
    observation, _ = env.reset(options={"instance": INSTANCES[:3]})
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(3, np.bool_), np.arange(3))
    for _ in range(6):
        observation, *_ = env.step(np.asarray(policy.act(observation), np.float64))
    # together with its worlds, into which an oracle looks
    pickled = pickle.loads(pickle.dumps((policy, env)))  # noqa: S301 (our own)
    actions = [
        act_on(one, worlds, observation)
        for one, worlds in (copy.deepcopy((policy, env)), pickled, (policy, env))
    ]
    np.testing.assert_array_equal(actions[0], actions[2])
    np.testing.assert_array_equal(actions[1], actions[2])


def act_on(policy, env, observation):
    """The next four actions of a policy."""
    actions = []
    for _ in range(4):
        actions.append(np.array(policy.act(observation)))
        observation, *_ = env.step(actions[-1].astype(np.float64))
    return actions


def test_policy_is_the_same_in_any_batch_and_after_any_history(name):
    alone = drive(name, INSTANCES, num_worlds=1)
    together = drive(name, INSTANCES[::-1], num_worlds=5)
    pairs = drive(name, INSTANCES, num_worlds=2)
    for instance in INSTANCES:
        for other in (together, pairs):
            np.testing.assert_array_equal(alone[instance.hash][0], other[instance.hash][0])
            assert alone[instance.hash][1] == other[instance.hash][1]


def test_world_seed_depends_on_policy_seed_and_instance_only():
    hashes = [instance.hash for instance in INSTANCES]
    seeds = [world_seed(seed, digest) for seed in (0, 1) for digest in hashes]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**63 for seed in seeds)
