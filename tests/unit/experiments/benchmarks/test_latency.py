"""The latency benchmark drives as the rollout does, and leaves out the first decisions of every episode."""

from __future__ import annotations

from envs.scenario.suite import load_suite
from experiments.benchmarks.latency import WARM_UP, spread, time_decisions
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout


def test_every_decision_after_the_first_ones_is_timed():
    suite = load_suite(locate("suite", "quick"))
    instances = [suite.instance(item) for item in spread(suite.items("validation"), 2)]
    episodes = [episode for _, episode in Rollout(load_policy("brake"), instances).episodes()]
    times = time_decisions(load_policy("brake"), instances)
    assert len(times.wall_ms) == sum(len(one.total_usd) - WARM_UP for one in episodes)
    assert (times.wall_ms > 0.0).all()
    assert times.objects.max() > 0
