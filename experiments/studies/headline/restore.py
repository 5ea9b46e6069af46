"""Recreates shards from published records, so that an experiment can be extended when only its records exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from experiments.cli.locations import name_of
from experiments.evaluation.shards import Shard
from experiments.records import table as records
from experiments.store.atomic import make_folder
from experiments.store.steps import Steps
from experiments.studies.headline.arms import Contestant


def restore_shards(
    parts: Sequence[Shard], published: Path, folder: Path, by_stem: Mapping[str, Contestant]
) -> int:
    """Write the missing shards of a folder that published records contain completely; returns their number.

    Parameters
    ----------
    parts
        Shards of the evaluation whose policies have not changed since.
    published
        Records of the experiment; nothing is done if there are none.
    folder
        Gets the shards.
    by_stem
        Contestants by their names in shards.
    """
    if not published.is_file():
        return 0
    table = records.read(published)
    make_folder(folder)
    steps, written = Steps(folder), 0
    for part in parts:
        if steps.find(part.name) is not None:
            continue
        stem = name_of(part.policy)
        rows = _rows_of(table, part, by_stem[stem])
        if len(rows) == len(part.items):
            count = len(rows)
            renamed = records.replace_columns(
                rows, policy=[stem] * count, policy_seed=[part.policy_seed] * count
            )
            records.write(records.order(renamed), folder / part.name)
            steps.note(part.name, [part.name])
            written += 1
    return written


def _rows_of(table: pa.Table, part: Shard, one: Contestant) -> pa.Table:
    """Records of a contestant for a shard's items."""
    seeds = pa.array([item.seed for item in part.items], table["seed"].type)
    wanted = {
        "policy": one.arm,
        "policy_seed": one.seed,
        "stratum": part.items[0].stratum,
        "split": part.split,
        "cost_setting": part.cost_setting,
    }
    mask = pc.is_in(table["seed"], seeds)
    for column, value in wanted.items():
        mask = pc.and_(mask, pc.equal(table[column], value))
    return table.filter(mask)
