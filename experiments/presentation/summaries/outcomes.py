"""The outcomes that a suite fixes for its comparisons: means over strata in equal parts, and the secondary ones."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from envs.scenario.suite import Outcomes
from experiments.records import table as records
from experiments.records.matching import Pairs
from experiments.stats.interval import Interval
from experiments.stats.mcnemar import McNemar, mcnemar
from experiments.stats.paired import PairedDifference, paired_difference
from experiments.stats.proportion import wilson
from experiments.stats.resampling import Bootstrap
from experiments.stats.verdict import Verdict, decide

COSTLY_USD: Final = 5_000.0
"""Episodes above this are counted as a secondary outcome."""

Array = NDArray[np.float64]


class PolicyOutcomes(NamedTuple):
    """Outcomes of one policy."""

    policy: str
    primary: Mapping[str, Interval]  # by name of the outcome, US$
    above: Interval  # share of episodes above ``COSTLY_USD``
    median_usd: float


class OutcomeComparison(NamedTuple):
    """Outcomes of one policy compared with those of the reference."""

    policy: str
    reference: str
    primary: Mapping[str, PairedDifference]
    verdicts: Mapping[str, Verdict]  # by name of the co-primary outcome
    above: McNemar


class Unavoidable(NamedTuple):
    """Instances that no policy can solve, which are in no other number of a summary."""

    num_instances: int
    mean_usd: Mapping[str, float]  # by policy; empty if there is no such instance


class OutcomeSummary(NamedTuple):
    """Outcomes of all policies."""

    caps: Mapping[str, float | None]  # US$, by name of the co-primary outcome
    secondary: Sequence[str]
    rows: Sequence[PolicyOutcomes]
    comparisons: Sequence[OutcomeComparison]


def summarise_outcomes(
    pairs: Pairs, outcomes: Outcomes, policies: Sequence[str], reference: str, draws: Bootstrap
) -> OutcomeSummary:
    """Compute the outcomes that a suite names.

    Parameters
    ----------
    pairs
        Costs of all policies.
    outcomes
        Of the suite.
    policies
        Names in the order of the table.
    reference
        The policy with which the others are compared.
    draws
        Level and number of resamples; every statistic makes its own draws.
    """
    work = _Work(pairs, outcomes, draws)
    rows = [
        PolicyOutcomes(
            name,
            {key: work.mean(name, key) for key in outcomes.primary},
            wilson(float((pairs.cost[name] > COSTLY_USD).sum()), work.count, level=draws.level),
            float(np.median(pairs.cost[name])),
        )
        for name in policies
    ]
    compared = [work.compare(name, reference) for name in policies if name != reference]
    return OutcomeSummary(dict(outcomes.primary), outcomes.secondary, rows, compared)


def describe_unavoidable(apart: pa.Table, policies: Sequence[str]) -> Unavoidable:
    """Number of unavoidable instances, and what policies pay in them."""
    rows = records.query(
        apart,
        "select policy, avg(cost_usd) as usd, count(distinct (stratum, family, seed)) as instances from records "
        "group by policy",
    )
    means = {row["policy"]: float(row["usd"]) for row in rows}
    return Unavoidable(
        max((row["instances"] for row in rows), default=0),
        {name: means[name] for name in policies if name in means},
    )


class _Work:
    """Weights and clusters that all outcomes share."""

    def __init__(self, pairs: Pairs, outcomes: Outcomes, draws: Bootstrap) -> None:
        self._pairs, self._outcomes, self._draws = pairs, outcomes, draws
        names, index, sizes = np.unique(pairs.stratum, return_inverse=True, return_counts=True)
        self.count = len(index)
        # a mean of weighted costs is the mean over strata in equal parts
        self._weight = self.count / (len(names) * sizes[index])
        self._cells = [f"{s}/{f}" for s, f in zip(pairs.stratum, pairs.family, strict=True)]
        self._drawn: dict[tuple[object, ...], Array] = {}

    def mean(self, policy: str, outcome: str) -> Interval:
        """A co-primary outcome of a policy."""
        return self._bootstrap().mean(self._weighted(policy, outcome), self._cells)

    def compare(self, policy: str, reference: str) -> OutcomeComparison:
        """All outcomes of a policy compared with those of the reference."""
        differences = {
            key: paired_difference(
                self._weighted(policy, key),
                self._weighted(reference, key),
                self._cells,
                self._bootstrap(),
            )
            for key in self._outcomes.primary
        }
        verdicts = {
            key: decide(policy, reference, one, level=self._draws.level)
            for key, one in differences.items()
        }
        costs = self._pairs.cost
        above = mcnemar(costs[policy] > COSTLY_USD, costs[reference] > COSTLY_USD)
        return OutcomeComparison(policy, reference, differences, verdicts, above)

    def _weighted(self, policy: str, outcome: str) -> Array:
        """Costs with the outcome's cap, weighted so that strata count equally."""
        cap = self._outcomes.primary[outcome]
        cost = self._pairs.cost[policy]
        weighted: Array = self._weight * (cost if cap is None else np.minimum(cost, cap))
        return weighted

    def _bootstrap(self) -> Bootstrap:
        """Resamples within every stratum and family, the same for every policy."""
        rng = np.random.default_rng(zlib.crc32(b"outcomes"))
        return Bootstrap(self._draws.level, self._draws.num_resamples, rng, "fixed", self._drawn)
