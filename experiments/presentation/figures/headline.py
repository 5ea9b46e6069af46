"""The first figure of a page: cost by stratum of the policies that matter most."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.presentation.figures.style import colours_of, markers_of, scale_usd
from experiments.presentation.summaries.summary import ALL, PolicyRow, Summary
from experiments.presentation.text.tables import usd

WIDE_IN, NARROW_IN = 10.0, 3.7
"""Widths in inches, for a page and for a telephone."""

_LINE_IN, _GAP, _ENDS_IN = 0.115, 1.6, 0.95
"""Height of one policy in a stratum, the gap between strata in such lines, and the space for legend and axis."""


def draw_wide(summary: Summary, _: pa.Table) -> Figure:
    """Draw the figure for a page."""
    return _draw(summary, WIDE_IN)


def draw_narrow(summary: Summary, _: pa.Table) -> Figure:
    """Draw the figure for a telephone."""
    return _draw(summary, NARROW_IN)


def _draw(summary: Summary, width_in: float) -> Figure:
    """Draw one line per policy and stratum, all strata together first."""
    rows, groups = summary.important, [ALL, *summary.strata]
    step = len(rows) + _GAP
    is_narrow = width_in < WIDE_IN
    legend_rows = -(-len(rows) // 2) if is_narrow else 1
    height = _ENDS_IN + 0.17 * legend_rows + _LINE_IN * step * len(groups)
    figure = Figure(figsize=(width_in, height), layout="constrained")
    axes = figure.subplots()
    tops = step * np.arange(len(groups))
    for k in range(0, len(groups), 2):
        axes.axhspan(
            tops[k] - 0.5 - _GAP / 2, tops[k] + step - 0.5 - _GAP / 2, color="#f3f4f6", lw=0
        )
    for k, group in enumerate(groups):
        _draw_group(axes, rows, group, float(tops[k]))
    names = [f"{group.replace('_', ' ')}\n({summary.num_instances[group]})" for group in groups]
    axes.set_yticks(tops + 0.5 * (len(rows) - 1), names, fontsize=8)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.set_ylim(tops[-1] + step - 0.5 - _GAP / 2, -0.5 - _GAP / 2)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    scale_usd(axes, "x")
    axes.set_xlim(left=0.0)
    axes.set_xlabel("US$ per episode")
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside upper left", fontsize=8, handletextpad=0.1,
        ncols=2 if is_narrow else len(rows),
    )  # fmt: skip
    return figure


def _draw_group(axes: Axes, rows: list[PolicyRow], group: str, top: float) -> None:
    """Draw the policies in one stratum, with numbers where all strata are together."""
    colours, markers = colours_of(rows), markers_of(rows)
    for n, row in enumerate(rows):
        value, low, high = row.cost[group]
        colour, y = colours[row.policy], top + n
        axes.plot([max(low, 0.0), high], [y, y], color=colour, linewidth=2.2, alpha=0.55)
        axes.plot(
            value, y, markers[row.policy], color=colour, markersize=5.0, linestyle="none", clip_on=False,
            label=row.policy if group == ALL else "_",
        )  # fmt: skip
        if group == ALL:
            axes.annotate(
                usd(value), (high, y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=7.5,
                color="#333333",
            )  # fmt: skip
