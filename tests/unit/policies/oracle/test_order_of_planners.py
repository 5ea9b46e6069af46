"""One planner with better and better models costs less and less: knowing all, believing ideally, guessing."""

import numpy as np

from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout
from policies.oracle import Clairvoyant, OracleBelief

SUITE = load_suite(locate("suite", "v2"))

CAP_USD = 1_000.0
"""Of two dozen instances one accident decides an uncapped mean."""


def cost_of(policy, instances):
    costs = np.zeros(len(instances))
    for k, episode in Rollout(policy, instances).episodes():
        costs[k] = min(episode.total_usd.sum(), CAP_USD)
    return costs


def test_the_more_a_planner_knows_the_less_it_pays():
    items = [item for item in SUITE.items("train") if item.stratum in {"seen", "look_alike"}]
    instances = [SUITE.instance(item) for item in items[::33]]
    clairvoyant = cost_of(Clairvoyant(num_rounds=6), instances)
    oracle = cost_of(OracleBelief(num_scenarios=4), instances)
    names = ("catalogue_planner", "constant_velocity", "rule", "brake_straddle")
    rest = {name: cost_of(load_policy(name), instances) for name in names}
    assert len(instances) >= 20
    assert clairvoyant.mean() < oracle.mean()
    for name, cost in rest.items():
        assert oracle.mean() < cost.mean(), name
