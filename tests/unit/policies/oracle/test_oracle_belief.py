"""The oracle of belief decides well, and by nothing that is hidden."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.errors import UserError
from envs.scenario.suite import load_suite
from envs.specification import debris
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout
from policies.base import LABELS
from policies.oracle.oracle_belief import CRUISE, OracleBelief

SUITE = load_suite(locate("suite", "v2"))
ITEMS = SUITE.items("train")


def first_of(family, stratum="seen"):
    items = (item for item in ITEMS if (item.family, item.stratum) == (family, stratum))
    return SUITE.instance(next(items))


def make(**changes):
    return OracleBelief(**({"num_scenarios": 4, "num_finalists": 8} | changes))


def cost_of(policy, instances):
    return {k: e.total_usd.sum() for k, e in Rollout(policy, instances).episodes()}


def drive_until_contact(change):
    """What it sees and does, until it touches something, in a world whose hidden properties were changed."""
    env = DebrisVectorEnv(1)
    observation, _ = env.reset(options={"instance": first_of("lone_object", "look_alike")})
    change(env.batch)
    policy = make()
    policy.bind(env)
    policy.reset(np.ones(1, np.bool_), np.array([5]))
    seen, acts, planned = [], [], []
    for _ in range(45):
        seen.append(np.concatenate([observation[key].ravel() for key in sorted(observation)]))
        acts.append(policy.act(observation)[0])
        explained = policy.explain()
        planned.append(explained.names[explained.reasons[0]] != CRUISE)
        observation, _, _, _, info = env.step(acts[-1][None])
        if info["contacts"][0]:
            break
    return seen, np.array(acts), planned


def test_decisions_do_not_depend_on_what_is_hidden():
    def scramble(batch):
        rng = np.random.default_rng(0)
        for row in (debris.MASS, debris.CRUSH_PRESSURE, debris.STIFFNESS, debris.SHARPNESS):
            batch["debris_f"][0, row, 0] *= rng.uniform(3.0, 30.0)
        batch["debris_f"][0, debris.FRICTION, 0] = 0.9
        batch["debris_i"][0, debris.IS_REAL, 0] = 0

    seen, one, planned = drive_until_contact(lambda _: None)
    seen_too, two, _ = drive_until_contact(scramble)
    # where another vehicle strikes what is real there, the worlds begin to look different
    both = min(len(one), len(two))
    same = next((k for k in range(both) if not np.array_equal(seen[k], seen_too[k])), both)
    np.testing.assert_array_equal(one[:same], two[:same])
    assert sum(planned[:same]) >= 10, "nothing was decided"


def test_cheaper_than_the_floors():
    families = ("lone_object", "hidden_again", "boxed_in", "falling_load", "phantom", "cut_out")
    instances = [first_of(family) for family in families]
    own = sum(cost_of(make(), instances).values())
    floors = [sum(cost_of(load_policy(n), instances).values()) for n in ("keep", "brake")]
    assert own < 0.2 * min(floors)


def test_the_same_alone_and_among_others():
    # in the second one the random numbers decide
    instances = [first_of(family) for family in ("lone_object", "boxed_in", "falling_load")]

    def actions_of(some):
        policy = make(portfolio=[load_policy("brake_straddle")])
        return {some[k].hash: e.actions for k, e in Rollout(policy, some).episodes()}

    together = actions_of(instances)
    for instance in instances:
        np.testing.assert_array_equal(
            actions_of([instance])[instance.hash], together[instance.hash]
        )


def test_explains_what_it_weighed():
    env = DebrisVectorEnv(1)
    observation, _ = env.reset(options={"instance": first_of("lone_object")})
    policy = make(reach_s=20.0)
    policy.bind(env)
    policy.reset(np.ones(1, np.bool_), np.array([3]))
    policy.act(observation)
    explained = policy.explain()
    best = explained.options[0][0]
    assert explained.names[explained.reasons[0]] == best.name != CRUISE
    assert explained.labels[0] == best.label
    assert best.score_usd == min(option.score_usd for option in explained.options[0])
    assert len({LABELS[option.label] for option in explained.options[0]}) >= 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_scenarios": 3}, "num_scenarios"),
        ({"interval": 0}, "interval: got 0, expected a number from 1 to 100"),
        ({"ghost_share": 0.0}, "ghost_share: got 0.0"),
        ({"loyalty_usd": -1.0}, "loyalty_usd: got -1.0"),
    ],
)
def test_values_out_of_range_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        OracleBelief(**changes)
