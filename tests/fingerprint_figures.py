"""Digests of records, JSON figures and tensors that do not depend on names or order that may change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from safetensors.numpy import load_file

RENAMED_COLUMNS: dict[str, str] = {}
"""New name of a column of the records to its old name; digests are made with the old one."""

RENAMED_WORDS: dict[str, dict[str, str]] = {}
"""Old name of a column of text to {new word: old word}."""

RENAMED_PROBES: dict[str, str] = {}
"""New name of a probe of the audit to its old name."""

RENAMED_TENSORS: dict[str, str] = {}
"""New name of a tensor of a checkpoint to its old name."""

TIMINGS = {"decision_cpu_ms"}
"""Columns that differ from run to run, by their old names."""

KEY = (
    "suite", "split", "stratum", "family", "seed", "policy", "policy_seed", "cost_setting",
)  # fmt: skip
"""Columns that tell rows apart, by their old names; rows are put in the order of these."""


def digest(*pieces: bytes) -> str:
    """The first 16 digits of a SHA-256."""
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(piece)
    return whole.hexdigest()[:16]


def digest_records(path: Path) -> dict[str, str]:
    """One digest for each column of a Parquet file of records, timings left out.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Old name of the column to digest.
    """
    table = pq.read_table(path)
    table = table.rename_columns([RENAMED_COLUMNS.get(name, name) for name in table.column_names])
    table = table.sort_by([(name, "ascending") for name in KEY])
    found = {}
    for name in sorted(set(table.column_names) - TIMINGS):
        values = table[name].to_pylist()
        words = RENAMED_WORDS.get(name, {})
        # repr gives every bit of a float, and tells 1 from 1.0 and "1"
        found[name] = digest("\n".join(repr(words.get(x, x)) for x in values).encode())
    return found


def list_numbers(value: Any) -> Iterator[str]:
    """All numbers and truth values in JSON-like data as text, but what a key with ``cpu`` holds: it was timed."""
    if isinstance(value, Mapping):
        value = [item for key, item in value.items() if "cpu" not in key]
    if isinstance(value, list | tuple):
        for item in value:
            yield from list_numbers(item)
    elif isinstance(value, bool | int | float):
        yield repr(value)


def digest_numbers(value: Any) -> str:
    """A digest of all numbers in JSON-like data, whatever they are called and in whatever order they stand."""
    return digest("\n".join(sorted(list_numbers(value))).encode())


def digest_audit(path: Path) -> dict[str, str]:
    """One digest for each probe of an audit, and for what is beside the probes; speed is left out.

    Parameters
    ----------
    path
        ``audit.json``.

    Returns
    -------
    dict
        Name of the probe, or of another part of the file, to digest.
    """
    whole = json.loads(path.read_text(encoding="utf-8"))
    rows: dict[str, list[str]] = {}
    for row in whole["findings"]:
        probe = RENAMED_PROBES.get(row["probe"], row["probe"])
        rows.setdefault(probe, []).append(" ".join(list_numbers(row)))
    found = {probe: digest("\n".join(sorted(some)).encode()) for probe, some in rows.items()}
    found |= {
        f"{k}, numbers": digest_numbers(whole[k]) for k in ("moments", "reliability", "gallery")
    }
    return found | {
        f"{k}, count": str(len(whole[k])) for k in ("failed", "twin_failed", "unnoticed")
    }


def digest_tensors(path: Path) -> dict[str, str]:
    """One digest for each tensor of a safetensors file."""
    return {
        RENAMED_TENSORS.get(name, name): digest_array(tensor)
        for name, tensor in sorted(load_file(path).items())
    }


def digest_array(array: np.ndarray) -> str:
    """A digest of type, shape and content."""
    return digest(f"{array.dtype} {array.shape}".encode(), np.ascontiguousarray(array).tobytes())


def digest_shards(folder: Path) -> dict[str, str]:
    """One digest for each column of logged experience, over all shards."""
    pieces: dict[str, list[bytes]] = {}
    for path in sorted(folder.rglob("*.npy")):
        column = RENAMED_COLUMNS.get(path.stem, path.stem)
        pieces.setdefault(column, []).append(digest_array(np.load(path)).encode())
    return {column: digest(*some) for column, some in pieces.items()}
