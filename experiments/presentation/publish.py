"""From records to tables, summary, figures and the page, in one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from envs.errors import not_allowed
from experiments.evaluation.entrants import Entrant
from experiments.presentation.commands import USUAL_COST
from experiments.presentation.figures.figures import draw_all
from experiments.presentation.page.audit_section import find_section
from experiments.presentation.page.index import write_page
from experiments.presentation.summary import Summary, summarise
from experiments.presentation.tables import markdown, render, to_plain
from experiments.store.atomic import write_text
from experiments.store.progress import Progress

USUAL_REFERENCE: Final = "rule_tuned"
"""The default reference, if it is among the policies."""


class Source(NamedTuple):
    """Records with their provenance."""

    table: pa.Table  # records of one suite and split, of one cost setting or several
    entrants: Mapping[str, Entrant]
    strata: Sequence[str]
    provenance: Mapping[str, Any]


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
    """The records of the cost setting that tables and figures show."""
    settings = sorted(set(table["cost_setting"].to_pylist()))
    return records_of(table, USUAL_COST if USUAL_COST in settings else settings[0])


def records_of(table: pa.Table, setting: str) -> pa.Table:
    """The records of one cost setting."""
    return table.filter(pc.equal(table["cost_setting"], setting))


def summarise_source(
    source: Source, reference: str | None, level: float, num_resamples: int
) -> dict[str, Summary]:
    """Summaries by cost setting, that of the tables first; see ``choose_reference`` and ``summarise``."""
    first = main_records(source.table)
    main = str(first["cost_setting"][0])
    others = sorted(set(source.table["cost_setting"].to_pylist()) - {main})
    with Progress("statistics"):
        return {
            setting: summarise(
                records_of(source.table, setting),
                source.entrants,
                strata=source.strata,
                reference=choose_reference(reference, list(source.entrants)),
                level=level,
                num_resamples=num_resamples,
            )
            for setting in (main, *others)
        }


def publish(folder: Path, source: Source, summaries: Mapping[str, Summary]) -> Published:
    """Write tables, figures and the page into an existing folder, whose videos and replays the page shows."""
    summary = next(iter(summaries.values()))
    text = render(summary)
    write_text(folder / "table.txt", text)
    write_text(folder / "table.md", markdown(summary))
    write_text(folder / "summary.json", json.dumps(to_plain(dict(summaries)), indent=2) + "\n")
    with Progress("figures and page"):
        drawn = draw_all(summary, main_records(source.table), folder / "figures")
        section = find_section(_read_files(source), folder)
        page = write_page(folder, summaries, drawn, source.provenance, section)
    return Published(page, text)


def _read_files(source: Source) -> dict[str, str | None]:
    """Texts of the policies' files by policy, from the provenance; ``None`` if it does not have one."""
    texts: dict[str, str] = {}
    for about in source.provenance.get("runs", [source.provenance]):
        texts = about.get("files", {}) | texts
    return {name: texts.get(one.file or name) for name, one in source.entrants.items()}
