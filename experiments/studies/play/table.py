"""The table of a game: what the person and the policies pay in every instance."""

from __future__ import annotations

from collections.abc import Sequence

from envs.scenario.suite import SuiteItem
from experiments.studies.play.results import Results

UNKNOWN = "..."
"""Shown while a policy has not driven an instance yet."""


def to_rows(
    items: Sequence[SuiteItem], drivers: Sequence[str], results: Results
) -> list[dict[str, str]]:
    """One row per instance that the person has driven, and the means over those in which all costs are known.

    Keys are ``instance`` and the names of the drivers.
    """
    rows: list[dict[str, str]] = []
    known: list[list[float]] = []
    for place in range(results.num_driven):
        item = items[place]
        costs = [results.find_cost(driver, place) for driver in drivers]
        name = f"{place + 1} {item.family.replace('_', ' ')}"
        texts = [UNKNOWN if cost is None else usd(cost) for cost in costs]
        rows.append({"instance": name, **dict(zip(drivers, texts, strict=True))})
        complete = [cost for cost in costs if cost is not None]
        if len(complete) == len(costs):
            known.append(complete)
    if known:
        means = [sum(column) / len(known) for column in zip(*known, strict=True)]
        name = f"mean of {len(known)}"
        rows.append({"instance": name, **dict(zip(drivers, map(usd, means), strict=True))})
    return rows


def to_markdown(items: Sequence[SuiteItem], drivers: Sequence[str], results: Results) -> str:
    """The table as Markdown, in US$."""
    lines = [["instance", *drivers], ["---", *["---:"] * len(drivers)]]
    lines += [list(row.values()) for row in to_rows(items, drivers, results)]
    return (
        "# What the person and the policies pay\n\nExpected US$ per episode, on the same instances.\n\n"
        + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    )


def compare(costs: Sequence[tuple[str, float]], *, is_mean: bool = False) -> str:
    """A sentence with the costs of one drive, or the mean costs, the person's first.

    Examples
    --------
    >>> compare([("person", 250.0), ("rule_tuned", 12.0)])
    'You paid 250 US$; rule_tuned 12.'
    """
    (_, own), *others = costs
    listed = ", ".join(f"{name} {usd(cost)}" for name, cost in others)
    rate = " per drive" if is_mean else ""
    return f"You paid {usd(own)} US${rate}{'; ' + listed if listed else ''}."


def usd(cost: float) -> str:
    """A cost without cents from 10 US$ on.

    Examples
    --------
    >>> usd(3.456), usd(1234.5)
    ('3.46', '1,234')
    """
    return f"{cost:,.0f}" if abs(cost) >= 10.0 else f"{cost:.2f}"
