"""Records: one row per (suite, split, stratum, family, seed, policy, policy seed); their columns, files and hash."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, get_type_hints

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envs.errors import UserError, describe_cause
from envs.scenario.suite import SuiteItem
from envs.specification import component
from envs.user_code import import_object, read_allowed
from envs.world.report import EVENTS
from experiments.rollout.loop import Episode
from experiments.store.atomic import replacing

Metric = Callable[[Episode], object]
"""One number or word per episode; its name is the column's."""

KEY: Final = (
    "suite", "split", "stratum", "family", "seed", "policy", "policy_seed", "cost_setting",
)  # fmt: skip
"""Columns that identify a row; rows are stored in the order of these."""

TIMINGS: Final = ("decision_cpu_ms",)
"""Columns that differ from run to run; the hash leaves them out."""

_HASHED_AT_ONCE: Final = 50_000
"""Number of rows that are hashed at once; it does not change the hash."""

_TYPES: Final = {float: pa.float64(), int: pa.int64(), bool: pa.bool_(), str: pa.string()}

_COLUMNS: Final = (
    ("policy", pa.string(), "name of the policy"),
    ("policy_seed", pa.int64(), "seed of its training, or of its draws"),
    ("suite", pa.string(), "version of the suite"),
    ("split", pa.string(), "train, validation or test"),
    ("stratum", pa.string(), "part of the suite"),
    ("family", pa.string(), "scenario family"),
    ("seed", pa.int64(), "of the instance, unique within the suite"),
    ("unavoidable", pa.bool_(), "the suite labels the instance as unavoidable: it is in no mean"),
    ("variant", pa.string(), "light and weather"),
    ("objects", pa.string(), "catalogue names of the objects, joined by +"),
    ("instance_hash", pa.string(), "SHA-256 of the sampled instance"),
    ("cost_setting", pa.string(), "which cost parameters"),
    ("decisions", pa.int64(), "length of the episode; 100 if it was not terminated"),
    ("imagined_s", pa.float64(), "future that the policy imagined, all plans together, s"),
    ("cost_usd", pa.float64(), "expected cost of the episode, US$; the sum of the components"),
    *(
        (f"cost_{name}_usd", pa.float64(), f"component {name}, US$, summed over the episode")
        for name in component.NAMES
    ),
    *((name, pa.bool_(), "the episode ended with it") for name in EVENTS),
    ("contacts", pa.int64(), "objects the ego touched, patches included, each contact once"),
)


COLUMNS: Final = (*(name for name, *_ in _COLUMNS), *TIMINGS)
"""Columns that all records of this version have; metrics add others."""


def replace_columns(table: pa.Table, **values: Sequence[object]) -> pa.Table:
    """The table with other values in some columns, named by the arguments; their types stay."""
    for name, column in values.items():
        field = table.schema.field(name)
        place = table.schema.get_field_index(name)
        table = table.set_column(place, field, pa.array(column, field.type))
    return table


class Source(NamedTuple):
    """The columns that all rows of one rollout share."""

    policy: str
    policy_seed: int
    suite: str
    split: str
    cost_setting: str


def load_metrics(names: Sequence[str], allow: Sequence[str] = ()) -> tuple[Metric, ...]:
    """The metrics with these dotted names, in order.

    Parameters
    ----------
    names
        ``experiments.metrics.<file>.<column>``, or a function in a module of the user's own.
    allow
        Prefixes of the user's own modules.

    Raises
    ------
    UserError
        If there is no such function, its result has no type that a column can have, or two give the same column.
    """
    found: list[Metric] = []
    taken = {name for name, _, _ in _COLUMNS} | set(TIMINGS)
    allowed = ("experiments.metrics.", *read_allowed(allow))
    for name in names:
        metric = import_object("metrics", name, allowed, Path())
        column = name.rpartition(".")[2]
        if not inspect.isfunction(metric) or get_type_hints(metric).get("return") not in _TYPES:
            raise UserError(
                f"metrics: got {name!r}, expected a function of an episode that is annotated to return "
                f"{', '.join(one.__name__ for one in _TYPES)}"
            )
        if column in taken:
            raise UserError(f"metrics: got {name!r}, but there is a column {column} already")
        taken.add(column)
        found.append(metric)
    return tuple(found)


def make_schema(metrics: Sequence[Metric]) -> pa.Schema:
    """Columns of records with their types; the meaning of each is in its metadata."""
    columns = [pa.field(name, kind, metadata={"meaning": text}) for name, kind, text in _COLUMNS]
    for metric in metrics:
        text = (metric.__doc__ or "").strip().split("\n")[0]
        kind = _TYPES[get_type_hints(metric)["return"]]
        columns.append(pa.field(_name(metric), kind, metadata={"meaning": text}))
    text = "CPU time of one decision per world, mean over the episode; of a batch, not the latency of one decision"
    columns.append(pa.field("decision_cpu_ms", pa.float64(), metadata={"meaning": text}))
    return pa.schema(columns)


def make_row(
    source: Source, item: SuiteItem, episode: Episode, metrics: Sequence[Metric]
) -> dict[str, Any]:
    """The row of an episode: column to value, metrics included."""
    instance = episode.instance
    cost = episode.cost_usd.sum(axis=0)
    row: dict[str, Any] = {
        **source._asdict(),
        **item._asdict(),
        "variant": instance.variant,
        "objects": "+".join(instance.debris_types),
        "instance_hash": instance.hash,
        "decisions": len(episode.total_usd),
        "imagined_s": episode.imagined_s,
        "cost_usd": float(episode.total_usd.sum()),
    }
    for name, value in zip(component.NAMES, cost.tolist(), strict=True):
        row[f"cost_{name}_usd"] = value
    row.update(episode.events)
    row["contacts"] = sum(1 for contact in episode.contacts if contact["vehicle"] == 0)
    row.update({_name(metric): metric(episode) for metric in metrics})
    row["decision_cpu_ms"] = episode.decision_cpu_ms
    return row


def _name(metric: Metric) -> str:
    """The column of a metric."""
    return str(getattr(metric, "__name__", ""))


def order(table: pa.Table) -> pa.Table:
    """The same rows in the order in which they are stored."""
    return table.sort_by([(name, "ascending") for name in KEY])


def compute_sha256(table: pa.Table) -> str:
    """Hash over every column except the timings, rows in stored order: equal for equal results."""
    rows = pc.sort_indices(table, [(name, "ascending") for name in KEY])
    digest = hashlib.sha256()
    for name in sorted(set(table.column_names) - set(TIMINGS)):
        digest.update(name.encode() + b"\0")
        # column by column, words a part at a time: a million rows would be a second table in memory
        column = table[name].take(rows).combine_chunks()
        if not pa.types.is_string(column.type):
            digest.update(column.to_numpy(zero_copy_only=False).tobytes())
            continue
        for first in range(0, len(column), _HASHED_AT_ONCE):
            words = column.slice(first, _HASHED_AT_ONCE).to_pylist()
            digest.update(b"\0" * (first > 0) + "\0".join(words).encode())
    return digest.hexdigest()


def write(table: pa.Table, path: Path) -> None:
    """Write records to a compressed file, whole or not at all."""
    with replacing(path) as temporary:
        # every page has its own checksum: a bit that flips on a disk must not become another number
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)


def read(path: Path) -> pa.Table:
    """Records in stored order, from a file, the folder of a run, or every Parquet file of a folder.

    Raises
    ------
    UserError
        If there is nothing to read or it is not a table of records.
    """
    if (path / "records.parquet").is_file():
        path = path / "records.parquet"
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise UserError(f"{path}: contains no records")
    try:
        table = pa.concat_tables(
            [pq.read_table(file, page_checksum_verification=True) for file in files]
        )
        table.validate(full=True)
        names = table.schema.names  # may be no text any more, as words may
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{path}: not a records file: {describe_cause(error)}") from None
    check_columns(path, names, (*KEY, "cost_usd", "instance_hash"))
    _check_types(path, table)
    if not len(table):
        raise UserError(f"{path}: contains no episodes")
    _check_provenance(path, table)
    return order(table)


def _check_types(path: Path, table: pa.Table) -> None:
    """Refuse columns of wrong types, and empty cells."""
    for name, kind, _ in _COLUMNS:
        if name not in table.column_names:
            continue
        column = table[name]
        if column.type != kind:
            raise UserError(f"{path}: {name}: got {column.type}, expected {kind}: not records")
        if column.null_count:
            raise UserError(f"{path}: {name}: got {column.null_count} empty cells, expected none")
    if not np.isfinite(table["cost_usd"].to_numpy()).all():
        raise UserError(f"{path}: cost_usd: not all numbers are finite")


def _check_provenance(path: Path, table: pa.Table) -> None:
    """Refuse records of a run whose hash is not the one in its ``provenance.json``."""
    beside = path.with_name("provenance.json")
    if path.name != "records.parquet" or not beside.is_file():
        return
    try:
        about = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return  # commands that need this file report it
    written = about.get("records_sha256") if isinstance(about, dict) else None
    if written is not None and written != compute_sha256(table):
        raise UserError(
            f"{path}: the records are damaged: provenance.json has another records_sha256"
        )


def check_columns(path: Path, has: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a table, read from ``path``, that has these columns and must have those.

    Raises
    ------
    UserError
        One line with the first that is missing.
    """
    missing = [name for name in names if name not in has]
    if missing:
        raise UserError(
            f"{path}: no column {missing[0]}: not records, or those of another version; run the command again"
        )


def query(table: pa.Table, sql: str, *values: object) -> list[dict[str, Any]]:
    """Rows of a query in DuckDB's SQL over the view ``records``, with values for its ``?``."""
    with duckdb.connect(":memory:") as connection:
        connection.register("records", table)
        found: list[dict[str, Any]] = (
            connection.sql(sql, params=list(values)).to_arrow_table().to_pylist()
        )
    return found
