"""A summary as text for the terminal, as Markdown, and as plain values for JSON."""

from __future__ import annotations

import math
from typing import Any, Final

from experiments.presentation.summaries.outcomes import COSTLY_USD
from experiments.presentation.summaries.summary import ALL, Summary
from experiments.presentation.text.columns import align, markdown_table
from experiments.records.prices import Price, to_usd
from experiments.stats.interval import Interval

PRICE_COLUMNS: Final = (
    "price",
    "experience, decisions",
    "training, CPU-s",
    "US$",
    "1,000 decisions, CPU-s",
    "US$",
    "imagined minute, CPU-s",
    "US$",
)
"""Price of a policy: of training, of decisions, and per minute of imagined future."""

SECONDARY_HEADS: Final = {
    "above_5000_usd": f"> {COSTLY_USD:,.0f} US$",
    "cvar95_usd": "CVaR95, US$",
    "median_usd": "median, US$",
}
"""Heads of the columns of secondary outcomes; the means of the strata have a table of their own."""


def usd(value: float) -> str:
    """Format US$ with thousands separators, and with a decimal below 100."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.1f}" if abs(value) < 100.0 else f"{value:,.0f}"


def with_interval(interval: Interval) -> str:
    """Format a value with its interval: ``value [low, high]``."""
    if not math.isfinite(interval.value):
        return "-"
    if not math.isfinite(interval.low):
        return usd(interval.value)
    return f"{usd(interval.value)} [{usd(interval.low)}, {usd(interval.high)}]"


def points(interval: Interval) -> str:
    """Format a score with its interval, in points."""
    if not math.isfinite(interval.value):
        return "-"
    return f"{interval.value:,.1f} [{interval.low:,.1f}, {interval.high:,.1f}]"


def percent(interval: Interval) -> str:
    """Format a share with its interval, in per cent."""
    if not math.isfinite(interval.value):
        return "-"
    return f"{100 * interval.value:.1f}% [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def render(summary: Summary) -> str:
    """The terminal's tables: cost by stratum, all strata together in detail, verdicts, prices, the worst instances."""
    strata = summary.strata
    head = (
        f"suite {summary.suite}, {summary.split} split, {summary.num_instances[ALL]:,} instances, cost "
        f"{summary.cost_setting}; intervals {summary.level:.0%}, paired bootstrap clustered by family"
    )
    by_stratum = [
        ["mean cost, US$", *strata, ALL],
        *(
            [row.policy, *(usd(row.cost[name].value) for name in strata), usd(row.cost[ALL].value)]
            for row in summary.ranked
        ),
    ]
    parts = [head, align(by_stratum), align(_details(summary))]
    if summary.floor is None or not summary.rows[0].score:
        parts.append("no score: it needs a floor and the clairvoyant among the policies")
    if summary.comparisons:
        parts.append("\n".join(item.verdict.text for item in summary.comparisons))
    parts.append(_render_outcomes(summary))
    if summary.unavoidable.num_instances:
        parts.append(_render_unavoidable(summary))
    parts.extend([align(_price_rows(summary)), align(_worst_rows(summary))])
    return "\n\n".join(parts) + "\n"


def outcome_cells(summary: Summary) -> list[list[str]]:
    """Table of the outcomes that the suite fixes, cheapest policy first."""
    found = summary.outcomes
    heads = [
        name if cap is None else f"{name} (cap {cap:,.0f})" for name, cap in found.caps.items()
    ]
    by_policy = {row.policy: row for row in found.rows}
    further = {name: head for name, head in SECONDARY_HEADS.items() if name in found.secondary}
    rows = [["outcomes", *heads, *further.values()]]
    for row in summary.ranked:
        one = by_policy[row.policy]
        cells = {
            "above_5000_usd": percent(one.above),
            "cvar95_usd": with_interval(row.cvar95),
            "median_usd": usd(one.median_usd),
        }
        means = [with_interval(one.primary[name]) for name in found.caps]
        rows.append([row.policy, *means, *(cells[name] for name in further)])
    return rows


def _render_outcomes(summary: Summary) -> str:
    """The outcomes that the suite fixes, and a verdict on every co-primary one."""
    head = "outcomes of the suite: means over strata in equal parts, bootstrap within stratum and family"
    verdicts = [
        f"{name}: {verdict.text}"
        for one in summary.outcomes.comparisons
        for name, verdict in one.verdicts.items()
    ]
    return "\n".join([head, "", align(outcome_cells(summary)), "", *verdicts]).rstrip()


def _render_unavoidable(summary: Summary) -> str:
    """What policies pay in instances that are in no mean."""
    found = summary.unavoidable
    rows = [["unavoidable", "mean cost, US$"]]
    rows += [[name, usd(mean)] for name, mean in found.mean_usd.items()]
    head = f"unavoidable instances: {found.num_instances:,}, labelled by the suite and in none of the numbers above"
    return f"{head}\n\n{align(rows)}"


def _details(summary: Summary) -> list[list[str]]:
    """Table of all strata together, with intervals."""
    rows = [["all strata", "cost, US$", "score", "CVaR95, US$", "> 50,000 US$", "phantom braking"]]
    for row in summary.ranked:
        braking = row.hard_braking.value
        rows.append(
            [
                row.policy,
                with_interval(row.cost[ALL]),
                points(row.score[ALL]) if row.score else "-",
                usd(row.cvar95.value),
                percent(row.catastrophes),
                f"{100 * braking:.1f}%" if math.isfinite(braking) else "-",
            ]
        )
    return rows


def _price_rows(summary: Summary) -> list[list[str]]:
    """Table rows of the prices of all policies."""
    return [list(PRICE_COLUMNS), *(price_cells(row.price) for row in summary.ranked)]


def price_cells(price: Price) -> list[str]:
    """Format a price for the columns of ``PRICE_COLUMNS``."""

    def cells(cpu_s: float | None) -> list[str]:
        return ["-", "-"] if cpu_s is None else [f"{cpu_s:,.3g}", f"{to_usd(cpu_s):.2g}"]

    steps = "-" if price.environment_steps is None else f"{price.environment_steps:,}"
    return [
        price.policy,
        steps,
        *cells(price.training_cpu_s),
        *cells(price.decision_cpu_ms),  # ms of one decision are seconds of a thousand
        *cells(price.imagined_minute_cpu_s),
    ]


def _worst_rows(summary: Summary) -> list[list[str]]:
    """Table rows of the worst instance of every policy."""
    rows = [["worst instance", "stratum", "family", "seed", "cost, US$", "best, US$", "objects"]]
    for name, worst in summary.worst.items():
        for one in worst[:1]:
            costs = [usd(one.cost_usd), usd(one.best_usd)]
            rows.append([name, one.stratum, one.family, str(one.seed), *costs, one.objects[:24]])
    return rows


def markdown(summary: Summary) -> str:
    """The headline table: policies by strata with intervals, and the score."""
    strata = summary.strata
    head = ["", "score", "all", *(f"{name} ({summary.num_instances[name]})" for name in strata)]
    rows = [
        [
            f"`{row.policy}`" + (" (privileged)" if row.is_privileged else ""),
            points(row.score[ALL]) if row.score else "-",
            *(with_interval(row.cost[name]) for name in (ALL, *strata)),
        ]
        for row in summary.ranked
    ]
    priced = [price_cells(row.price) for row in summary.ranked]
    prices = [[f"`{name}`", *cells] for name, *cells in priced]
    outcomes = outcome_cells(summary)
    tables = [(head, rows), (outcomes[0], outcomes[1:]), (PRICE_COLUMNS, prices)]
    text = "\n\n".join("\n".join(markdown_table(*one)) for one in tables) + "\n"
    return (
        text
        if not summary.unavoidable.num_instances
        else f"{text}\n{_render_unavoidable(summary)}\n"
    )


def to_plain(value: object) -> Any:  # noqa: ANN401 (JSON)
    """A summary as values for JSON: named tuples as mappings, numbers that are not finite as ``None``."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: to_plain(item) for key, item in value._asdict().items()}
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
