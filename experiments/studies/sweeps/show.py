"""Shows a sweep as one table of cells, and as one result page for each combination of the further axes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.presentation.joining.gather import join, read_run
from experiments.presentation.joining.source import Source
from experiments.presentation.publish import publish, summarise_source
from experiments.presentation.text.columns import align
from experiments.presentation.text.tables import usd
from experiments.records import table as records
from experiments.records.matching import CATASTROPHE_USD
from experiments.store.atomic import make_folder
from experiments.store.provenance import typed_command
from experiments.studies.sweeps.cells import RECORDS, Cell
from experiments.studies.sweeps.configuration import SweepConfiguration
from experiments.studies.sweeps.drive import CELLS


class Line(NamedTuple):
    """Table row of a cell."""

    policy: str
    policy_seed: int
    stratum: str
    axes: Mapping[str, Any]
    episodes: int  # 0 if it failed
    mean_usd: float
    worst_usd: float
    catastrophes: int
    failed: str  # why; empty if it did not


def read_lines(cells: Sequence[Cell], failed: Mapping[str, str], folder: Path) -> list[Line]:
    """Table rows in the order of the cells; ``failed`` is the result of ``drive``."""
    lines = []
    for cell in cells:
        who = (cell.stem, cell.policy_seed, cell.stratum, cell.axes)
        if cell.name in failed:
            lines.append(Line(*who, 0, float("nan"), float("nan"), 0, failed[cell.name]))
            continue
        cost = records.read(folder / CELLS / cell.name / RECORDS)["cost_usd"].to_numpy()
        many = int((cost > CATASTROPHE_USD).sum())
        lines.append(Line(*who, len(cost), float(cost.mean()), float(cost.max()), many, ""))
    return lines


def render(lines: Sequence[Line]) -> str:
    """Format the table as text."""
    axes = list(lines[0].axes)
    head = ["policy", "seed", "stratum", *axes, "episodes", "mean, US$", "worst, US$", "> 50,000"]
    rows = [
        [
            line.policy,
            str(line.policy_seed),
            line.stratum,
            *(str(line.axes[axis]) for axis in axes),
            *(["failed", "-", "-", "-"] if line.failed else _numbers(line)),
        ]
        for line in lines
    ]
    return align([head, *rows]) + "\n"


def _numbers(line: Line) -> list[str]:
    """Format the numbers of a row as text."""
    return [
        f"{line.episodes:,}",
        usd(line.mean_usd),
        usd(line.worst_usd),
        str(line.catastrophes),
    ]


def publish_pages(
    config: SweepConfiguration, cells: Sequence[Cell], failed: Mapping[str, str], folder: Path
) -> list[Path]:
    """Write a result page for every combination of the axes but cost, without policies that have a failed cell."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        rest = {axis: value for axis, value in cell.axes.items() if axis != "cost"}
        groups.setdefault(json.dumps(rest, sort_keys=True), []).append(cell)
    pages = []
    for values, group in groups.items():
        broken = {cell.stem for cell in group if cell.name in failed}
        whole = [cell for cell in group if cell.stem not in broken]
        if not whole:
            continue
        if broken:
            sys.stderr.write(
                f"left out of the page because cells failed: {', '.join(sorted(broken))}\n"
            )
        # a single combination needs no folder of its own
        made = folder if len(groups) == 1 else folder / "pages" / _name(values)
        make_folder(made)
        source = _join(whole, folder)
        wanted = config.reference if config.reference in source.entrants else None
        summaries = summarise_source(source, wanted, config.level, config.num_resamples)
        pages.append(publish(made, source, summaries).page)
    return pages


def _name(values: str) -> str:
    """Folder name for a combination of axes, which is JSON."""
    text = "-".join(f"{axis}_{value}" for axis, value in json.loads(values).items())
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in text)


def _join(cells: Sequence[Cell], folder: Path) -> Source:
    """Join the records of cells with the same instances as if they were of one run."""
    runs = [read_run(folder / CELLS / cell.name) for cell in cells]
    source = join(runs)
    files: dict[str, str] = {}
    for run in runs:
        files |= run.about.get("files", {})
    about = {
        "command": typed_command("sweep"),
        "suite": runs[0].about["suite"],
        "cells": [cell.name for cell in cells],
        "files": files,
        "machine": source.provenance["machine"],
        "records_sha256": records.compute_sha256(source.table),
    }
    return source._replace(provenance=about)
