"""``index.html``: one page that opens from disk, without a server, a network or a script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from experiments.atomic import write_text
from experiments.page.figures import Drawn
from experiments.prices import CORE_HOUR_USD
from experiments.summary import ALL, Summary
from experiments.table_text import PRICE_COLUMNS, percent, points, price_cells, usd, with_interval


def write_page(
    folder: Path,
    summary: Summary,
    drawn: Sequence[Drawn],
    provenance: Mapping[str, Any],
    videos: Sequence[Path] = (),
) -> Path:
    """Write the page of a comparison.

    Parameters
    ----------
    folder
        Of the run; figures are in ``figures/``.
    summary
        Of the records.
    drawn
        Figures in order.
    provenance
        Shown at the end.
    videos
        Files below the folder.

    Returns
    -------
    Path
        Of ``index.html``.
    """
    environment = Environment(
        loader=PackageLoader("experiments.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        usd=usd, interval=with_interval, percent=percent, points=points, price_cells=price_cells
    )
    rows = sorted(summary.rows, key=lambda row: row.cost[ALL].value)
    text = environment.get_template("index.html.j2").render(
        summary=summary,
        rows=rows,
        groups=[ALL, *(name for name in summary.num_instances if name != ALL)],
        all=ALL,
        price_columns=PRICE_COLUMNS,
        core_hour_usd=CORE_HOUR_USD,
        drawn=drawn,
        videos=[path.relative_to(folder).as_posix() for path in videos],
        provenance=provenance,
        details=json.dumps(provenance, indent=2),
        others=[row.policy for row in rows if row.policy != (summary.floor or "")],
    )
    path = folder / "index.html"
    write_text(path, text)
    return path
