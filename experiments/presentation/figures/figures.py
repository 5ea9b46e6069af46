"""The figures of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from envs.specification import component
from experiments.presentation.figures import curves, maps
from experiments.presentation.figures.style import COLOURS, colours_of, dollars, save, styled
from experiments.presentation.summary import ALL, Row, Summary
from experiments.store.atomic import make_folder

LINEAR_USD: Final = 10.0
"""Below this axes are linear, above logarithmic: costs go from nothing to millions."""

SHOWN_COMPONENTS: Final = 8
"""Components with a colour of their own; the others are summed."""


CURVE_POINTS: Final = 400
"""Steps of one curve of the distribution: more would not be seen, and fill the page."""

_MAPS: Final = (
    "Who wins where: in purple cells the cheapest contestant costs less than the reference, in orange ones it costs "
    "more. Bold: further from zero than two standard errors. Cells with fewer than five instances are empty."
)

_EXPERIENCE: Final = (
    "Mean cost against the decisions that learning or tuning took in the simulator, on logarithms."
)

_LEARNING: Final = (
    "Mean cost of validation episodes, each capped at 50,000 US$, as learners went through their largest budget: one "
    "line per training seed. The best checkpoint is kept."
)

_COMPUTING: Final = "The same against the CPU-hours that learning took."

_RULES: Final = "Mean cost of the rules against their number; the least useful on train seeds are left out first."


class Drawn(NamedTuple):
    """A figure on disk."""

    name: str
    caption: str


def draw_all(summary: Summary, table: pa.Table, folder: Path) -> list[Drawn]:
    """Draw every figure as PNG and SVG.

    Parameters
    ----------
    summary
        Of the records.
    table
        The records.
    folder
        Made if need be.

    Returns
    -------
    list of Drawn
        In the order of the page.
    """
    make_folder(folder)
    drawn = []
    kinds: list[tuple[str, Callable[[Summary, pa.Table], Figure], str]] = [
        (
            "cost",
            draw_cost,
            "Mean cost of an episode with its interval; logarithmic above US$ 10. Further left is better.",
        ),
        (
            "differences",
            draw_differences,
            "Difference to the reference on the same instances, with its interval; left of 0 the policy is cheaper. An "
            "interval that does not touch 0 is a difference.",
        ),
        (
            "components",
            draw_components,
            "What the mean cost consists of, as shares of the whole.",
        ),
        (
            "distribution",
            draw_distribution,
            "Share of episodes that cost at most so much. Means are made in the upper right corner.",
        ),
    ]
    if maps.can_draw(summary, table):
        kinds.append(("maps", maps.draw_maps, _MAPS))
    if curves.can_draw(summary, table):
        kinds.append(("experience", curves.draw_experience, _EXPERIENCE))
        kinds.append(("computing", curves.draw_computing, _COMPUTING))
    if curves.can_draw_learning(summary, table):
        kinds.append(("learning", curves.draw_learning, _LEARNING))
    if curves.can_draw_rules(summary, table):
        kinds.append(("rules", curves.draw_rules, _RULES))
    with styled():
        for name, draw, caption in kinds:
            figure = draw(summary, table)
            save(figure, folder, name)
            drawn.append(Drawn(name, caption))
    return drawn


def _scale(axes: Axes) -> None:
    """US$ on the x axis, linear around 0."""
    axes.set_xscale("symlog", linthresh=LINEAR_USD, linscale=0.5)
    axes.xaxis.set_major_formatter(FuncFormatter(dollars))
    axes.tick_params(axis="x", labelsize=7, rotation=45)
    axes.grid(visible=False, axis="y")


def _rows(summary: Summary) -> list[Row]:
    """Cheapest at the top."""
    return sorted(summary.rows, key=lambda row: row.cost[ALL].value, reverse=True)


def draw_cost(summary: Summary, _: pa.Table) -> Figure:
    """Means by policy, one panel per stratum."""
    groups, rows = list(summary.num_instances), _rows(summary)
    colours = colours_of([row.policy for row in summary.rows])
    figure = Figure(figsize=(11.0, 1.0 + 0.26 * len(rows) * _lines(groups)))
    panels = figure.subplots(_lines(groups), 4, sharey=True, squeeze=False).ravel()
    for axes, group in zip(panels, groups, strict=False):
        for k, row in enumerate(rows):
            value, low, high = row.cost[group]
            axes.plot([low, high], [k, k], color=colours[row.policy], linewidth=2.0, alpha=0.6)
            axes.plot(value, k, "o", color=colours[row.policy], markersize=4.5)
        axes.set_title(f"{group} ({summary.num_instances[group]})")
        _scale(axes)
    for axes in panels[len(groups) :]:
        axes.set_visible(False)
    panels[0].set_yticks(range(len(rows)), [row.policy for row in rows])
    figure.supxlabel("US$ per episode", fontsize=9)
    figure.tight_layout()
    return figure


def _lines(groups: list[str]) -> int:
    """Rows of panels, four to a row."""
    return -(-len(groups) // 4)


def draw_differences(summary: Summary, _: pa.Table) -> Figure:
    """Paired differences, all strata together and each."""
    groups = list(summary.num_instances)
    compared = list(reversed(summary.comparisons))
    figure = Figure(figsize=(11.0, 1.0 + 0.26 * max(len(compared), 2) * _lines(groups)))
    panels = figure.subplots(_lines(groups), 4, sharey=True, squeeze=False).ravel()
    colours = colours_of([row.policy for row in summary.rows])
    for axes, group in zip(panels, groups, strict=False):
        axes.axvline(0.0, color="#555555", linewidth=1.0)
        for k, item in enumerate(compared):
            value, low, high = item.difference[group].mean
            axes.plot([low, high], [k, k], color=colours[item.policy], linewidth=2.0, alpha=0.6)
            axes.plot(value, k, "o", color=colours[item.policy], markersize=4.5)
        axes.set_title(group)
        _scale(axes)
    for axes in panels[len(groups) :]:
        axes.set_visible(False)
    panels[0].set_yticks(range(len(compared)), [item.policy for item in compared])
    reference = compared[0].reference if compared else ""
    figure.supxlabel(f"US$ per episode more than {reference}", fontsize=9)
    figure.tight_layout()
    return figure


def draw_components(summary: Summary, table: pa.Table) -> Figure:
    """Shares of the cost components."""
    rows = _rows(summary)
    policy = np.array(table["policy"].to_pylist())
    means = {
        row.policy: np.array(
            [
                table[f"cost_{name}_usd"].to_numpy()[policy == row.policy].mean()
                for name in component.NAMES
            ]
        )
        for row in rows
    }
    shares = {name: values / max(values.sum(), 1e-9) for name, values in means.items()}
    order = np.argsort(-np.sum(list(shares.values()), axis=0))
    figure = Figure(figsize=(9.0, 1.3 + 0.3 * len(rows)))
    axes = figure.subplots()
    left = np.zeros(len(rows))
    for k, index in enumerate(order[:SHOWN_COMPONENTS]):
        width = np.array([shares[row.policy][index] for row in rows])
        label = component.NAMES[index].replace("_", " ")
        axes.barh(range(len(rows)), width, left=left, color=COLOURS[k], label=label, height=0.7)
        left += width
    axes.barh(range(len(rows)), 1.0 - left, left=left, color="#dddddd", label="other", height=0.7)
    axes.set_yticks(range(len(rows)), [row.policy for row in rows])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    axes.set_xlim(0.0, 1.0)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    figure.tight_layout()
    return figure


def draw_distribution(summary: Summary, table: pa.Table) -> Figure:
    """Empirical distribution of the cost."""
    figure = Figure(figsize=(9.0, 4.0))
    axes = figure.subplots()
    colours = colours_of([row.policy for row in summary.rows])
    for name, cost in _costs(table).items():
        count = min(len(cost), CURVE_POINTS)
        ranks = np.round(np.linspace(1, len(cost), count)).astype(np.int64)
        axes.step(
            np.sort(cost)[ranks - 1],
            ranks / len(cost),
            where="post",
            color=colours[name],
            label=name,
            linewidth=1.6,
        )
    _scale(axes)
    axes.set_xlabel("US$ per episode, at most")
    axes.set_ylabel("share of episodes")
    axes.set_ylim(0.0, 1.005)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    figure.tight_layout()
    return figure


def _costs(table: pa.Table) -> Mapping[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Costs by policy."""
    policy, cost = np.array(table["policy"].to_pylist()), table["cost_usd"].to_numpy()
    return {name: cost[policy == name] for name in dict.fromkeys(policy.tolist())}
