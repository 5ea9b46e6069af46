"""The counterfactual figure: costs of the manoeuvres above, the right manoeuvre and the policies' below."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from experiments.presentation.figures.style import COLOURS, dollars
from experiments.studies.counterfactual.executions import MANOEUVRES
from experiments.studies.counterfactual.study import Flip, Study

MARKERS: Final = ("o", "s", "^", "D")
"""Marker of every manoeuvre, for readers who do not see colours."""

INKS: Final = ("white", "black", "black", "black")
"""Colour of text on the colour of every manoeuvre."""

LEAST_USD: Final = 1.0
"""Costs below this are drawn as this: the axis is logarithmic."""

FULL_IN: Final = 9.0
NARROW_IN: Final = 4.3
"""Widths in inches, for a page and for a telephone."""

_LEFT_IN, _RIGHT_IN = 1.35, 0.15
_TOP_IN, _UPPER_IN, _GAP_IN, _ROW_IN, _BOTTOM_IN = 0.55, 2.7, 0.16, 0.27, 0.55


class Drawn(NamedTuple):
    """A figure, and the position of its axis, for lines drawn on top of it."""

    figure: Figure
    left: float  # share of the width
    right: float
    top: float  # of the height, from above
    bottom: float


def draw(study: Study, title: str, width_in: float = FULL_IN) -> Drawn:
    """Draw a study from its first value to its last, inside ``experiments.presentation.figures.style.styled``."""
    strip_in = _ROW_IN * len(study.choices)
    height = _TOP_IN + _UPPER_IN + _GAP_IN + strip_in + _BOTTOM_IN
    figure = Figure(figsize=(width_in, height))
    left, right = _LEFT_IN / width_in, 1.0 - _RIGHT_IN / width_in
    upper = figure.add_axes(
        (left, 1.0 - (_TOP_IN + _UPPER_IN) / height, right - left, _UPPER_IN / height)
    )
    lower = figure.add_axes((left, _BOTTOM_IN / height, right - left, strip_in / height))
    for axes in (upper, lower):
        axes.set_xscale("log" if study.changed.is_log else "linear")
        axes.set_xlim(float(study.values[0]), float(study.values[-1]))
        axes.xaxis.set_minor_formatter(NullFormatter())
    _draw_costs(upper, study)
    _draw_decisions(lower, study)
    for flip in study.flips():
        upper.axvline(_place(study, flip), color="#333333", linewidth=1.0, linestyle=":")
    figure.text(0.01, 1.0 - 0.06 / height, title, va="top", fontsize=9, fontweight="bold")
    # the legend begins at the left edge: a narrow figure has no more room
    figure.legend(
        *upper.get_legend_handles_labels(), loc="lower left", ncol=4, fontsize=8, handlelength=1.2, columnspacing=0.9,
        borderaxespad=0.0, bbox_to_anchor=(0.02, 1.0 - (_TOP_IN - 0.02) / height),
    )  # fmt: skip
    return Drawn(figure, left, right, _TOP_IN / height, 1.0 - _BOTTOM_IN / height)


def _draw_costs(axes: Axes, study: Study) -> None:
    """Draw one line per manoeuvre, with a rim around the right one."""
    costs = np.maximum(study.cost_usd, LEAST_USD)
    for m, name in enumerate(MANOEUVRES):
        axes.plot(
            study.values, costs[:, m], color=COLOURS[m], marker=MARKERS[m], markersize=3.5, linewidth=1.6, label=name,
            clip_on=False,
        )  # fmt: skip
    every = np.arange(len(study.values))
    axes.plot(
        study.values, costs[every, study.best], "o", color="#000000", markersize=7.5, fillstyle="none", clip_on=False,
        markeredgewidth=1.0,
    )  # fmt: skip
    own = float(study.values[study.own])
    side = 2 if place_of(study, own) < 0.8 else -2
    axes.axvline(own, color="#999999", linewidth=1.0, linestyle="--", zorder=0)
    axes.annotate(
        "as sampled", (own, 1.0), xycoords=("data", "axes fraction"), xytext=(side, -2), textcoords="offset points",
        fontsize=7, color="#555555", va="top", ha="left" if side > 0 else "right",
    )  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylabel("US$ per episode")
    axes.yaxis.set_major_formatter(FuncFormatter(dollars))
    axes.tick_params(axis="x", labelbottom=False, which="both")


def _draw_decisions(axes: Axes, study: Study) -> None:
    """Draw one strip per row, coloured by the manoeuvre, with a line where it changes."""
    edges, rows = _edges(study), study.choices
    for r, (name, driven) in enumerate(rows.items()):
        chosen = driven.manoeuvre
        begins = np.flatnonzero(np.append(True, chosen[1:] != chosen[:-1]))
        ends = np.append(begins[1:], len(chosen))
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            first, last, m = edges[begin], edges[end], int(chosen[begin])
            axes.barh(r, last - first, left=first, height=0.82, color=COLOURS[m], alpha=0.9)
            if _share(study, first, last) > 0.1:
                axes.text(
                    study.changed.between(first, last), r, MANOEUVRES[m], ha="center", va="center", fontsize=7,
                    color=INKS[m],
                )  # fmt: skip
        for flip in study.flips(name):
            place = _place(study, flip)
            axes.plot([place, place], [r - 0.48, r + 0.48], color="#000000", linewidth=1.6)
    for flip in study.flips():
        axes.axvline(_place(study, flip), color="#333333", linewidth=1.0, linestyle=":")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), list(rows), fontsize=8)
    axes.grid(visible=False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    if study.changed.choices:
        texts = [study.changed.text(value) for value in study.values.tolist()]
        axes.set_xticks(study.values, texts, fontsize=7, rotation=15 if len(texts) > 4 else 0)
        # names at the ends stay inside the figure
        labels = axes.get_xticklabels()
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")
    axes.set_xlabel(", ".join(filter(None, (study.changed.title, study.changed.unit))))


def _edges(study: Study) -> NDArray[np.float64]:
    """Edges of the cells of the grid, ``(N + 1,)``."""
    values = study.values.tolist()
    inner = [study.changed.between(a, b) for a, b in pairwise(values)]
    return np.array([values[0], *inner, values[-1]])


def _place(study: Study, flip: Flip) -> float:
    """The value at which a change of decision is drawn."""
    return study.changed.between(flip.low, flip.high)


def _share(study: Study, first: float, last: float) -> float:
    """Position of a value between two others, as a share of the axis."""
    return place_of(study, last) - place_of(study, first)


def place_of(study: Study, value: float) -> float:
    """Position of a value on the axis of a study, 0 to 1."""
    low, high = float(study.values[0]), float(study.values[-1])
    if study.changed.is_log:
        return float(np.log(value / low) / np.log(high / low))
    return (value - low) / (high - low)
