"""The check of instances: safe without the ego, solvable, harmless, or decided before the object is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import SuiteItem, load_suite_once
from experiments.cli.loading import load_policy
from experiments.rollout.decision_probe import DecisionProbe
from experiments.rollout.loop import Rollout
from experiments.studies.suites.undisturbed import VARIANTS, drive_undisturbed
from policies.base import Policy
from policies.floors import Constant

SOLVED_USD: Final = 500.0
"""An episode that costs less is solved: two lane changes, or hard braking without a collision [A]."""

HARMLESS_USD: Final = CostParameters().shift_usd
"""An instance is harmless if driving on costs less: then even a shift within the lane costs more than it saves."""

PLANNER: Final = "clairvoyant"
"""The policy that drives what no other policy solves."""


class Checked(NamedTuple):
    """Result of one instance."""

    stratum: str
    family: str
    seed: int
    instance_hash: str
    unsafe: str  # which other vehicles touch, when, and what the ego does then; empty if none do
    keep_usd: float  # cost of driving on
    reacting_usd: float  # cheapest of what begins only when the object is recognised; stops at the first solution
    best_usd: float  # the same, with the planner that knows the future from the first decision on

    @property
    def is_safe(self) -> bool:
        """Whether no two other vehicles touch as long as the ego touches nothing."""
        return not self.unsafe

    @property
    def is_solvable(self) -> bool:
        """Whether some known way of driving costs less than ``SOLVED_USD``."""
        return self.best_usd < SOLVED_USD

    @property
    def is_harmless(self) -> bool:
        """Whether driving on is best, whatever the object is."""
        return self.keep_usd < HARMLESS_USD

    @property
    def is_decided_early(self) -> bool:
        """Whether it is solved only by acting before the object can be recognised."""
        return self.is_solvable and self.reacting_usd >= SOLVED_USD


class Task(NamedTuple):
    """Some instances of a suite, which one process checks."""

    suite_path: str
    allow: tuple[str, ...]
    items: tuple[SuiteItem, ...]


def find_unsafe(task: Task) -> list[str]:
    """Why every instance of a task is unsafe; an empty text where no two other vehicles touch."""
    return _describe_unsafe(_sample(task))


def check(task: Task, policies: Sequence[str]) -> list[Checked]:
    """Check every instance of a task.

    Policies drive only what the ones before them have not solved, and the planner what none of them has solved, because
    it is slow.
    """
    instances = _sample(task)
    unsafe = _describe_unsafe(instances)
    keep = _drive(Constant("centre"), instances)
    reacting = keep.copy()
    for policy in _load(tuple(policies), task.allow):
        _improve(reacting, policy, instances)
    for k in np.flatnonzero(reacting >= SOLVED_USD).tolist():
        reacting[k] = min(reacting[k], _answer(instances[k]))
    best = reacting.copy()
    if (best >= SOLVED_USD).any():
        _improve(best, _load((PLANNER,), task.allow)[0], instances)
    usd = zip(keep.tolist(), reacting.tolist(), best.tolist(), strict=True)
    return [
        Checked(item.stratum, item.family, item.seed, instance.hash, why, *costs)
        for item, instance, why, costs in zip(task.items, instances, unsafe, usd, strict=True)
    ]


def _sample(task: Task) -> list[ScenarioInstance]:
    """The instances of a task."""
    suite = load_suite_once(task.suite_path, task.allow)
    return [suite.instance(item) for item in task.items]


def _describe_unsafe(instances: Sequence[ScenarioInstance]) -> list[str]:
    """The first variant of the undisturbed run in which other vehicles touch, in words."""
    found = [""] * len(instances)
    for variant in VARIANTS:
        for k, result in enumerate(drive_undisturbed(instances, variant)):
            if not result.is_safe and not found[k]:
                found[k] = f"{result.describe()} while the ego {variant}"
    return found


@lru_cache(maxsize=8)
def _load(names: tuple[str, ...], allow: tuple[str, ...]) -> list[Policy]:
    """Policies, built once per process."""
    return [load_policy(name, allow) for name in names]


def _drive(policy: Policy, instances: Sequence[ScenarioInstance]) -> NDArray[np.float64]:
    """Cost of every episode that a policy drives, ``(n,)`` US$."""
    usd = np.empty(len(instances))
    for k, episode in Rollout(policy, instances).episodes():
        usd[k] = episode.total_usd.sum()
    return usd


def _improve(
    usd: NDArray[np.float64], policy: Policy, instances: Sequence[ScenarioInstance]
) -> None:
    """Lower the costs of what is not solved yet to those of a policy, in place."""
    left = np.flatnonzero(usd >= SOLVED_USD)
    if left.size:
        usd[left] = np.minimum(usd[left], _drive(policy, [instances[k] for k in left.tolist()]))


def _answer(instance: ScenarioInstance) -> float:
    """Cost of the cheapest answer from the moment of recognition on; infinite if the episode ends before it."""
    try:
        rolled = _probe().roll(instance)
    except UserError:
        return float("inf")
    return float(rolled.cost_usd.min()) + rolled.before_usd


@lru_cache(maxsize=1)
def _probe() -> DecisionProbe:
    """The decision probe, built once per process."""
    return DecisionProbe()
