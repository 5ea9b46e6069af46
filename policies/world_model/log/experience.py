"""The log of driving: its columns, and its shards on disk.

Row ``k`` of an episode holds what was observed before decision ``k``, the action, what was true then, and what
happened in ``[0.2 k, 0.2 (k + 1))``. So row ``k + 1`` of the same episode is the outcome of row ``k``. What was true
may supervise training; a policy never sees it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError, describe_cause
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, component

SCHEMA: Final = 1

# --- ego_true ---------------------------------------------------------------------------------------
T_X, T_Y, T_SPEED, T_HEADING, T_YAW_RATE, T_ACCELERATION, T_GRIP, T_SWERVE_PEAK = range(8)
NUM_EGO_TRUE: Final = 8

# --- vehicles_true, debris_true: along the road from the ego's centre, across from its left edge -----
M_DX, M_Y, M_VX, M_VY = range(4)
M_HEADING, M_ACCELERATION = 4, 5  # vehicles
M_Z, M_VZ, M_YAW = 4, 5, 6  # debris
NUM_VEHICLE_TRUE: Final = 6
NUM_DEBRIS_TRUE: Final = 7

# --- contents: what the object in a debris slot is made of ------------------------------------------
NOTHING, BODY, PATCH = 0, 1, 2
H_KIND, H_MASS, H_CRUSH_PRESSURE, H_STIFFNESS, H_SHARPNESS = range(5)
H_FRICTION, H_DRAG_AREA, H_ANCHORED, H_TYRE_FRICTION, H_PIECES = range(5, 10)
NUM_CONTENTS: Final = 10

# --- contact: of the ego with the object in a debris slot, within the decision ----------------------
C_IS, C_MODE, C_DELTA_V, C_VERTICAL, C_YAW_RATE, C_UNDERBODY, C_FRONT_USD = range(7)
C_PUNCTURE, C_RIM, C_LOST, C_EXIT, C_CLOSING, C_OFFSET, C_COST, C_KNOCK_ON_USD = range(7, 15)
NUM_CONTACT: Final = 15

# --- collided: with the vehicle in a slot, or with one that was in none -----------------------------
NUM_COLLIDED: Final = VEHICLE_SLOTS + 1

# --- ended ------------------------------------------------------------------------------------------
OFF_ROAD, LOST_CONTROL, TERMINATED, TRUNCATED = range(4)
NUM_ENDED: Final = 4

COLUMNS: Final[Mapping[str, tuple[tuple[int, ...], str]]] = {
    "episode": ((), "int32"),  # number within the shard
    "step": ((), "int16"),
    "ego": ((column.NUM_EGO,), "float32"),
    "vehicles": ((VEHICLE_SLOTS, column.NUM_VEHICLE), "float32"),
    "debris": ((DEBRIS_SLOTS, column.NUM_DEBRIS), "float32"),
    "action": ((2,), "float32"),
    "ego_true": ((NUM_EGO_TRUE,), "float64"),
    "vehicles_true": ((VEHICLE_SLOTS, NUM_VEHICLE_TRUE), "float32"),
    "debris_true": ((DEBRIS_SLOTS, NUM_DEBRIS_TRUE), "float32"),
    "contents": ((DEBRIS_SLOTS, NUM_CONTENTS), "float32"),
    "object_type": ((DEBRIS_SLOTS,), "int16"),  # into the shard's ``types``; -1 = the slot is free
    "contact": ((DEBRIS_SLOTS, NUM_CONTACT), "float32"),
    "struck": ((DEBRIS_SLOTS,), "int8"),  # another vehicle touched it within the decision
    "collided": ((NUM_COLLIDED,), "int8"),
    "untracked_usd": ((), "float32"),  # contacts with objects that were in no slot
    "ended": ((NUM_ENDED,), "int8"),
    "cost": ((component.NUM_COMPONENTS,), "float32"),
}
"""Shape after the row axis, and type, of every column."""

Columns = Mapping[str, NDArray[Any]]
"""The columns of a shard by name, ``N`` rows each."""

Kinds = NDArray[np.int64]
"""``(N, 4)``: class of the contents of every object of a shard."""


class Shard(NamedTuple):
    """One part of the log."""

    columns: dict[str, NDArray[Any]]
    types: tuple[str, ...]  # catalogue names
    families: tuple[str, ...]  # of every episode
    behaviours: tuple[str, ...]  # of every episode
    seeds: tuple[int, ...]  # of every episode

    @property
    def num_rows(self) -> int:
        """Number of decisions."""
        return len(self.columns["episode"])


def write_shard(folder: Path, shard: Shard) -> None:
    """Write a shard atomically to a folder, replacing an older one.

    Raises
    ------
    UserError
        If the operating system refuses.
    """
    temporary = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        for name in COLUMNS:
            # by way of memory, because np.save's error for a full disk gives no reason
            content = BytesIO()
            np.save(content, shard.columns[name], allow_pickle=False)
            (temporary / f"{name}.npy").write_bytes(content.getbuffer())
        about = {
            "schema": SCHEMA,
            "rows": shard.num_rows,
            "types": shard.types,
            "families": shard.families,
            "behaviours": shard.behaviours,
            "seeds": shard.seeds,
            "sha256": _digest(shard.columns),
        }
        (temporary / "shard.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
        for path in (*temporary.iterdir(), temporary):
            _flush(path)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
        _flush(folder.parent)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _flush(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk; without it a rename may be lost in a power cut."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return  # Windows cannot open a folder, and keeps its names by itself
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def is_whole(folder: Path) -> bool:
    """Whether a shard exists and its contents match its hash."""
    try:
        about, shard = read_about(folder), read_shard(folder)
    except UserError:
        return False
    return bool(about.get("sha256") == _digest(shard.columns))


def read_shard(folder: Path) -> Shard:
    """Open a shard; its columns are mapped from disk, read only.

    Raises
    ------
    UserError
        If it is missing, damaged or of another schema.
    """
    about = read_about(folder)
    columns = {}
    for name, (shape, kind) in COLUMNS.items():
        try:
            values = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise UserError(
                f"{folder}/{name}.npy: cannot be read: {describe_cause(error)}"
            ) from None
        if values.dtype != np.dtype(kind) or values.shape != (about["rows"], *shape):
            raise UserError(
                f"{folder}/{name}.npy: got {values.dtype} {values.shape}, not of schema {SCHEMA}"
            )
        columns[name] = values
    return Shard(
        columns,
        tuple(about["types"]),
        tuple(about["families"]),
        tuple(about["behaviours"]),
        tuple(about["seeds"]),
    )


def read_about(folder: Path) -> dict[str, Any]:
    """Contents of ``shard.json``: number of rows, types, episodes, hash.

    Raises
    ------
    UserError
        If there is none, or it is of another schema.
    """
    path = folder / "shard.json"
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{path}: not a shard of collected experience") from None
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        raise UserError(f"{path}: schema: expected {SCHEMA}; collect again")
    return about


def list_shards(folder: Path) -> list[Path]:
    """The complete shards of a folder, at least one, sorted by name.

    Raises
    ------
    UserError
        If there is none.
    """
    found = sorted(path.parent for path in folder.glob("*/shard.json"))
    found = [path for path in found if not path.name.startswith(".")]
    if not found:
        raise UserError(
            f"{folder}: contains no collected experience; run python -m experiments.collect first"
        )
    return found


def data_hash(shards: Iterable[Path]) -> str:
    """Hash over the hashes of some shards in order."""
    digest = hashlib.sha256()
    for folder in shards:
        digest.update(read_about(folder)["sha256"].encode())
    return digest.hexdigest()


def _digest(columns: Columns) -> str:
    """Hash over all columns."""
    digest = hashlib.sha256()
    for name in COLUMNS:
        digest.update(np.ascontiguousarray(columns[name]).tobytes())
    return digest.hexdigest()
