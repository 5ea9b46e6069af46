"""A counterfactual study: true costs of four manoeuvres and the policies' choices over values of one property."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISIONS_PER_EPISODE, column, debris
from experiments.metrics.answer import answer
from experiments.rollout.decision_probe import DecisionProbe
from experiments.rollout.loop import Episode, Rollout
from experiments.studies.counterfactual.executions import (
    BRAKE,
    MANOEUVRES,
    RUN_OVER,
    STEER,
    STRADDLE,
    cheapest,
)
from experiments.studies.counterfactual.properties import Property
from policies.base import Policy

NEGLIGIBLE_USD: Final = 1.0
"""Manoeuvres this close to the cheapest are as good; the first of them, which does the least, is the answer [A]."""

MOVED_M: Final = 0.1
"""Sideways motion below this is the wander of the steering law; the clairvoyant has the same limit [A]."""

TRUTH: Final = "right answer"
"""Name of the right manoeuvres in figures and tables."""

Report = Callable[[float, str], None]
"""Function that receives the completed share, 0 to 1, and the name of the next step."""


class Driven(NamedTuple):
    """The manoeuvres and costs of one policy over the grid."""

    manoeuvre: NDArray[np.int64]  # (N,) indices into MANOEUVRES: as driven, not as explained
    cost_usd: NDArray[np.float64]  # (N,) of its episode


class Flip(NamedTuple):
    """Two neighbouring values between which a decision changes."""

    low: float
    high: float
    before: int  # into MANOEUVRES
    after: int


@dataclass(frozen=True)
class Study:
    """Costs and decisions over a grid of ``N`` values.

    Parameters
    ----------
    instance
        The original.
    changed
        The property that takes the values.
    values
        ``(N,)`` increasing; one of them is the original's.
    own
        Index of that one.
    cost_usd
        ``(N, 4)`` true cost of the episode with the cheapest known execution of every manoeuvre: of many open-loop,
        and of those that the policies drive. So no policy costs less than its manoeuvre.
    executions
        ``(N, 4)`` names of these executions.
    driven
        Choices by name of the policy.
    """

    instance: ScenarioInstance
    changed: Property
    values: NDArray[np.float64]
    own: int
    cost_usd: NDArray[np.float64]
    executions: tuple[tuple[str, ...], ...]
    driven: dict[str, Driven]

    @property
    def best(self) -> NDArray[np.int64]:
        """The right manoeuvre for every value, ``(N,)``: the first one within ``NEGLIGIBLE_USD`` of the cheapest."""
        limit = self.cost_usd.min(axis=1, keepdims=True) + NEGLIGIBLE_USD
        found: NDArray[np.int64] = (self.cost_usd <= limit).argmax(axis=1)
        return found

    @property
    def choices(self) -> dict[str, Driven]:
        """The right manoeuvres under the name ``TRUTH``, then those of the policies."""
        usd = self.cost_usd[np.arange(len(self.values)), self.best]
        return {TRUTH: Driven(self.best, usd), **self.driven}

    def flips(self, name: str = TRUTH) -> list[Flip]:
        """Where one of the ``choices`` changes."""
        return find_flips(self.values, self.choices[name].manoeuvre)

    def to_rows(self) -> list[dict[str, Any]]:
        """One table row per value: costs in US$, the right manoeuvre, manoeuvres and costs of the policies."""
        rows = []
        for k, value in enumerate(self.values.tolist()):
            row: dict[str, Any] = {
                self.changed.name: self.changed.plain(value),
                "is_original": k == self.own,
            }
            for m, name in enumerate(MANOEUVRES):
                row[f"{name.replace(' ', '_')}_usd"] = float(self.cost_usd[k, m])
                row[f"{name.replace(' ', '_')}_execution"] = self.executions[k][m]
            row["best"] = MANOEUVRES[self.best[k]]
            for policy, driven in self.driven.items():
                row[f"{policy}_manoeuvre"] = MANOEUVRES[driven.manoeuvre[k]]
                row[f"{policy}_usd"] = float(driven.cost_usd[k])
            rows.append(row)
        return rows


def find_flips(
    values: Sequence[float] | NDArray[np.float64], chosen: NDArray[np.int64]
) -> list[Flip]:
    """Neighbours among ``(N,)`` increasing values between which the choice, an index into ``MANOEUVRES``, changes.

    Examples
    --------
    >>> [flip[:2] for flip in find_flips([1.0, 2.0, 4.0], np.array([0, 0, 3]))]
    [(2.0, 4.0)]
    """
    return [
        Flip(float(values[k]), float(values[k + 1]), int(chosen[k]), int(chosen[k + 1]))
        for k in np.flatnonzero(chosen[1:] != chosen[:-1]).tolist()
    ]


def manoeuvre_of(episode: Episode) -> int:
    """Index of the manoeuvre that was driven in an episode with an object.

    An ego that stays within the lane straddles if its middle comes nearer to the object's; else a shift is steering,
    and anything smaller is running over.
    """
    driven = answer(episode)
    if driven not in {"shift", "keep"}:
        return {"stop": BRAKE, "brake": BRAKE, "left": STEER, "right": STEER}[driven]
    y = episode.ego[:, column.E_Y].astype(np.float64)
    furthest = float(y[np.abs(y - y[0]).argmax()])
    object_y = float(episode.instance.debris_f[debris.Y, 0])
    moved = abs(furthest - y[0]) > MOVED_M
    if moved and abs(furthest - object_y) < abs(float(y[0]) - object_y):
        return STRADDLE
    return STEER if driven == "shift" else RUN_OVER


def study(
    instance: ScenarioInstance,
    changed: Property,
    values: NDArray[np.float64],
    policies: Sequence[tuple[str, Policy]],
    *,
    cost: CostParameters | None = None,
    policy_seed: int = 0,
    report: Report = lambda _share, _what: None,
) -> Study:
    """Compute costs and decisions for every value of a property.

    Parameters
    ----------
    instance
        The original; it is not changed.
    changed
        The property that takes the values.
    values
        ``(N,)`` increasing, the instance's own among them.
    policies
        Names and policies; all values are driven at once.
    cost
        Cost parameters; the default setting if not given.
    policy_seed
        Seed of policies that draw random numbers. They draw others for every value, as for every instance; the world
        does not.
    report
        Called as the study proceeds.

    Raises
    ------
    UserError
        If a value is out of range, or the instance is impossible with it.
    """
    instances = [changed.change(instance, float(value)) for value in values]
    own = int(np.flatnonzero(values == changed.value(instance))[0])
    total = (1 + len(policies)) * len(instances)
    probe = DecisionProbe(cost, horizon=DECISIONS_PER_EPISODE)
    costs = np.empty((len(values), len(MANOEUVRES)))
    executions: list[list[str]] = []
    for k, one in enumerate(instances):
        report(k / total, "true costs")
        costs[k], names = cheapest(probe, one)
        executions.append(list(names))
    driven = {}
    for p, (name, policy) in enumerate(policies, start=1):
        done = p * len(instances)
        report(done / total, name)
        drive = Rollout(policy, instances, policy_seed=policy_seed, cost=cost)
        made, paid = np.empty(len(values), np.int64), np.empty(len(values))
        for count, (index, episode) in enumerate(drive.episodes(), start=1):
            made[index], paid[index] = manoeuvre_of(episode), float(episode.total_usd.sum())
            report((done + count) / total, name)
        driven[name] = Driven(made, paid)
        for k, m in enumerate(made.tolist()):
            if paid[k] < costs[k, m]:
                costs[k, m], executions[k][m] = paid[k], f"as {name} drives"
    report(1.0, "")
    return Study(instance, changed, values, own, costs, tuple(map(tuple, executions)), driven)
