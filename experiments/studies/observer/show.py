"""The tables of the study: information and worth of every cue, and the value of perfect reading."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.suite import EPISODE_CAP_USD
from experiments.presentation.text.columns import markdown_table
from experiments.store.atomic import make_folder, write_text
from experiments.studies.observer.cues import CUES
from experiments.studies.observer.reading import DRIVERS
from experiments.studies.observer.study import LOOK, TOGETHER, Row

Array = NDArray[np.float64]

ORDER: Final = (LOOK, *CUES, TOGETHER)
"""Cues in the order of the table."""

NAME: Final = "observer"
"""Name of the files, without the ending."""

NUM_RESAMPLES: Final = 2_000
"""Bootstrap resamples of a share [A]."""

_HEAD: Final = (
    "family", "cue", "n", "type, nats", "mass band, nats", "harmful, nats", "type left after look", "US$ without",
    "US$ with", "US$ perfect", "worth of the cue", "worth of the contents",
)  # fmt: skip


def cue_table(rows: Sequence[Row]) -> list[str]:
    """Lines of the table of cues in Markdown; means with one standard error."""
    families = list(dict.fromkeys(row["family"] for row in rows))
    lines = []
    for family in families:
        for cue in ORDER:
            chosen = [row for row in rows if row["family"] == family and row["cue"] == cue]
            if chosen:
                lines.append((family, cue, str(len(chosen)), *_cells(chosen)))
    return markdown_table(_HEAD, lines)


def _cells(rows: Sequence[Row]) -> list[str]:
    """Cells of one cue of one family."""

    def column(name: str) -> Array:
        return np.array([row[name] for row in rows], np.float64)

    cells = [_mean(column(name), 2) for name in ("type", "mass band", "harmful")]
    cells.append(f"{column('left').mean():.2f}")
    if "without_usd" not in rows[0]:
        return [*cells, *[""] * 5]
    without, read, perfect = (column(f"{name}_usd") for name in ("without", "with", "perfect"))
    cells += [f"{one.mean():,.0f}" for one in (without, read, perfect)]
    return [*cells, _mean(without - read, 0), _mean(without - perfect, 0)]


def _mean(values: Array, digits: int) -> str:
    """Mean and standard error."""
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{values.mean():,.{digits}f} +- {error:,.{digits}f}"


def summarise_reading(cost: Array, seed: int = 0) -> dict[str, float]:
    """Value of reading from costs ``(2, N)``: by look only, and with the contents known.

    Returns
    -------
    dict
        Means, difference and its standard error in US$; the difference as a share of the first, with the bootstrap's
        standard error; the same with every cost capped.
    """
    found: dict[str, float] = {"n": cost.shape[1]}
    for suffix, values in (("", cost), ("_capped", np.minimum(cost, EPISODE_CAP_USD))):
        saved = values[0] - values[1]
        rng = np.random.default_rng(seed)
        rows = rng.integers(len(saved), size=(NUM_RESAMPLES, len(saved)))
        shares = saved[rows].mean(axis=1) / np.maximum(values[0][rows].mean(axis=1), 1e-9)
        found |= {
            f"look_usd{suffix}": float(values[0].mean()),
            f"known_usd{suffix}": float(values[1].mean()),
            f"saved_usd{suffix}": float(saved.mean()),
            f"error_usd{suffix}": float(saved.std(ddof=1) / np.sqrt(len(saved))),
            f"share{suffix}": float(saved.mean() / max(values[0].mean(), 1e-9)),
            f"share_error{suffix}": float(shares.std()),
        }
    return found


def reading_table(readings: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Lines of the table of the value of reading in Markdown."""
    head = ("what", "n", f"US$ {DRIVERS[0]}", "US$ known", "saved", "share", "share, capped")
    lines = [
        (
            name,
            f"{one['n']:.0f}",
            f"{one['look_usd']:,.0f}",
            f"{one['known_usd']:,.0f}",
            f"{one['saved_usd']:,.0f} +- {one['error_usd']:,.0f}",
            f"{one['share']:.0%} +- {one['share_error']:.0%}",
            f"{one['share_capped']:.0%} +- {one['share_error_capped']:.0%}",
        )
        for name, one in readings.items()
    ]
    return markdown_table(head, lines)


def decided_once(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Value of perfect reading where one plan is chosen after each cue, by family and cue."""
    found = {}
    for family in dict.fromkeys(row["family"] for row in rows):
        for cue in CUES:
            chosen = [row for row in rows if (row["family"], row["cue"]) == (family, cue)]
            if len(chosen) > 1:
                cost = [[row["without_usd"], row["perfect_usd"]] for row in chosen]
                found[f"{family}, one plan after {cue}"] = summarise_reading(np.array(cost).T)
    return found


def publish(
    rows: Sequence[Row], driven: Mapping[str, Array], folder: Path, about: dict[str, Any]
) -> str:
    """Write all numbers as JSON, and the tables as Markdown; returns the text of the latter."""
    readings = decided_once(rows) | {
        f"{family}, whole episodes, {name}": summarise_reading(cost[[0, row]])
        for family, cost in driven.items()
        for row, name in enumerate(DRIVERS)
        if row > 0
    }
    lines = [*cue_table(rows), "", *reading_table(readings), ""] if readings else cue_table(rows)
    text = "\n".join(lines) + "\n"
    make_folder(folder)
    values = about | {"cues": list(rows), "reading": readings}
    write_text(folder / f"{NAME}.json", json.dumps(values, indent=1) + "\n")
    write_text(folder / f"{NAME}.md", text)
    return text
