"""From records to tables, summary, figures and the page, in one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from envs.errors import not_allowed
from envs.scenario.suite import Outcomes, read_outcomes
from experiments.presentation.figures.figures import draw_all
from experiments.presentation.joining.source import Source
from experiments.presentation.page.audit_section import find_section
from experiments.presentation.page.index import write_page
from experiments.presentation.summaries.kinds import find_kinds
from experiments.presentation.summaries.summary import Summary, summarise, with_kinds
from experiments.presentation.text.commands import USUAL_COST
from experiments.presentation.text.tables import markdown, render, to_plain
from experiments.records.matching import split_unavoidable
from experiments.store.atomic import write_text
from experiments.store.progress import Progress

USUAL_REFERENCE: Final = "rule_tuned"
"""The default reference, if it is among the policies."""


class Published(NamedTuple):
    """The path of the page, and the tables as text."""

    page: Path
    text: str  # for the terminal


def choose_reference(wanted: str | None, names: Sequence[str]) -> str:
    """The policy with which the others are compared; ``None`` = ``rule_tuned``, or the first.

    Raises
    ------
    not_allowed
        If it is none of the names.
    """
    chosen = wanted or (USUAL_REFERENCE if USUAL_REFERENCE in names else names[0])
    if chosen not in names:
        raise not_allowed("reference", chosen, list(names))
    return chosen


def main_records(table: pa.Table) -> pa.Table:
    """The records that tables and figures show: of one cost setting, without unavoidable instances."""
    return split_unavoidable(records_of(table, main_setting(table)))[0]


def main_setting(table: pa.Table) -> str:
    """The cost setting that tables and figures show."""
    settings = sorted(set(table["cost_setting"].to_pylist()))
    return USUAL_COST if USUAL_COST in settings else str(settings[0])


def records_of(table: pa.Table, setting: str) -> pa.Table:
    """The records of one cost setting."""
    return table.filter(pc.equal(table["cost_setting"], setting))


def summarise_source(
    source: Source, reference: str | None, level: float, num_resamples: int
) -> dict[str, Summary]:
    """Summaries by cost setting, that of the tables first; see ``choose_reference`` and ``summarise``."""
    main = main_setting(source.table)
    others = sorted(set(source.table["cost_setting"].to_pylist()) - {main})
    with Progress("statistics"):
        return {
            setting: with_kinds(
                summarise(
                    records_of(source.table, setting),
                    source.entrants,
                    strata=source.strata,
                    reference=choose_reference(reference, list(source.entrants)),
                    level=level,
                    num_resamples=num_resamples,
                    outcomes=find_outcomes(source.provenance),
                ),
                find_kinds(source.entrants, source.files),
            )
            for setting in (main, *others)
        }


def find_outcomes(provenance: Mapping[str, Any]) -> Outcomes:
    """The outcomes that the suite of some records fixes; the usual ones if it names none."""
    about = [one.get("suite", {}) for one in provenance.get("runs", [provenance])]
    given = [one["outcomes"] for one in about if "outcomes" in one]
    return read_outcomes("provenance.json", given[0] if given else None)


def publish(folder: Path, source: Source, summaries: Mapping[str, Summary]) -> Published:
    """Write tables, figures and the page into an existing folder, whose videos and replays the page shows."""
    summary = next(iter(summaries.values()))
    text = render(summary)
    write_text(folder / "table.txt", text)
    write_text(folder / "table.md", markdown(summary))
    write_text(folder / "summary.json", json.dumps(to_plain(dict(summaries)), indent=2) + "\n")
    with Progress("figures and page"):
        drawn = draw_all(summary, main_records(source.table), folder / "figures")
        section = find_section(source.files, folder)
        page = write_page(folder, summaries, drawn, source.provenance, section)
    return Published(page, text)
