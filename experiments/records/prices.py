"""Prices of policies: training data, training, computing time per decision, and imagining."""

from __future__ import annotations

from typing import Final, NamedTuple

import pyarrow as pa

from experiments.records import table as records
from policies.base import Budget

CORE_HOUR_USD: Final = 0.05
"""Price of one core for an hour [A]: shared cloud machines in 2026, to within a factor of two."""


class Price(NamedTuple):
    """Prices of one policy; ``None`` for costs that do not exist or are not known."""

    policy: str
    environment_steps: int | None  # that training or tuning took
    training_cpu_s: float | None
    decision_cpu_ms: float  # of a batch, per world and decision
    imagined_minute_cpu_s: float | None  # deciding, per minute of imagined future


def to_usd(cpu_s: float) -> float:
    """Price of a number of CPU seconds, US$."""
    return cpu_s / 3600.0 * CORE_HOUR_USD


def find_price(table: pa.Table, policy: str, budget: Budget | None) -> Price:
    """Price of one policy of the records; ``budget`` is ``None`` if nothing was learned or tuned.

    Computing time is that of the run that made the records.
    """
    spent = records.query(
        table,
        "select sum(decision_cpu_ms * decisions) as cpu_ms, sum(decisions) as decisions, sum(imagined_s) as imagined_s "
        "from records where policy = ?",
        policy,
    )[0]
    imagined_min = float(spent["imagined_s"]) / 60.0
    return Price(
        policy,
        None if budget is None else budget.environment_steps,
        None if budget is None else budget.cpu_s,
        float(spent["cpu_ms"]) / float(spent["decisions"]),
        1e-3 * float(spent["cpu_ms"]) / imagined_min if imagined_min > 0.0 else None,
    )
