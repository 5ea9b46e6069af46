"""T11: what is hidden changes no decision of a policy that is not privileged; an oracle does notice."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.scenario.suite import load_suite
from envs.specification import debris
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from policies.base import Privileged

SUITE = load_suite(locate("suite", "quick"))
HONEST = ("world_model", "rule_tuned", "catalogue_planner", "constant_velocity")
DECISIONS = 32


def instances():
    items = [i for i in SUITE.items("train") if i.family in {"lone_object", "boxed_in"}][:6]
    return [SUITE.instance(item) for item in items]


def shuffle_contents(batch, random):
    """Give every object the contents of another one, times a factor."""
    for row in (debris.MASS, debris.CRUSH_PRESSURE, debris.STIFFNESS, debris.FRICTION):
        values = batch.debris_f[:, row]
        batch.debris_f[:, row] = values[random.permutation(len(values))] * random.uniform(
            0.02, 50.0
        )


def decisions(name, when):
    # actions (T, B, 2) and whether nothing has moved yet (T, B); contents are shuffled "never", "while" the policy
    # decides, or "before" it all
    policy, chosen = load_policy(name), instances()
    env = DebrisVectorEnv(len(chosen))
    observation, _ = env.reset(options={"instance": chosen})
    random = np.random.default_rng(4)
    if when == "before":
        shuffle_contents(env.batch, random)
    start = env.batch.copy()
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(len(chosen), np.bool_), np.arange(len(chosen)))
    found, untouched = [], [np.ones(len(chosen), np.bool_)]
    for _ in range(DECISIONS):
        kept = env.batch.debris_f.copy()
        if when == "while":
            shuffle_contents(env.batch, random)
        action = np.asarray(policy.act(observation), np.float64)
        env.batch.debris_f[:] = kept
        found.append(action)
        observation, _, terminated, truncated, _ = env.step(action)
        moved = (env.batch.debris_f[:, debris.X] != start.debris_f[:, debris.X]).any(axis=1)
        moved |= (env.batch.debris_i[:, debris.TOUCHING] != 0).any(axis=1)
        untouched.append(untouched[-1] & ~(moved | terminated | truncated))
    return np.stack(found), np.stack(untouched[:-1])


@pytest.mark.parametrize("name", HONEST)
def test_contents_shuffled_behind_its_back_change_no_bit(name):
    clean, _ = decisions(name, "never")
    assert decisions(name, "while")[0].tobytes() == clean.tobytes()
    # it did decide something
    assert len(np.unique(clean[..., 1])) > 3


@pytest.mark.parametrize("name", HONEST)
def test_other_contents_of_what_nobody_touched_change_no_bit(name):
    clean, one = decisions(name, "never")
    other, two = decisions(name, "before")
    same = one & two
    assert same.sum() > 60
    assert other[same].tobytes() == clean[same].tobytes()


def test_an_oracle_notices():
    clean, _ = decisions("clairvoyant", "never")
    assert decisions("clairvoyant", "before")[0].tobytes() != clean.tobytes()
