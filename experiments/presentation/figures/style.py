"""The style of figures: one font, a palette for colour-blind readers, reproducible files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.presentation.summaries.kinds import (
    CONSTANT,
    LEARNED,
    MODEL,
    ORACLE,
    OTHER,
    PLANNER,
    RULES,
)
from experiments.presentation.summaries.summary import PolicyRow
from experiments.store.atomic import replacing

COLOURS: Final = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000", "#F0E442",
)  # fmt: skip
"""Okabe and Ito (2008), ordered so that neighbours differ in lightness too."""

SETTINGS: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.labelcolor": "#333333",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "legend.frameon": False,
    "figure.dpi": 110,
    # the same ids in every SVG, and letters as paths: no font is needed where it is read
    "svg.hashsalt": "roadworld",
    "svg.fonttype": "path",
}


@contextmanager
def styled() -> Iterator[None]:
    """Apply ``SETTINGS`` to the figures drawn inside."""
    with mpl.rc_context(cast("Any", SETTINGS)):
        yield


KIND_COLOURS: Final = {
    RULES: "#D55E00",
    MODEL: "#0072B2",
    ORACLE: "#009E73",
    CONSTANT: "#7F7F7F",
    PLANNER: "#56B4E9",
    LEARNED: "#CC79A7",
    OTHER: "#E69F00",
}
"""Colour of every kind of policy, the same in all figures and pages (Okabe and Ito 2008)."""

MARKERS: Final = "osD^vPX*<>"
"""Markers of policies of one kind, which have one colour."""


def colours_of(rows: Iterable[PolicyRow]) -> dict[str, str]:
    """The colour of every policy: that of its kind."""
    return {row.policy: KIND_COLOURS[row.kind] for row in rows}


def markers_of(rows: Iterable[PolicyRow]) -> dict[str, str]:
    """The marker of every policy, another one for every policy of a kind as long as there are any."""
    seen: Counter[str] = Counter()
    markers = {}
    for row in rows:
        markers[row.policy] = MARKERS[seen[row.kind] % len(MARKERS)]
        seen[row.kind] += 1
    return markers


def dollars(value: float, _: object = None) -> str:
    """Format the ticks of an axis in US$: 10, 1k, 100k, 1M."""
    for limit, sign in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:g}{sign}"
    return f"{value:g}"


LINEAR_USD: Final = 10.0
"""Axes of US$ are linear below this and logarithmic above: costs go from nothing to millions."""


def scale_usd(axes: Axes, which: Literal["x", "y"]) -> None:
    """Scale an axis in US$: linear around 0 and logarithmic beyond."""
    scale, axis = (axes.set_xscale, axes.xaxis) if which == "x" else (axes.set_yscale, axes.yaxis)
    scale("symlog", linthresh=LINEAR_USD, linscale=0.5)
    axis.set_major_formatter(FuncFormatter(dollars))


def label_usd_bar(bar: Colorbar, label: str) -> None:
    """Write thousands of US$ of either sign, and a label, beside a bar of colours."""
    bar.set_ticks([-10_000, -1_000, -100, 0, 100, 1_000, 10_000])
    bar.set_ticklabels(["-10k", "-1k", "-100", "0", "100", "1k", "10k"])
    bar.set_label(label, fontsize=8)


def save(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and as SVG, without a date.

    Parameters
    ----------
    figure
        Drawn inside ``styled``.
    folder
        An existing folder.
    name
        Name of the files, without ending.
    """
    for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        with replacing(folder / f"{name}.{ending}") as temporary:
            figure.savefig(temporary, format=ending, metadata=metadata, bbox_inches="tight")
