"""The table and the map of a sensitivity study."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure

from experiments.presentation.figures.style import label_usd_bar, save, styled
from experiments.presentation.text.columns import markdown_table
from experiments.store.atomic import write_text
from experiments.studies.sensitivity.study import Row

LARGEST_USD: Final = 10_000.0
LINEAR_USD: Final = 50.0


def render(rows: Sequence[Row], reference: str) -> str:
    """Format a Markdown table: one setting per line, with means, differences and intervals.

    Parameters
    ----------
    rows
        Of ``experiments.studies.sensitivity.study.run``.
    reference
        The policy that the others are compared with.

    Returns
    -------
    str
        Bold: the cheapest.
    """
    names = list(rows[0].mean_usd)
    lines = []
    for row in rows:
        cells = [row.setting.title]
        for name in names:
            mean = f"{row.mean_usd[name]:,.0f}"
            text = f"**{mean}**" if name == row.cheapest else mean
            if name != reference:
                d = row.difference_usd[name]
                text += f" ({d.value:+,.0f} [{d.low:+,.0f}, {d.high:+,.0f}])"
            cells.append(text)
        lines.append(cells)
    return "\n".join(markdown_table(["setting", *(f"`{name}`" for name in names)], lines)) + "\n"


def draw(rows: Sequence[Row], reference: str) -> Figure:
    """Draw a map of settings by policies, coloured by the cost difference to the reference."""
    names = [name for name in rows[0].mean_usd if name != reference]
    values = np.array([[row.difference_usd[name].value for name in names] for row in rows])
    figure = Figure(figsize=(2.6 + 1.7 * len(names), 1.2 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots()
    norm = SymLogNorm(LINEAR_USD, vmin=-LARGEST_USD, vmax=LARGEST_USD, base=10)
    axes.pcolormesh(values, cmap="PuOr_r", norm=norm, edgecolors="#ffffff", alpha=0.8)
    for r, row in enumerate(rows):
        for c, name in enumerate(names):
            found = row.difference_usd[name]
            is_sure = found.low > 0.0 or found.high < 0.0
            axes.text(
                c + 0.5, r + 0.5, f"{found.value:+,.0f}", ha="center", va="center", fontsize=8,
                fontweight="bold" if is_sure else "normal",
            )  # fmt: skip
    axes.set_xticks(np.arange(len(names)) + 0.5, names, rotation=20, ha="right", fontsize=8)
    axes.set_yticks(np.arange(len(rows)) + 0.5, [row.setting.title for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.grid(visible=False)
    shades = ScalarMappable(norm, "PuOr_r")
    label_usd_bar(figure.colorbar(shades, ax=axes, shrink=0.9), f"US$ more than {reference}")
    return figure


def publish(rows: Sequence[Row], reference: str, folder: Path, about: dict[str, Any]) -> str:
    """Write the table, the numbers and the map.

    Returns
    -------
    str
        The table.
    """
    text = render(rows, reference)
    write_text(folder / "sensitivity.md", text)
    numbers = [
        {
            "setting": row.setting._asdict(),
            "mean_usd": row.mean_usd,
            "difference_usd": {k: list(v) for k, v in row.difference_usd.items()},
        }
        for row in rows
    ]
    values = about | {"reference": reference, "rows": numbers}
    write_text(folder / "sensitivity.json", json.dumps(values, indent=1) + "\n")
    with styled():
        save(draw(rows, reference), folder, "sensitivity")
    return text
