"""Single instances that a page shows: the worst and best of a policy, and three that show a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.stats import rankdata

from experiments.records import table as records

_PAIR: Final = "stratum, family, seed"
"""Columns that identify an instance in records of one suite and split."""

NUM_HIGHLIGHTS: Final = 5
"""Worst and best instances that are named for every policy."""

LEAST_USD: Final = 1.0
"""A smaller difference between two policies is neither a win nor a loss [A]: judgement."""

WIN, LOSS, TYPICAL = "win", "loss", "typical"


class Highlight(NamedTuple):
    """One of the worst or of the best instances of a policy."""

    policy: str
    stratum: str
    family: str
    seed: int
    objects: str
    cost_usd: float
    best_usd: float  # cost of the cheapest of all policies
    reason: str


class Pick(NamedTuple):
    """One of the instances that show how two policies differ."""

    role: str  # WIN, LOSS or TYPICAL
    stratum: str
    family: str
    seed: int
    objects: str
    policy: str
    cost_usd: float
    reference: str
    reference_usd: float


def find_worst(table: pa.Table, policy: str) -> list[Highlight]:
    """The instances in which a policy costs most compared with the cheapest policy, the costliest first."""
    return _find_highlights(table, "policy = ?", "cost_usd - best_usd desc", [policy, policy])


def find_best(table: pa.Table, policy: str, reference: str) -> list[Highlight]:
    """The instances in which a policy saves most compared with the reference, the largest saving first."""
    where = "policy = ? and cost_usd < other_usd"
    return _find_highlights(table, where, "cost_usd - other_usd", [reference, policy])


def find_picks(table: pa.Table, policy: str, reference: str) -> list[Pick]:
    """The largest win of a policy over the reference, its largest loss, and a typical instance, if there are such.

    Typical is the instance in which both costs are closest to their medians, by the sum of the distances of their
    ranks; it is neither of the other two.
    """
    rows = records.query(
        table,
        f"select {_PAIR}, any_value(objects) as objects, avg(cost_usd) filter (policy = ?) as cost_usd, "  # noqa: S608 (own names)
        f"avg(cost_usd) filter (policy = ?) as reference_usd from records where policy in (?, ?) group by {_PAIR} "
        "order by stratum, family, seed",
        policy,
        reference,
        policy,
        reference,
    )
    mine, other = (np.array([row[key] for row in rows]) for key in ("cost_usd", "reference_usd"))
    gap = mine - other
    ranks = [np.abs(rankdata(cost) - 0.5 * (len(rows) + 1)) for cost in (mine, other)]
    chosen: dict[int, str] = {}
    if gap.min() <= -LEAST_USD:
        chosen[int(gap.argmin())] = WIN
    if gap.max() >= LEAST_USD:
        chosen[int(gap.argmax())] = LOSS
    others = (k for k in np.argsort(sum(ranks), kind="stable").tolist() if k not in chosen)
    chosen |= dict.fromkeys(list(others)[:1], TYPICAL)
    return [_pick(role, rows[k], policy, reference) for k, role in chosen.items()]


def _pick(role: str, row: dict[str, Any], policy: str, reference: str) -> Pick:
    """The pick of a row of the query."""
    return Pick(role=role, policy=policy, reference=reference, **row)


def _find_highlights(
    table: pa.Table, where: str, order: str, values: Sequence[str]
) -> list[Highlight]:
    """Instances chosen and ordered by an SQL condition on ``cost_usd``, ``best_usd`` and ``other_usd``."""
    rows = records.query(
        table,
        f"with least as (select {_PAIR}, min(cost_usd) as best_usd, "  # noqa: S608 (own names)
        f"avg(cost_usd) filter (policy = ?) as other_usd from records group by {_PAIR}) "
        f"select * from records join least using ({_PAIR}) where {where} order by {order}, seed limit ?",
        *values,
        NUM_HIGHLIGHTS,
    )
    return [Highlight(**{k: row.get(k, "") for k in Highlight._fields}) for row in rows]
