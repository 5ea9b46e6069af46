"""Measures the usefulness of every rule: the cost of leaving it out, on training seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs.scenario.suite import Suite, first_of_strata
from experiments.cli.policy_files import read_policy
from experiments.rollout.loop import Rollout
from experiments.stats.tail import CAP_USD
from policies.rule.policy import DISPENSABLE, RulePolicy


def measure_usefulness(policy: str, suite: Suite, count: int) -> dict[str, Any]:
    """Remove one rule after the other, always the least useful of the rest (backward elimination).

    Parameters
    ----------
    policy
        Name of a rule policy in ``conf/policy``.
    suite
        The suite, of which train seeds are driven.
    count
        Number of instances of every stratum.

    Returns
    -------
    dict
        ``policy``, ``full_usd`` (mean capped cost with all rules), and ``rules``: name and mean capped cost with this
        rule and all those before it, the most useful first.
    """
    items = first_of_strata(suite.items("train"), count)
    instances = [suite.instance(item) for item in items]
    mapping: Any = read_policy(policy).values

    def cost(without: list[str]) -> float:
        rules = RulePolicy(mapping["thresholds"], without=without)
        paid = [
            min(float(episode.total_usd.sum()), CAP_USD)
            for _, episode in Rollout(rules, instances, num_worlds=100).episodes()
        ]
        # the order in which episodes end depends on the rules: the sum must not
        return float(np.mean(sorted(paid)))

    full = present = cost([])
    left = list(DISPENSABLE)
    gone: list[str] = []
    found: list[tuple[str, float]] = []
    while left:
        costs = [cost([*gone, name]) for name in left]
        least = int(np.argmin(costs))
        found.append((left[least], present))
        gone.append(left.pop(least))
        present = costs[least]
    return {
        "policy": policy,
        "full_usd": round(full, 2),
        "none_usd": round(present, 2),
        "rules": [[name, round(usd, 2)] for name, usd in reversed(found)],
    }
