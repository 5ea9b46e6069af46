"""Maps of the cost difference of two policies over pairs of properties of the instances."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, SymLogNorm, rgb_to_hsv, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.presentation.figures.style import LINEAR_USD, colours_of, label_usd_bar
from experiments.presentation.summaries.summary import Summary
from experiments.records import table as records

Array = NDArray[np.float64]

LEAST_INSTANCES: Final = 5
"""A cell with fewer instances is left empty: its mean would be noise."""

SURE_SE: Final = 2.0
"""A mean further from zero than this many standard errors is printed in bold."""

LARGEST_USD: Final = 30_000.0
"""The colours are linear up to ``LINEAR_USD`` and saturated from this on."""

DARK_USD: Final = 500.0
"""Cells beyond this are so dark that their text is white."""


SAME_HUE: Final = "#333333"
"""Colour of the cells in which a policy is cheaper than another one of the same hue."""


class Axis(NamedTuple):
    """One property and the edges of its bins [A: round numbers that split the suites into comparable parts]."""

    column: str
    title: str
    edges: tuple[float, ...]  # values outside fall into the first or the last bin


MASS: Final = Axis(
    "mass_kg", "mass of the heaviest object, kg", (0.0, 0.1, 0.5, 2.0, 8.0, 30.0, math.inf)
)
HEIGHT: Final = Axis(
    "height_m", "height of the highest object, m", (0.0, 0.05, 0.1, 0.2, 0.4, math.inf)
)
SPEED: Final = Axis("speed_mps", "speed at the start, m/s", (0.0, 22.0, 26.0, 30.0, 34.0, math.inf))
RECOGNITION: Final = Axis(
    "recognition_m", "recognised from, m", (0.0, 40.0, 60.0, 80.0, 110.0, math.inf)
)
BEHIND: Final = Axis("gap_behind_m", "room behind, m", (0.0, 10.0, 20.0, 40.0, 80.0, math.inf))
BESIDE: Final = Axis("gap_beside_m", "room beside, m", (0.0, 1.0, 8.0, 20.0, 40.0, math.inf))

PAIRS: Final = ((MASS, HEIGHT), (SPEED, RECOGNITION), (BEHIND, BESIDE))
"""The pairs of properties, one map each."""


class Cells(NamedTuple):
    """A map: rows by the second axis, columns by the first."""

    mean_usd: Array  # nan where there are too few
    error_usd: Array  # standard error
    num: NDArray[np.int64]


def find_cells(x: Array, y: Array, difference: Array, across: Axis, along: Axis) -> Cells:
    """Mean difference by cell, ``(len(along.edges) - 1, len(across.edges) - 1)``.

    Parameters
    ----------
    x, y
        ``(n,)`` properties.
    difference
        ``(n,)`` US$ that the policy costs more than the reference.
    across, along
        Axes of ``x`` and of ``y``.
    """
    shape = (len(along.edges) - 1, len(across.edges) - 1)
    column = np.clip(np.searchsorted(across.edges, x, side="right") - 1, 0, shape[1] - 1)
    row = np.clip(np.searchsorted(along.edges, y, side="right") - 1, 0, shape[0] - 1)
    mean, error = np.full(shape, np.nan), np.full(shape, np.nan)
    count = np.zeros(shape, np.int64)
    np.add.at(count, (row, column), 1)
    for r, c in np.argwhere(count >= LEAST_INSTANCES).tolist():
        inside = difference[(row == r) & (column == c)]
        mean[r, c] = inside.mean()
        error[r, c] = inside.std(ddof=1) / math.sqrt(len(inside))
    return Cells(mean, error, count)


def _contestants(summary: Summary) -> list[str]:
    """Policies to compare with the reference, cheapest first, without privileged ones."""
    privileged = {row.policy for row in summary.rows if row.is_privileged}
    return [item.policy for item in summary.comparisons if item.policy not in privileged]


def draw_maps(summary: Summary, table: pa.Table) -> Figure | None:
    """Draw the cost difference of the cheapest competitor to the reference, one map per pair of properties.

    ``None`` without two policies, or if the records lack a property.
    """
    contestants = _contestants(summary)
    columns = [axis.column for pair in PAIRS for axis in pair]
    if not contestants or not set(columns) <= set(table.column_names):
        return None
    policy, reference = contestants[0], summary.comparisons[0].reference
    names = ", ".join(f"any_value({column}) as {column}" for column in columns)
    rows = records.query(
        table,
        f"select {names}, avg(cost_usd) filter (policy = ?) - avg(cost_usd) filter (policy = ?) as usd "  # noqa: S608 (own names)
        "from records where policy in (?, ?) group by stratum, family, seed order by stratum, family, seed",
        policy, reference, policy, reference,
    )  # fmt: skip
    values = {key: np.array([row[key] for row in rows], np.float64) for key in rows[0]}
    figure = Figure(figsize=(11.0, 4.1), layout="constrained")
    panels = figure.subplots(1, len(PAIRS))
    norm = SymLogNorm(LINEAR_USD, vmin=-LARGEST_USD, vmax=LARGEST_USD, base=10)
    colours = _shade(summary, policy, reference)
    shades = ScalarMappable(norm, colours)
    for axes, (across, along) in zip(panels, PAIRS, strict=True):
        cells = find_cells(
            values[across.column], values[along.column], values["usd"], across, along
        )
        axes.pcolormesh(cells.mean_usd, cmap=colours, norm=norm, edgecolors="#ffffff")
        _label(axes, across, along)
        _write(axes, cells)
    bar = figure.colorbar(shades, ax=list(panels), shrink=0.8, pad=0.01)
    label_usd_bar(bar, f"US$ that {policy} costs\nmore than {reference}")
    return figure


def _shade(summary: Summary, policy: str, reference: str) -> Colormap:
    """From the colour of a policy, where it is cheaper, over white to that of the reference."""
    colours = colours_of(summary.rows)
    first, last = colours[policy], colours[reference]
    hues = [round(float(rgb_to_hsv(to_rgb(colour))[0]), 2) for colour in (first, last)]
    ends = [SAME_HUE if hues[0] == hues[1] else first, "#ffffff", last]
    return LinearSegmentedColormap.from_list("cheaper", ends)


def _label(axes: Axes, across: Axis, along: Axis) -> None:
    """Write the edges of the bins on both axes."""
    for axis, setter in ((across, axes.set_xticks), (along, axes.set_yticks)):
        edges = [f"{edge:g}" if math.isfinite(edge) else "more" for edge in axis.edges]
        setter(range(len(edges)), edges, fontsize=7)
    axes.set_xlabel(across.title, fontsize=8)
    axes.set_ylabel(along.title, fontsize=8)
    axes.grid(visible=False)


def _write(axes: Axes, cells: Cells) -> None:
    """Write mean and number of instances into every cell, in bold where the mean is far from zero."""
    for (r, c), count in np.ndenumerate(cells.num):
        if count < LEAST_INSTANCES:
            continue
        mean, error = float(cells.mean_usd[r, c]), float(cells.error_usd[r, c])
        short = f"{mean / 1000:+.1f}k" if abs(mean) >= 1000.0 else f"{mean:+.0f}"
        axes.text(
            c + 0.5, r + 0.5, f"{short}\nn={count}", ha="center", va="center", fontsize=6,
            color="#ffffff" if abs(mean) > DARK_USD else "#1d2125",
            fontweight="bold" if abs(mean) > SURE_SE * error else "normal",
        )  # fmt: skip
