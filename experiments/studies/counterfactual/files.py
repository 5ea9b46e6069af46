"""Writes a study as a figure, a table and text."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import SuiteItem
from experiments.presentation.figures.style import save, styled
from experiments.store.atomic import replacing, write_text
from experiments.studies.counterfactual.executions import MANOEUVRES
from experiments.studies.counterfactual.figure import draw
from experiments.studies.counterfactual.study import Flip, Study


def describe(item: SuiteItem, instance: ScenarioInstance) -> str:
    """One line that describes an instance: family, seed, objects, light and weather."""
    objects = ", ".join(instance.debris_types) or "no object"
    words = f"{item.family} {item.seed}: {objects}, {instance.variant.replace('-', ', ')}"
    return words.replace("_", " ")


def describe_flip(study: Study, flip: Flip) -> str:
    """Part of a sentence that says where a decision changes, and to what."""
    change = f"{MANOEUVRES[flip.before]} to {MANOEUVRES[flip.after]}"
    return f"{change} between {study.changed.text(flip.low)} and {study.changed.text(flip.high)}"


def write(study: Study, title: str, folder: Path) -> Path:
    """Write ``counterfactual.png``, ``.svg``, ``.parquet`` and ``flips.json``, print the changes; returns the PNG."""
    with styled():
        save(draw(study, title).figure, folder, "counterfactual")
    with replacing(folder / "counterfactual.parquet") as temporary:
        pq.write_table(pa.Table.from_pylist(study.to_rows()), temporary)
    flips = {name: study.flips(name) for name in study.choices}
    plain = {
        "property": study.changed.name,
        "original": study.changed.plain(float(study.values[study.own])),
        "flips": {
            name: [
                {
                    "low": study.changed.plain(low),
                    "high": study.changed.plain(high),
                    "before": MANOEUVRES[before],
                    "after": MANOEUVRES[after],
                }
                for low, high, before, after in found
            ]
            for name, found in flips.items()
        },
    }
    write_text(folder / "flips.json", json.dumps(plain, indent=2) + "\n")
    width = max(map(len, flips))
    for name, found in flips.items():
        said = "; ".join(describe_flip(study, flip) for flip in found) or "never changes"
        sys.stdout.write(f"{name:{width}s}  {said}\n")
    return folder / "counterfactual.png"
