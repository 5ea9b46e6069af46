"""Reliability diagram: how often an event happens for each probability that the model predicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.presentation.figures.style import KIND_COLOURS
from experiments.presentation.summaries.kinds import MODEL

CAPTION = (
    "Share of dreams in which an event happens, against how often it does: on the dashed line the two agree. Bars are "
    "Wilson's 95 % intervals, numbers count moments; below, how many moments got which probability."
)


def draw_reliability(events: Mapping[str, Sequence[Mapping[str, Any]]]) -> Figure:
    """Draw one panel per event, with its counts below, from the audit's probe ``dynamics.calibration``."""
    figure = Figure(figsize=(9.0, 4.4))
    panels = figure.subplots(2, len(events), sharex=True, squeeze=False, height_ratios=(4, 1))
    colour = KIND_COLOURS[MODEL]
    for k, (name, rows) in enumerate(events.items()):
        _draw_shares(panels[0, k], rows, colour)
        panels[0, k].set_title(f"{name}, {sum(row['count'] for row in rows)} moments")
        _draw_counts(panels[1, k], rows, colour)
    panels[0, 0].set_ylabel("happened, share")
    panels[1, 0].set_ylabel("moments")
    figure.supxlabel("probability in the dream", fontsize=9)
    figure.tight_layout()
    return figure


def _draw_shares(axes: Axes, rows: Sequence[Mapping[str, Any]], colour: str) -> None:
    """Draw the observed frequencies with their intervals."""
    axes.plot([0, 1], [0, 1], "--", color="#777777", linewidth=1.0)
    for row in rows:
        x, share = row["predicted"], row["happened"] / row["count"]
        axes.plot(
            [x, x], [row["share_low"], row["share_high"]], color=colour, linewidth=2.0, alpha=0.6
        )
        axes.plot(x, share, "o", color=colour, markersize=5.0)
        # above the interval, or inside where there is no room
        inside = row["share_high"] > 0.94
        axes.annotate(
            str(row["count"]), (x, row["share_low"] if inside else row["share_high"]), ha="center",
            xytext=(0, -4 if inside else 3), textcoords="offset points", va="top" if inside else "bottom", fontsize=7,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)


def _draw_counts(axes: Axes, rows: Sequence[Mapping[str, Any]], colour: str) -> None:
    """Draw the number of moments in every bin, on a logarithmic axis."""
    for row in rows:
        width = row["high"] - row["low"]
        axes.bar(
            row["low"], row["count"], width=0.94 * width, align="edge", color=colour, alpha=0.6
        )
    axes.set_yscale("log")
    axes.set_ylim(0.7, None)
    axes.grid(visible=False, axis="x")
