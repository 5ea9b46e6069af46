"""``index.html``: one page that opens from disk, without a server or a network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.atomic import write_text
from experiments.page.cards import REPLAYS, VIDEOS, find_address, make_cards
from experiments.page.figures import Drawn
from experiments.prices import CORE_HOUR_USD
from experiments.summary import ALL, Summary
from experiments.table_text import PRICE_COLUMNS, percent, points, price_cells, usd, with_interval

_HERE: Final = Path(__file__).parent

SCRIPTS: Final = ("vendor/sortable.min.js", "vendor/sortable.a11y.min.js", "theme.js")
"""What the page runs: tables that are sorted by a click or the Enter key, and light or dark."""


class _Figure(NamedTuple):
    """A picture within the page."""

    source: str
    caption: str


class _Video(NamedTuple):
    """A film beside the page."""

    source: str
    caption: str
    replay: str | None


def make_environment() -> Environment:
    """Templates that escape everything and know every name."""
    environment = Environment(
        loader=PackageLoader("experiments", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        usd=usd, interval=with_interval, percent=percent, points=points, price_cells=price_cells
    )
    return environment


def hash_source(script: str) -> str:
    """What a content security policy calls an inline script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def write_page(
    folder: Path,
    summaries: Mapping[str, Summary],
    drawn: Sequence[Drawn],
    provenance: Mapping[str, Any],
) -> Path:
    """Write the page of a comparison.

    Parameters
    ----------
    folder
        Of the run; figures are in ``figures/``, films in ``videos/`` and replays in ``replays/``.
    summaries
        By cost setting, that of the tables first.
    drawn
        Figures in order.
    provenance
        Shown at the end.

    Returns
    -------
    Path
        Of ``index.html``.
    """
    summary = next(iter(summaries.values()))
    scripts = [(_HERE / name).read_text(encoding="utf-8").strip() for name in SCRIPTS]
    text = (
        make_environment()
        .get_template("page/index.html.j2")
        .render(
            summary=summary,
            rows=sorted(summary.rows, key=lambda row: row.cost[ALL].value),
            groups=[ALL, *(name for name in summary.num_instances if name != ALL)],
            all=ALL,
            settings={
                name: {row.policy: row.cost[ALL] for row in one.rows}
                for name, one in summaries.items()
            },
            price_columns=PRICE_COLUMNS,
            core_hour_usd=CORE_HOUR_USD,
            drawn=[_Figure(_inline(folder, one.name), one.caption) for one in drawn],
            videos=_find_videos(folder),
            cards=make_cards(summary, folder),
            provenance=provenance,
            details=json.dumps(provenance, indent=2),
            style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704 (our own file)
            scripts=[Markup(script) for script in scripts],  # noqa: S704 (our own files)
            script_sources=Markup(" ".join(hash_source(script) for script in scripts)),  # noqa: S704
        )
    )
    path = folder / "index.html"
    write_text(path, text)
    return path


def _inline(folder: Path, name: str) -> str:
    """A figure as an address that holds it."""
    content = (folder / "figures" / f"{name}.svg").read_bytes()
    return "data:image/svg+xml;base64," + base64.b64encode(content).decode()


def _find_videos(folder: Path) -> list[_Video]:
    """The films that lie beside the page, by name, with what their descriptions say."""
    found = []
    for path in sorted((folder / VIDEOS).glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        source = find_address(folder, VIDEOS, path.stem, ".mp4")
        if source is None:
            continue
        costs = ", ".join(
            f"{one['policy']} {usd(one['cost_usd'])} US$" for one in about["policies"]
        )
        caption = f"{about['family'].replace('_', ' ')}, seed {about['seed']}: {costs}"
        found.append(_Video(source, caption, find_address(folder, REPLAYS, path.stem, ".html")))
    return found
