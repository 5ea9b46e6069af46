"""The figures of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from envs.specification import component
from experiments.presentation.figures import curves, headline, maps
from experiments.presentation.figures.style import colours_of, save, scale_usd, styled
from experiments.presentation.summaries.summary import ALL, PolicyRow, Summary
from experiments.stats.interval import Interval
from experiments.store.atomic import make_folder

SHOWN_COMPONENTS: Final = 8
"""Components with a column of their own; the others are summed."""

DARK_SHARE: Final = 0.5
"""Cells with a larger share are so dark that their text is white."""

CURVE_POINTS: Final = 400
"""Steps of one curve of the distribution: more would not be seen, and fill the page."""

FIRST, NARROW = "headline", "headline_narrow"
"""The figure that a page shows first, for wide and for narrow screens."""

Draw = Callable[[Summary, pa.Table], Figure | None]
"""Draws one figure from a summary and its records; ``None`` if they lack what it shows."""


class Drawn(NamedTuple):
    """A figure on disk."""

    name: str
    caption: str


def draw_all(summary: Summary, table: pa.Table, folder: Path) -> list[Drawn]:
    """Draw every figure that summary and records allow as PNG and SVG, in the order of the page.

    Parameters
    ----------
    summary
        Summary of the records.
    table
        The records.
    folder
        Created if it does not exist.
    """
    make_folder(folder)
    drawn = []
    with styled():
        for name, draw, caption in _KINDS:
            figure = draw(summary, table)
            if figure is not None:
                save(figure, folder, name)
                drawn.append(Drawn(name, caption))
    return drawn


def _scale(axes: Axes) -> None:
    """Format the x axis in US$."""
    scale_usd(axes, "x")
    axes.tick_params(axis="x", labelsize=7, rotation=45)
    axes.grid(visible=False, axis="y")


def _rows(summary: Summary) -> list[PolicyRow]:
    """Table rows of all policies, cheapest last, so that it is at the top of a figure."""
    return sorted(summary.rows, key=lambda row: row.cost[ALL].value, reverse=True)


def draw_cost(summary: Summary, _: pa.Table) -> Figure:
    """Draw the mean cost of every policy, one panel per stratum."""
    lines = [(row.policy, row.cost) for row in _rows(summary)]
    return _draw_intervals(summary, lines, "US$ per episode")


def draw_differences(summary: Summary, _: pa.Table) -> Figure:
    """Draw the paired cost differences of every policy, one panel per stratum."""
    compared = list(reversed(summary.comparisons))
    lines = [
        (item.policy, {group: difference.mean for group, difference in item.difference.items()})
        for item in compared
    ]
    reference = compared[0].reference if compared else ""
    label = f"US$ per episode more than {reference}"
    return _draw_intervals(summary, lines, label, has_zero=True)


def _draw_intervals(
    summary: Summary,
    lines: Sequence[tuple[str, Mapping[str, Interval]]],
    label: str,
    *,
    has_zero: bool = False,
) -> Figure:
    """One line per policy, from bottom to top, with its interval; one panel per stratum, four in a row."""
    groups = list(summary.num_instances)
    num_rows = -(-len(groups) // 4)
    colours = colours_of(summary.rows)
    figure = Figure(figsize=(11.0, 1.0 + 0.26 * max(len(lines), 2 if has_zero else 0) * num_rows))
    panels = figure.subplots(num_rows, 4, sharey=True, squeeze=False).ravel()
    for axes, group in zip(panels, groups, strict=False):
        if has_zero:
            axes.axvline(0.0, color="#555555", linewidth=1.0)
        for k, (policy, intervals) in enumerate(lines):
            value, low, high = intervals[group]
            axes.plot([low, high], [k, k], color=colours[policy], linewidth=2.0, alpha=0.6)
            axes.plot(value, k, "o", color=colours[policy], markersize=4.5)
        axes.set_title(group if has_zero else f"{group} ({summary.num_instances[group]})")
        _scale(axes)
    for axes in panels[len(groups) :]:
        axes.set_visible(False)
    panels[0].set_yticks(range(len(lines)), [policy for policy, _ in lines])
    figure.supxlabel(label, fontsize=9)
    figure.tight_layout()
    return figure


def draw_components(summary: Summary, table: pa.Table) -> Figure:
    """Draw the shares of the cost components as a table of grey cells, the larger the darker."""
    rows = _rows(summary)
    policy = np.array(table["policy"].to_pylist())
    columns = [table[f"cost_{name}_usd"].to_numpy() for name in component.NAMES]
    means = np.array([[column[policy == row.policy].mean() for column in columns] for row in rows])
    shares = means / np.maximum(means.sum(axis=1, keepdims=True), 1e-9)
    order = np.argsort(-shares.sum(axis=0))[:SHOWN_COMPONENTS]
    shown = np.column_stack([shares[:, order], 1.0 - shares[:, order].sum(axis=1)])
    names = [*(component.NAMES[k].replace("_", " ") for k in order), "other"]
    figure = Figure(figsize=(9.0, 1.3 + 0.3 * len(rows)))
    axes = figure.subplots()
    axes.pcolormesh(shown, cmap="Greys", vmin=0.0, vmax=1.0, edgecolors="#ffffff")
    for (r, c), share in np.ndenumerate(shown):
        ink = "#ffffff" if share > DARK_SHARE else "#1d2125"
        axes.text(c + 0.5, r + 0.5, f"{share:.0%}", ha="center", va="center", fontsize=7, color=ink)
    axes.set_yticks(np.arange(len(rows)) + 0.5, [row.policy for row in rows])
    axes.set_xticks(np.arange(len(names)) + 0.5, names, rotation=20, ha="right", fontsize=8)
    axes.grid(visible=False)
    figure.tight_layout()
    return figure


def draw_distribution(summary: Summary, table: pa.Table) -> Figure:
    """Draw the empirical distribution of the cost: thick lines for the policies that matter, thin ones for the rest."""
    figure = Figure(figsize=(9.0, 4.0))
    axes = figure.subplots()
    colours = colours_of(summary.rows)
    named = [row.policy for row in summary.important]
    costs = _costs(table)
    rest = len(costs) - len(named)
    for name in [*(one for one in costs if one not in named), *named]:
        cost = costs[name]
        count = min(len(cost), CURVE_POINTS)
        ranks = np.round(np.linspace(1, len(cost), count)).astype(np.int64)
        is_named = name in named
        axes.step(
            np.sort(cost)[ranks - 1],
            ranks / len(cost),
            where="post",
            color=colours[name],
            label=name if is_named else "_",
            linewidth=2.0 if is_named else 0.7,
            alpha=1.0 if is_named else 0.6,
        )
    _scale(axes)
    axes.set_xlabel("US$ per episode, at most")
    axes.set_ylabel("share of episodes")
    axes.set_ylim(0.0, 1.005)
    title = f"thin: {rest} more" if rest else None
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, title=title)
    figure.tight_layout()
    return figure


def _costs(table: pa.Table) -> Mapping[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Costs of every policy, by name."""
    policy, cost = np.array(table["policy"].to_pylist()), table["cost_usd"].to_numpy()
    return {name: cost[policy == name] for name in dict.fromkeys(policy.tolist())}


_KINDS: Final[tuple[tuple[str, Draw, str], ...]] = (
    (
        FIRST,
        headline.draw_wide,
        "Mean cost of an episode with its interval, by stratum; logarithmic above US$ 10. Further left is better.",
    ),
    (
        NARROW,
        headline.draw_narrow,
        "The same for narrow screens.",
    ),
    (
        "cost",
        draw_cost,
        "Mean cost of an episode of every policy with its interval; logarithmic above US$ 10. Further left is better.",
    ),
    (
        "differences",
        draw_differences,
        "Difference to the reference on the same instances, with its interval; left of 0 the policy is cheaper. An "
        "interval that excludes 0 shows a significant difference.",
    ),
    (
        "components",
        draw_components,
        "Cost components as shares of the mean cost; every row sums to 100 %.",
    ),
    (
        "distribution",
        draw_distribution,
        "Share of episodes up to each cost. The mean depends mostly on the upper right corner.",
    ),
    (
        "maps",
        maps.draw_maps,
        "Cost difference of the cheapest competitor to the reference: cells have the colour of the one that costs less "
        "there. Bold: further from zero than two standard errors. Cells with fewer than five instances are empty.",
    ),
    (
        "experience",
        curves.draw_experience,
        "Mean cost against the simulator decisions used for learning or tuning, on a logarithmic axis.",
    ),
    ("computing", curves.draw_computing, "Mean cost against the CPU-hours of training."),
    (
        "learning",
        curves.draw_learning,
        "Mean cost of validation episodes, each capped at 50,000 US$, during training with the largest budget: "
        "one line per training seed. The best checkpoint is kept.",
    ),
    (
        "rules",
        curves.draw_rules,
        "Mean cost of the rules against their number; those least useful on train seeds are removed first.",
    ),
)
"""Name, function and caption of every figure, in the order of the page."""
