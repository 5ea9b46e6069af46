"""Cost against what was spent to learn: one point per policy with a budget."""

from __future__ import annotations

import pyarrow as pa
from matplotlib.figure import Figure

from experiments.page.style import colours_of
from experiments.summary import ALL, Row, Summary


def _learned(summary: Summary) -> list[Row]:
    """Policies that were learned or tuned, by experience."""
    rows = [row for row in summary.rows if row.price.environment_steps]
    return sorted(rows, key=lambda row: (row.price.environment_steps or 0, row.policy))


def can_draw(summary: Summary, _: pa.Table) -> bool:
    """Whether any policy was learned or tuned."""
    return bool(_learned(summary))


def draw_experience(summary: Summary, _: pa.Table) -> Figure:
    """Mean cost with its interval against the decisions that training or tuning took; the floor as a line."""
    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    axes = figure.subplots()
    colours = colours_of([row.policy for row in summary.rows])
    for row in _learned(summary):
        value, low, high = row.cost[ALL]
        steps, colour = row.price.environment_steps or 0, colours[row.policy]
        axes.plot([steps, steps], [low, high], color=colour, linewidth=2.0, alpha=0.6)
        axes.plot(steps, value, "o", color=colour, markersize=5)
        axes.annotate(
            row.policy, (steps, value), xytext=(7, 3), textcoords="offset points", fontsize=8
        )
    for row in summary.rows:
        if row.policy == summary.floor or row.is_privileged:
            axes.axhline(row.cost[ALL].value, color="#999999", linewidth=1.0, linestyle="--")
            axes.annotate(
                row.policy, (1.0, row.cost[ALL].value), xycoords=("axes fraction", "data"),
                xytext=(-4, 3), textcoords="offset points", ha="right", fontsize=7, color="#666666",
            )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("decisions in the simulator that training or tuning took")
    axes.set_ylabel("US$ per episode")
    axes.margins(x=0.25)
    return figure
