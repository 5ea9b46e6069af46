"""Reads the records and provenance of one or several runs, and checks that they belong together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from envs.errors import UserError, describe_cause
from experiments.evaluation.entrants import Entrant, from_values
from experiments.presentation.publish import Source
from experiments.records import table as records
from experiments.store.manifest import check_file

_ONE = ("suite", "split")
"""Columns that must be equal in all runs."""


def gather(folders: Sequence[Path]) -> Source:
    """Read runs of ``compare`` or ``evaluate`` that drove the same instances.

    Where several have records of the same policy in the same cost setting, the first counts.

    Raises
    ------
    UserError
        One line: a folder that is no finished run, records that are empty, damaged or of another version, runs of
        different suites or splits.
    """
    tables: list[pa.Table] = []
    entrants: dict[str, Entrant] = {}
    sources: list[dict[str, Any]] = []
    taken: set[tuple[str, str]] = set()
    for folder in folders:
        if folder.is_dir():
            check_file(folder / "records.parquet")
        table, about = records.read(folder), _read_provenance(folder)
        records.check_columns(folder, table.schema.names, records.COLUMNS)
        _check_same(folder, table, tables)
        sources.append(about)
        for name, entrant in from_values(about["entrants"]).items():
            entrants.setdefault(name, entrant)
        mine = list(
            zip(table["policy"].to_pylist(), table["cost_setting"].to_pylist(), strict=True)
        )
        tables.append(table.filter(pa.array([key not in taken for key in mine])))
        taken |= set(mine)
    table = pa.concat_tables(tables, promote_options="default")
    strata = sources[0]["suite"]["strata"]
    return Source(records.order(table), entrants, strata, _describe(table, sources))


def _describe(table: pa.Table, sources: list[dict[str, Any]]) -> dict[str, Any]:
    """Provenance of the records: that of the only run, or a list of those of all runs."""
    if len(sources) == 1:
        return sources[0]
    return {
        "command": "\n".join(str(about["command"]) for about in sources),
        "records_sha256": records.compute_sha256(table),
        "machine": sources[0]["machine"],
        "runs": sources,
    }


def _read_provenance(folder: Path) -> dict[str, Any]:
    """The provenance that a run wrote."""
    path = (folder if folder.is_dir() else folder.parent) / "provenance.json"
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; a report needs a finished run") from None
    except ValueError as error:
        raise UserError(f"{path}: damaged: {describe_cause(error)}") from None
    for name in ("entrants", "suite", "command", "machine", "records_sha256"):
        if name not in about:
            raise UserError(f"{path}: no {name}: written by another version; run the command again")
    return about


def _check_same(folder: Path, table: pa.Table, others: Sequence[pa.Table]) -> None:
    """Raise an error if the suite or split differs from those of the other runs."""
    for other in others:
        for column in _ONE:
            mine, first = table[column][0].as_py(), other[column][0].as_py()
            if mine != first:
                raise UserError(
                    f"records: {folder} has {column} {mine!r}, the first has {first!r}: they cannot be compared"
                )
