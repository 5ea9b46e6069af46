"""Writes ``index.html``: one page that opens from disk, without server or network."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.presentation.figures.figures import Drawn
from experiments.presentation.page.audit_section import Section
from experiments.presentation.page.cards import REPLAYS, VIDEOS, find_address, make_cards
from experiments.presentation.page.shell import inline_figure, make_environment, shell
from experiments.presentation.summaries.summary import ALL, Summary
from experiments.presentation.text.tables import PRICE_COLUMNS, usd
from experiments.records.prices import CORE_HOUR_USD
from experiments.store.atomic import write_text


class _Figure(NamedTuple):
    """A picture within the page."""

    source: str
    caption: str


class _Video(NamedTuple):
    """A film beside the page."""

    source: str
    caption: str
    replay: str | None


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
            drawn=[_Figure(inline_figure(folder, one.name), one.caption) for one in drawn],
            videos=_find_videos(folder),
            cards=make_cards(summary, folder, _read_config(provenance)),
            provenance=provenance,
            details=json.dumps(provenance, indent=2),
            audit=audit,
            **shell(),
        )
    )
    path = folder / "index.html"
    write_text(path, text)
    return path


def _read_config(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    """The configuration of the comparison, or of the first of several."""
    config: Mapping[str, Any] = provenance.get("runs", [provenance])[0].get("config", {})
    return config


def _find_videos(folder: Path) -> list[_Video]:
    """The films beside the page, by name, with captions from their descriptions."""
    videos = []
    for path in sorted((folder / VIDEOS).glob("*.json")):
        source = find_address(folder, VIDEOS, path.stem, ".mp4")
        if source is None:
            continue
        try:
            caption = _describe_video(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            sys.stderr.write(f"left out: {source}: {path} does not describe a video\n")
            continue
        videos.append(_Video(source, caption, find_address(folder, REPLAYS, path.stem, ".html")))
    return videos


def _describe_video(about: Mapping[str, Any]) -> str:
    """The caption of a film: its instance, and what it costs every policy."""
    costs = ", ".join(f"{one['policy']} {usd(one['cost_usd'])} US$" for one in about["policies"])
    return f"{about['family'].replace('_', ' ')}, seed {about['seed']}: {costs}"
