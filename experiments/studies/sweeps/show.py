"""Shows a sweep as one table of cells, and as one result page for each combination of the further axes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from experiments.evaluation.run import Plan
from experiments.presentation.columns import align
from experiments.presentation.publish import Source, publish, summarise_source
from experiments.presentation.tables import usd
from experiments.records import table as records
from experiments.records.matching import CATASTROPHE_USD
from experiments.store.atomic import make_folder
from experiments.store.provenance import machine
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
        source = _gather(whole, folder)
        wanted = config.reference if config.reference in source.entrants else None
        summaries = summarise_source(source, wanted, config.level, config.num_resamples)
        pages.append(publish(made, source, summaries).page)
    return pages


def _name(values: str) -> str:
    """Folder name for a combination of axes, which is JSON."""
    text = "-".join(f"{axis}_{value}" for axis, value in json.loads(values).items())
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in text)


def _gather(cells: Sequence[Cell], folder: Path) -> Source:
    """Join the records of cells with the same instances as if they were of one run."""
    plans = [cell.plan for cell in cells if cell.plan is not None]
    found = [records.read(folder / CELLS / cell.name / RECORDS) for cell in cells]
    table = records.order(pa.concat_tables(found, promote_options="default"))
    strata = [name for name in plans[0].suite.strata if any(c.stratum == name for c in cells)]
    entrants = {name: entrant for plan in plans for name, entrant in plan.entrants.items()}
    return Source(table, entrants, strata, _describe(plans[0], cells, table))


def _describe(plan: Plan, cells: Sequence[Cell], table: pa.Table) -> dict[str, Any]:
    """Provenance of the joined records."""
    return {
        "command": "python -m experiments.sweep " + " ".join(sys.argv[1:]),
        "suite": {"version": plan.suite.version, "sha256": dict(plan.suite.sha256)},
        "cells": [cell.name for cell in cells],
        "machine": machine(),
        "records_sha256": records.compute_sha256(table),
    }
