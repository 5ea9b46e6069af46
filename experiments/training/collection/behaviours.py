"""The policies that drive while training data is collected."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Final

import numpy as np

from envs.errors import not_allowed
from experiments.cli.loading import load_policy
from policies.base import Policy
from policies.explorer import Explorer
from policies.rule.policy import RulePolicy
from policies.rule.thresholds import ORDERED, Thresholds

JITTER_SD: Final = 0.3
"""Standard deviation of the log-normal factor on every threshold of the rules (policies/world_model/SOURCES.md 3.2)."""

BEHAVIOURS: Final = ("explorer", "rule", "rule_tuned", "policy")
"""``explorer`` draws from the library of manoeuvres, the thresholds of ``rule`` and ``rule_tuned`` are jittered, and
``policy`` is the policy that the configuration names."""


def make_behaviour(name: str, seed: int, policy: str | None, allow: tuple[str, ...]) -> Policy:
    """Make the policy of one of ``BEHAVIOURS``.

    Parameters
    ----------
    name
        The behaviour.
    seed
        Seed of the jitter.
    policy
        The policy of the behaviour ``policy``.
    allow
        Further allowed prefixes of ``_target_``.

    Raises
    ------
    not_allowed
        If the name is unknown.
    """
    if name == "explorer":
        return Explorer()
    if name in {"rule", "rule_tuned"}:
        rules = load_policy(name)
        if isinstance(rules, RulePolicy):
            values = asdict(rules.thresholds)
            return RulePolicy(jitter(values, np.random.default_rng(seed)))
    if name == "policy" and policy is not None:
        return load_policy(policy, allow)
    raise not_allowed("mix", name, BEHAVIOURS)


def jitter(thresholds: dict[str, float], random: np.random.Generator) -> dict[str, float]:
    """Multiply thresholds by log-normal factors, within their ranges."""
    found = {}
    for one in fields(Thresholds):
        low, high = one.metadata["low"], one.metadata["high"]
        factor = float(np.exp(random.normal(0.0, JITTER_SD)))
        found[one.name] = min(max(thresholds[one.name] * factor, low), high)
    for mild, severe in ORDERED:
        found[severe] = max(found[severe], found[mild])
    return found
