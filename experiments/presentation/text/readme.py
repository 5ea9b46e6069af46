"""The headline block of ``experiments/results/README.md``, generated from records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from envs.errors import UserError
from experiments.presentation.joining.source import Source
from experiments.presentation.summaries.shares import Lead, Share, find_leads, find_shares
from experiments.presentation.summaries.summary import ALL, Comparison, PolicyRow, Summary
from experiments.presentation.text.columns import markdown_table
from experiments.presentation.text.tables import points, usd, with_interval
from experiments.records import table as records
from experiments.stats.interval import Interval
from experiments.store.atomic import write_text

BEGIN: Final = "<!-- headline: made by experiments.report, not by hand -->"
END: Final = "<!-- end of headline -->"

NUM_REGRESSIONS: Final = 5

_TRUNCATED: Final = re.compile(r"rule.*_[0-9]+")
"""Names of truncated rule stacks, which a figure shows."""


class _Regression(NamedTuple):
    """An instance in which a policy costs more than the reference."""

    stratum: str
    family: str
    seed: int
    mine_usd: float
    other_usd: float


def make_block(
    summary: Summary, table: pa.Table, provenance: str, hero: str, num_resamples: int
) -> str:
    """Markdown between two marks: table, verdict per stratum, ablations of the main policy, its worst regressions.

    Parameters
    ----------
    summary
        Summary of the records.
    table
        The records.
    provenance
        A line about the origin of the records.
    hero
        The policy whose strata, parts and regressions are shown.
    num_resamples
        Number of resamples of the bootstrap of the parts.

    Raises
    ------
    UserError
        If ``hero`` was not compared with the reference.
    """
    compared = {item.policy: item for item in summary.comparisons}
    if hero not in compared:
        raise UserError(f"hero: got {hero!r}, expected one of {', '.join(sorted(compared))}")
    return "\n".join(
        [
            BEGIN, "", *_table(summary, table, compared), "", provenance, "", *_floors(summary), "",
            *_by_stratum(compared[hero]), "", *_leads(find_leads(table, hero, num_resamples)),
            *_parts(find_shares(table, hero, num_resamples), compared[hero]),
            *_regressions(table, compared[hero], summary.suite), "", END,
        ]
    )  # fmt: skip


def describe_source(source: Source) -> str:
    """A line about the origin of records."""
    first = source.table.slice(0, 1).to_pylist()[0]
    about = source.provenance
    return (
        f"Mean cost of an episode in US$, suite {first['suite']}, {first['split']} split; "
        f"`{about['command'].strip()}`, records `{str(about['records_sha256'])[:16]}`. "
        "Intervals: 95 %, paired bootstrap clustered by family, over instances; training seeds are averaged. "
        "*Capped*: the co-primary outcome of the suite with a cap, over strata in equal parts."
    )


def _shown(summary: Summary) -> list[PolicyRow]:
    """Rows of the table, the cheapest first, without truncated rule stacks."""
    return [row for row in summary.ranked if not _TRUNCATED.fullmatch(row.policy)]


def _table(summary: Summary, table: pa.Table, compared: dict[str, Comparison]) -> list[str]:
    """Table with one line per policy."""
    strata = summary.strata
    reference = summary.comparisons[0].reference
    head = ["", "decisions", "CPU-h", "score", "all", "capped"]
    head += [f"{name} ({summary.num_instances[name]})" for name in strata]
    head += [f"minus `{reference}`", "better in", "seed range"]
    rows = []
    for row in _shown(summary):
        name = f"`{row.policy}`" + (" (privileged)" if row.is_privileged else "")
        steps, spent = row.price.environment_steps, row.price.training_cpu_s
        against = compared.get(row.policy)
        cells = [
            name,
            "-" if steps is None else f"{steps:,}",
            "-" if spent is None else f"{spent / 3600.0:.2f}",
            points(row.score[ALL]) if row.score else "-",
            with_interval(row.cost[ALL]),
            _capped(summary, row.policy),
            *(usd(row.cost[stratum].value) for stratum in strata),
            "-" if against is None else signed(against.difference[ALL].mean),
            "-" if against is None else f"{100.0 * against.improvement.value:.0f} %",
            _spread(table, row.policy),
        ]
        rows.append(cells)
    return markdown_table(head, rows)


def _capped(summary: Summary, policy: str) -> str:
    """The first co-primary outcome with a cap."""
    found = summary.outcomes
    name = next((key for key, cap in found.caps.items() if cap is not None), None)
    row = next(row for row in found.rows if row.policy == policy)
    return "-" if name is None else usd(row.primary[name].value)


def signed(interval: Interval) -> str:
    """Format a difference with its interval, all numbers with signs."""
    return f"{interval.value:+,.0f} [{interval.low:+,.0f}, {interval.high:+,.0f}]"


def _spread(table: pa.Table, policy: str) -> str:
    """Smallest and largest mean over the training seeds, if there are several."""
    means = records.query(
        table,
        "select policy_seed, avg(cost_usd) as usd from records where policy = ? group by all order by usd",
        policy,
    )
    if len(means) < 2:
        return "-"
    return f"{usd(means[0]['usd'])} to {usd(means[-1]['usd'])} ({len(means)})"


def _floors(summary: Summary) -> list[str]:
    """Text on learned or tuned policies that do not beat the best constant policy."""
    if summary.floor is None:
        return []
    best = next(row for row in summary.rows if row.policy == summary.floor).cost[ALL].value
    worse = [
        f"`{row.policy}`"
        for row in _shown(summary)
        if row.price.environment_steps and row.cost[ALL].value >= best
    ]
    which = f" except {', '.join(worse)}" if worse else ""
    return [
        f"All learned or tuned policies{which} cost less than the best floor, `{summary.floor}`."
    ]


def _by_stratum(comparison: Comparison) -> list[str]:
    """Text on the strata in which the policy is better, tied or worse."""
    groups: dict[str, list[str]] = {"wins on": [], "ties on": [], "loses on": []}
    for stratum, p_value in comparison.adjusted.items():
        difference = comparison.difference[stratum].mean
        word = "ties on" if p_value >= 0.05 else "wins on" if difference.value < 0.0 else "loses on"
        groups[word].append(f"{stratum} ({signed(difference)})")
    listed = "; ".join(f"{word} {', '.join(names)}" for word, names in groups.items() if names)
    return [
        f"`{comparison.policy}` against `{comparison.reference}`, US$, Holm-corrected at 5 %: {listed}."
    ]


def _leads(leads: list[Lead]) -> list[str]:
    """Text on the cost differences to rivals with the same budget."""
    listed = [f"`{lead.arm}` minus `{lead.rival}` {signed(lead.more_usd)}" for lead in leads]
    return [f"At equal budgets, US$: {'; '.join(listed)}.", ""] if listed else []


def _parts(shares: list[Share], comparison: Comparison) -> list[str]:
    """Text on the cost of every ablation compared with the gain of the policy."""
    if not shares:
        return []
    gain = -comparison.difference[ALL].mean.value
    head = [f"`{comparison.policy}` with one change", "extra cost, US$"]
    head.append(f"share of gain over `{comparison.reference}`")
    rows = []
    for share in shares:
        part = f"{100.0 * share.more_usd.value / gain:+.0f} %" if gain > 0.0 else "-"
        seeds = _count(len(share.seeds), "seed")
        more = signed(share.more_usd)
        rows.append([f"`{share.arm}`: {share.change} ({seeds})", more, part])
    return [*markdown_table(head, rows), ""]


def _count(number: int, what: str) -> str:
    """A number with its noun in singular or plural."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _regressions(table: pa.Table, comparison: Comparison, suite: str) -> list[str]:
    """Table of the instances in which the policy costs most compared with the reference."""
    queried = records.query(
        table,
        "select stratum, family, seed, avg(cost_usd) filter (policy = ?) as mine_usd, "
        "avg(cost_usd) filter (policy = ?) as other_usd from records where policy in (?, ?) "
        "group by stratum, family, seed order by mine_usd - other_usd desc, seed limit ?",
        comparison.policy, comparison.reference, comparison.policy, comparison.reference, NUM_REGRESSIONS,
    )  # fmt: skip
    rows = [_Regression(**row) for row in queried if row["mine_usd"] > row["other_usd"]]
    if not rows:
        return ["It costs more than the reference in no instance."]
    listed = [
        f"{row.family} {row.seed} ({usd(row.mine_usd)} instead of {usd(row.other_usd)})"
        for row in rows
    ]
    seeds = ",".join(str(row.seed) for row in rows)
    return [
        f"Its worst regressions: {', '.join(listed)}. `python -m experiments.record suite={suite} "
        f"seed=[{seeds}] "
        "policy=[rule_tuned,world_model]` films them with the shipped checkpoint."
    ]


def write_block(path: Path, block: str) -> None:
    """Replace the text between the marks of a file, marks included, with the block of ``make_block``.

    Raises
    ------
    UserError
        If the file has not exactly one pair of marks.
    """
    text = path.read_text(encoding="utf-8")
    parts = re.split(f"{re.escape(BEGIN)}.*?{re.escape(END)}", text, flags=re.DOTALL)
    if len(parts) != 2:
        raise UserError(f"{path}: expected one line `{BEGIN}` and one `{END}`")
    write_text(path, block.join(parts))
