"""Writes ``index.html``: one page that opens from disk, without server or network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.presentation.figures.figures import FIRST, NARROW, Drawn
from experiments.presentation.page.audit_section import Section
from experiments.presentation.page.cards import make_cards
from experiments.presentation.page.films import find_films
from experiments.presentation.page.shell import inline_figure, make_environment, shell
from experiments.presentation.summaries.kinds import KINDS
from experiments.presentation.summaries.summary import ALL, Summary
from experiments.presentation.text.tables import PRICE_COLUMNS
from experiments.records.prices import CORE_HOUR_USD
from experiments.store.atomic import write_text


class _Figure(NamedTuple):
    """A picture within the page."""

    source: str
    caption: str
    narrow: str | None = None  # the same for narrow screens


def write_page(
    folder: Path,
    summaries: Mapping[str, Summary],
    drawn: Sequence[Drawn],
    provenance: Mapping[str, Any],
    audit: Section | None = None,
) -> Path:
    """Write ``index.html`` of a comparison.

    Parameters
    ----------
    folder
        Folder of the run; figures are in ``figures/``, films in ``videos/`` and replays in ``replays/``.
    summaries
        Summaries by cost setting, that of the tables first.
    drawn
        Figures in order.
    provenance
        Shown at the end.
    audit
        Result of the audit of a contestant's world model.
    """
    summary = next(iter(summaries.values()))
    config = _read_config(provenance)
    first, *others = _inline(folder, drawn)
    kinds = {row.policy: row.kind for row in summary.rows}
    text = (
        make_environment()
        .get_template("page/index.html.j2")
        .render(
            summary=summary,
            rows=summary.ranked,
            groups=[ALL, *summary.strata],
            all=ALL,
            settings={
                name: {row.policy: row.cost[ALL] for row in one.rows}
                for name, one in summaries.items()
            },
            price_columns=PRICE_COLUMNS,
            core_hour_usd=CORE_HOUR_USD,
            first=first,
            drawn=others,
            films=find_films(summary, folder, config),
            cards=make_cards(summary, folder, config),
            kinds=kinds,
            important=summary.important,
            advice=_find_advice(summary),
            legend_kinds=[kind for kind in KINDS if kind in kinds.values()],
            provenance=provenance,
            details=json.dumps(provenance, indent=2),
            audit=audit,
            **shell(),
        )
    )
    path = folder / "index.html"
    write_text(path, text)
    return path


def _find_advice(summary: Summary) -> str:
    """What would settle the first comparison, as a sentence without its full stop; empty if nothing is to be said."""
    for item in summary.comparisons[:1]:
        words = item.verdict.text.removeprefix(item.verdict.sentence).lstrip("; ")
        return f"{words[:1].upper()}{words[1:]}"
    return ""


def _inline(folder: Path, drawn: Sequence[Drawn]) -> list[_Figure]:
    """The figures with their files in them; the one for narrow screens belongs to the first."""
    return [
        _Figure(
            inline_figure(folder, one.name),
            one.caption,
            inline_figure(folder, NARROW) if one.name == FIRST else None,
        )
        for one in drawn
        if one.name != NARROW
    ]


def _read_config(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    """The configuration of the comparison, or of the first of several."""
    config: Mapping[str, Any] = provenance.get("runs", [provenance])[0].get("config", {})
    return config
