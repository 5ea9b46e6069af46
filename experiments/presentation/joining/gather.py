"""Reads the records and provenance of one or several runs, and joins runs that belong together."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from envs.errors import UserError, describe_cause, shown
from experiments.evaluation.entrants import Entrant
from experiments.presentation.joining.agreement import RUN, Run, check_agreement, check_instances
from experiments.presentation.joining.coverage import keep_common
from experiments.presentation.joining.source import Source
from experiments.records import table as records
from experiments.store.manifest import check_file


def gather(folders: Sequence[Path]) -> Source:
    """Read runs of ``compare`` or ``evaluate`` that drove instances of one suite.

    Raises
    ------
    UserError
        One line: a folder that is no finished run, records that are empty, damaged or of another version, or runs that
        do not belong together.
    """
    return join([read_run(folder) for folder in folders])


def read_run(folder: Path) -> Run:
    """Read the folder of a run, or its ``records.parquet``.

    Raises
    ------
    UserError
        As for ``gather``.
    """
    if folder.is_dir():
        check_file(folder / "records.parquet")
    table, about = records.read(folder), _read_provenance(folder)
    records.check_columns(folder, table.schema.names, records.COLUMNS)
    for name in sorted(set(table["policy"].to_pylist())):
        if name not in about["entrants"]:
            raise UserError(f"{folder}: provenance.json does not describe the policy {name}")
    return Run(folder, table, about)


def join(runs: Sequence[Run]) -> Source:
    """Join runs: equal records of one episode count once, and instances that not all policies drove are left out.

    Everything that is left out is said on stderr and in the provenance.

    Raises
    ------
    UserError
        One line with the folders of two runs that do not belong together, and what differs.
    """
    entrants: dict[str, Entrant] = {}
    for run in runs:
        entrants |= {name: one for name, one in run.entrants.items() if name not in entrants}
    left_out: list[str] = []
    strata = [name for run in runs for name in run.about["suite"]["strata"]]
    if len(runs) == 1:
        table = runs[0].table
    else:
        check_agreement(runs)
        table, left_out = _join_tables(runs)
        check_instances(table, runs)
        table, lines = keep_common(table, [run.folder for run in runs])
        table = table.drop_columns([RUN])
        left_out += lines
    strata += sorted(set(table["stratum"].to_pylist()))
    for line in left_out:
        sys.stderr.write(f"left out: {line}\n")
    sys.stderr.writelines(f"{line}\n" for line in _describe_machines(runs))
    about = _describe(table, runs, left_out)
    return Source(records.order(table), entrants, list(dict.fromkeys(strata)), about)


def _join_tables(runs: Sequence[Run]) -> tuple[pa.Table, list[str]]:
    """The rows of all runs with the column ``RUN`` and the columns that all have; the columns that are left out."""
    common = [
        name for name in runs[0].table.column_names if all(name in run.table.column_names for run in runs)
    ]  # fmt: skip
    left_out = []
    joined = [_number(runs[0].table.select(common), 0)]
    known = {key: (0, row) for row, key in enumerate(_keys(runs[0].table))}
    for number, run in enumerate(runs[1:], 1):
        _check_types(runs[0], run, common)
        keys = _keys(run.table)
        _check_equal(runs, number, [known.get(key) for key in keys], common)
        new = [key not in known for key in keys]
        known |= {key: (number, row) for row, key in enumerate(keys) if new[row]}
        joined.append(_number(run.table.select(common).filter(pa.array(new, pa.bool_())), number))
    for run in runs:
        rest = [name for name in run.table.column_names if name not in common]
        if rest:
            left_out.append(
                f"columns of {run.folder} that other runs do not have: {', '.join(rest)}"
            )
    return pa.concat_tables(joined), left_out


def _number(table: pa.Table, number: int) -> pa.Table:
    """The rows with the number of their run."""
    return table.append_column(RUN, pa.array(np.full(len(table), number)))


def _keys(table: pa.Table) -> list[tuple[Any, ...]]:
    """What identifies every row."""
    return list(zip(*(table[name].to_pylist() for name in records.KEY), strict=True))


def _check_types(first: Run, run: Run, names: Iterable[str]) -> None:
    """Refuse a metric that has another type than in the first run."""
    for name in names:
        mine, theirs = run.table[name].type, first.table[name].type
        if mine != theirs:
            raise UserError(
                f"records: {first.folder} and {run.folder} have different columns {name}: {theirs} and {mine}; "
                "run both with the same metrics"
            )


def _check_equal(
    runs: Sequence[Run], number: int, found: Sequence[tuple[int, int] | None], names: Sequence[str]
) -> None:
    """Refuse records of a run that differ from those of the same episodes in earlier runs.

    ``found`` has the run and the row of the same episode for every row, or ``None``.

    Raises
    ------
    UserError
        One line with both folders, the episode and the column.
    """
    for other in sorted({place[0] for place in found if place}):
        pairs = [(row, place[1]) for row, place in enumerate(found) if place and place[0] == other]
        here, there = (np.array(rows) for rows in zip(*pairs, strict=True))
        for name in names:
            if name in records.TIMINGS:
                continue
            mine, theirs = (
                _take(runs[number].table, name, here),
                _take(runs[other].table, name, there),
            )
            # NaN equals NaN here
            differs = (mine != theirs) & ~((mine != mine) & (theirs != theirs))
            if differs.any():
                k = int(differs.argmax())
                row = runs[number].table.slice(int(here[k]), 1).to_pylist()[0]
                raise UserError(
                    f"records: {runs[other].folder} and {runs[number].folder} contain different records of "
                    f"{row['policy']} in {row['stratum']}/{row['family']}, seed {row['seed']}, cost setting "
                    f"{row['cost_setting']}: {name}: {shown(theirs.tolist()[k])} and {shown(mine.tolist()[k])}; if the "
                    "policies differ, rename the file of one and run it again"
                )


def _take(table: pa.Table, name: str, rows: NDArray[np.int64]) -> NDArray[Any]:
    """Some values of a column."""
    values: NDArray[Any] = table[name].take(pa.array(rows)).to_numpy(zero_copy_only=False)
    return values


def _describe(table: pa.Table, runs: Sequence[Run], left_out: Sequence[str]) -> dict[str, Any]:
    """Provenance of the records: that of the only run, or a list of those of all runs."""
    if len(runs) == 1:
        return dict(runs[0].about)
    machines = [run.about["machine"] for run in runs]
    return {
        "command": "\n".join(str(run.about["command"]) for run in runs),
        "records_sha256": records.compute_sha256(table),
        "machine": {
            name: _join_values(machines, name) for name in ("processor", "commit", "sources")
        },
        "left_out": list(left_out),
        "runs": [dict(run.about) for run in runs],
    }


def _join_values(machines: Iterable[dict[str, Any]], name: str) -> str:
    """The different values of a key, joined."""
    return ", ".join(dict.fromkeys(str(one[name]) for one in machines if one.get(name)))


def _describe_machines(runs: Sequence[Run]) -> list[str]:
    """A line for each property of machine and sources that differs between runs and may change what is compared."""
    lines = []
    words = {
        "processor": "different processors, so computing times cannot be compared",
        "sources": "different sources of roadworld",
    }
    machines = [run.about["machine"] for run in runs]
    if not all(one.get("sources") for one in machines):
        words["commit"] = words.pop("sources")
    for name, what in words.items():
        found: dict[str, Path] = {}
        for run, one in zip(runs, machines, strict=True):
            if one.get(name) not in {None, "unknown"}:
                found.setdefault(str(one[name]), run.folder)
        if len(found) > 1:
            listed = "; ".join(f"{value} ({folder})" for value, folder in found.items())
            lines.append(f"the runs are of {what}: {listed}")
    return lines


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
