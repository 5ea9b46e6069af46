"""Summaries of records: means with intervals, scores, verdicts, the worst instances."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from envs.scenario.suite import USUAL_OUTCOMES, Outcomes
from experiments.evaluation.entrants import Entrant
from experiments.presentation.summaries.instances import (
    Highlight,
    Pick,
    find_best,
    find_picks,
    find_worst,
)
from experiments.presentation.summaries.kinds import KINDS, OTHER, kind_of
from experiments.presentation.summaries.outcomes import (
    OutcomeSummary,
    Unavoidable,
    describe_unavoidable,
    summarise_outcomes,
)
from experiments.records import table as records
from experiments.records.matching import Pairs, align, split_unavoidable
from experiments.records.prices import Price, find_price
from experiments.stats.improvement import paired_improvement
from experiments.stats.interval import Interval
from experiments.stats.mcnemar import McNemar, mcnemar
from experiments.stats.multiplicity import holm
from experiments.stats.paired import PairedDifference, paired_difference
from experiments.stats.proportion import wilson
from experiments.stats.resampling import Bootstrap, Families
from experiments.stats.score import score
from experiments.stats.tail import cvar95
from experiments.stats.verdict import Verdict, decide

ALL: Final = "all"
"""Name of all strata together."""

CEILING: Final = "clairvoyant"
"""The policy whose score is 100."""

HARD_BRAKING_MPS2: Final = 3.0
"""Harder braking for nothing is a nuisance (envs/physics/SOURCES.md 6.1)."""

ROUNDING_MPS2: Final = 1e-4
"""Braking in records is derived from speeds in single precision: a policy that brakes at the limit is within this."""

NUM_IMPORTANT: Final = 5
"""Policies that the first figure and table show; a page folds the others away."""


class PolicyRow(NamedTuple):
    """The results of one policy."""

    policy: str
    is_privileged: bool  # it reads the simulated worlds: a bound, not a contestant
    cost: Mapping[str, Interval]  # by stratum and ``ALL``, US$ per episode
    score: Mapping[str, Interval]  # likewise; empty without a floor or the clairvoyant
    cvar95: Interval
    catastrophes: Interval
    hard_braking: Interval  # share of phantom episodes with hard braking; nan without any
    price: Price
    file: str | None = None  # its name in commands; ``None`` if that is ``policy``
    validation_usd: tuple[tuple[float, ...], ...] = ()  # by training seed, as it learned
    kind: str = OTHER  # one of KINDS


class Comparison(NamedTuple):
    """One policy compared with the reference."""

    policy: str
    reference: str
    difference: Mapping[str, PairedDifference]  # by stratum and ``ALL``
    adjusted: Mapping[str, float]  # by stratum, p-values of the differences after Holm's correction
    improvement: Interval
    catastrophes: McNemar
    verdict: Verdict


class Summary(NamedTuple):
    """All numbers of the tables and of the page."""

    suite: str
    split: str
    cost_setting: str
    num_instances: Mapping[str, int]  # by stratum and ``ALL``
    floor: str | None  # name of the best floor
    rows: Sequence[PolicyRow]
    comparisons: Sequence[Comparison]
    worst: Mapping[str, Sequence[Highlight]]  # by policy
    best: Mapping[str, Sequence[Highlight]]  # by policy except the reference: largest savings
    picks: Sequence[Pick]  # of the first comparison: largest win, largest loss, a typical one
    level: float
    outcomes: OutcomeSummary  # those that the suite fixes
    unavoidable: Unavoidable

    @property
    def strata(self) -> list[str]:
        """Names of the strata in order, without ``ALL``."""
        return [name for name in self.num_instances if name != ALL]

    @property
    def ranked(self) -> list[PolicyRow]:
        """Rows by mean cost, the cheapest first."""
        return sorted(self.rows, key=lambda row: row.cost[ALL].value)

    @property
    def important(self) -> list[PolicyRow]:
        """The ``NUM_IMPORTANT`` rows that matter most, the cheapest first.

        They are the two policies of the first comparison, then the cheapest of every kind that is not among them yet,
        in the order of ``KINDS``, then the cheapest of the rest.
        """
        named = [name for item in self.comparisons[:1] for name in (item.reference, item.policy)]
        ranked = self.ranked
        chosen = [row for row in ranked if row.policy in named]
        for kind in KINDS:
            if all(row.kind != kind for row in chosen):
                chosen += [row for row in ranked if row.kind == kind][:1]
        chosen += [row for row in ranked if row not in chosen]
        kept = [row.policy for row in chosen[:NUM_IMPORTANT]]
        return [row for row in ranked if row.policy in kept]


def summarise(
    table: pa.Table,
    entrants: Mapping[str, Entrant],
    *,
    strata: Sequence[str],
    reference: str,
    level: float,
    num_resamples: int,
    families: Families = "sampled",
    outcomes: Outcomes = USUAL_OUTCOMES,
) -> Summary:
    """Compute every number of the tables; the same for the same records, because generators are seeded by stratum.

    Parameters
    ----------
    table
        Records of one suite, split and cost setting.
    entrants
        Policies in the order of the table; the floor with the smallest mean cost is the zero of the score.
    strata
        Names of the strata in order.
    reference
        The policy with which the others are compared: contestants first, then the privileged, each group cheapest
        first.
    level
        Level of all intervals.
    num_resamples
        Number of resamples of all bootstraps.
    families
        Population of the intervals: families such as these, or these and no others (``cluster_weights``).
    outcomes
        Those that the suite fixes.

    Notes
    -----
    The best floor is chosen on the sample it is then the zero of, which makes it look better than it is, and every
    score lower; with a handful of floors that differ by thousands of US$ this is small.
    """
    policies = list(entrants)
    table, apart = split_unavoidable(table)
    pairs = align(table, policies)
    groups = {name: pairs.stratum == name for name in strata}
    groups = {name: mask for name, mask in groups.items() if mask.any()}
    groups[ALL] = np.ones(len(pairs.stratum), np.bool_)
    known = [name for name, one in entrants.items() if one.is_floor]
    floor = min(known, key=lambda name: (pairs.cost[name].mean(), name), default=None)
    drawn: dict[tuple[object, ...], NDArray[np.float64]] = {}

    def boot(group: str) -> Bootstrap:
        return Bootstrap(level, num_resamples, _rng(group), families, drawn)

    rows = [_row(table, pairs, groups, name, one, floor, boot) for name, one in entrants.items()]
    ranked = sorted(
        policies, key=lambda name: (entrants[name].is_privileged, pairs.cost[name].mean())
    )
    compared = [
        _compare(pairs, groups, name, reference, boot) for name in ranked if name != reference
    ]
    first = table.slice(0, 1).to_pylist()[0]
    return Summary(
        first["suite"],
        first["split"],
        first["cost_setting"],
        {name: int(mask.sum()) for name, mask in groups.items()},
        floor,
        rows,
        compared,
        {name: find_worst(table, name) for name in policies},
        {name: find_best(table, name, reference) for name in policies if name != reference},
        find_picks(table, compared[0].policy, reference) if compared else [],
        level,
        summarise_outcomes(pairs, outcomes, policies, reference, boot(ALL)),
        describe_unavoidable(apart, policies),
    )


def with_kinds(summary: Summary, kinds: Mapping[str, str]) -> Summary:
    """The summary with the kinds of its policies, by name."""
    return summary._replace(rows=[row._replace(kind=kinds[row.policy]) for row in summary.rows])


def _row(
    table: pa.Table,
    pairs: Pairs,
    groups: Mapping[str, NDArray[np.bool_]],
    name: str,
    entrant: Entrant,
    floor: str | None,
    boot: Callable[[str], Bootstrap],
) -> PolicyRow:
    """Numbers of one policy."""
    cost, level = pairs.cost[name], boot(ALL).level
    means, scores = {}, {}
    for group, mask in groups.items():
        family = pairs.family[mask].tolist()
        means[group] = boot(group).mean(cost[mask], family)
        if floor and CEILING in pairs.cost:
            both = (pairs.cost[floor][mask], pairs.cost[CEILING][mask])
            scores[group] = score(cost[mask], *both, family, boot(group))
    return PolicyRow(
        name,
        entrant.is_privileged,
        means,
        scores,
        cvar95(cost, pairs.family.tolist(), boot(ALL)),
        wilson(float(pairs.catastrophes[name].sum()), len(cost), level=level),
        wilson(*_count_hard_braking(table, name), level=level),
        find_price(table, name, entrant.budget),
        entrant.file,
        entrant.validation_usd,
        kind_of(entrant, None, {}),
    )


def _count_hard_braking(table: pa.Table, policy: str) -> tuple[float, int]:
    """Number of phantom instances with hard braking, and of all; none if the metric was not recorded."""
    if "peak_braking_mps2" not in table.column_names:
        return 0.0, 0
    counted = records.query(
        table,
        "select avg((peak_braking_mps2 > ?)::int) as rate, count(distinct seed) as total from records "
        "where policy = ? and stratum = 'phantom'",
        HARD_BRAKING_MPS2 + ROUNDING_MPS2,
        policy,
    )[0]
    return float(counted["rate"] or 0.0) * int(counted["total"]), int(counted["total"])


def _compare(
    pairs: Pairs,
    groups: Mapping[str, NDArray[np.bool_]],
    name: str,
    reference: str,
    boot: Callable[[str], Bootstrap],
) -> Comparison:
    """Compare one policy with the reference."""
    a, b = pairs.cost[name], pairs.cost[reference]
    differences = {
        group: paired_difference(a[mask], b[mask], pairs.family[mask].tolist(), boot(group))
        for group, mask in groups.items()
    }
    parts = [group for group in groups if group != ALL]
    return Comparison(
        name,
        reference,
        differences,
        dict(zip(parts, holm([differences[part].p_value for part in parts]), strict=True)),
        paired_improvement(a, b, pairs.family.tolist(), boot(ALL)),
        # with several policy seeds: an event if most of them had it
        mcnemar(pairs.catastrophes[name] > 0.5, pairs.catastrophes[reference] > 0.5),
        decide(name, reference, differences[ALL], level=boot(ALL).level),
    )


def _rng(group: str) -> np.random.Generator:
    """Random generator that is the same for every policy and statistic, so that equal costs have equal intervals."""
    return np.random.default_rng(zlib.crc32(group.encode()))
