"""Starts of dreams: short log pieces, in a small file beside the checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from envs.errors import UserError, describe_cause
from envs.observation import TABLE, Column
from envs.specification import DEBRIS_SLOTS, DECISION_S, VEHICLE_SLOTS, column
from policies.checkpoint import spaces_hash

FILE: Final = "starts.safetensors"
FORMAT: Final = "roadworld-dream-starts"

LENGTH: Final = 16
"""Decisions of every piece: the belief is burnt in on them."""

LARGEST_BYTES: Final = 1_500_000

STEPS: Final = 65_535
"""A number is stored as one of this many steps between the bounds of its column."""


class Starts(NamedTuple):
    """``S`` log pieces of observations, oldest decision first."""

    ego: NDArray[np.float32]  # (S, LENGTH, E)
    vehicles: NDArray[np.float32]  # (S, LENGTH, 8, V)
    debris: NDArray[np.float32]  # (S, LENGTH, 4, D)
    limit: NDArray[
        np.float64
    ]  # (H,) usual disagreement after each number of decisions: 95th percentile
    families: tuple[str, ...]  # of every piece


def write_starts(path: Path, starts: Starts) -> None:
    """Write the file; only tracks that last to the end of a log piece are kept.

    Raises
    ------
    UserError
        If it would be too large, or the operating system refuses.
    """
    arrays: dict[str, NDArray[Any]] = {
        "ego": _encode(starts.ego, TABLE["ego"]),
        "limit": starts.limit,
    }
    for key, rows in (("vehicles", starts.vehicles), ("debris", starts.debris)):
        piece, slot = np.nonzero(rows[:, -1, :, column.V_TRACKED] > 0.5)
        arrays[f"{key}_of"] = np.stack([piece, slot], axis=1).astype(np.uint16)
        arrays[key] = _encode(rows[piece, :, slot], TABLE[key])
    about = {"format": FORMAT, "spaces": spaces_hash(), "families": json.dumps(starts.families)}
    about["sha256"] = digest(arrays, about)
    blob = save({name: np.ascontiguousarray(a) for name, a in arrays.items()}, about)
    if len(blob) > LARGEST_BYTES:
        raise UserError(f"{path}: got {len(blob):,} bytes, allowed are {LARGEST_BYTES:,}")
    try:
        path.write_bytes(blob)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error


def digest(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, str]) -> str:
    """Hash over all arrays and all metadata except the hash itself."""
    found = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.dtype} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    found.update(json.dumps({k: about[k] for k in sorted(about) if k != "sha256"}).encode())
    return found.hexdigest()


def read_starts(path: Path) -> Starts:
    """Read and check the file; it contains at least one log piece.

    Raises
    ------
    UserError
        One line naming the file: missing, too large, foreign, damaged, of another observation, or of the wrong shape.
    """
    if not path.is_file():
        raise UserError(f"{path}: missing; dreams need it, train again")
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(f"{path}: larger than {LARGEST_BYTES:,} bytes")
        with safe_open(path, framework="numpy") as file:
            about = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: not a safetensors file: {describe_cause(error)}") from None
    if about.get("format") != FORMAT:
        raise UserError(f"{path}: format: expected {FORMAT!r}, got another format")
    if about.get("spaces") != spaces_hash():
        raise UserError(f"{path}: spaces: made for another observation; train again")
    if about.get("sha256") != digest(arrays, about):
        raise UserError(f"{path}: sha256: the file is damaged; train again")
    try:
        return _unpack(arrays, tuple(json.loads(about["families"])))
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise UserError(f"{path}: damaged contents: {describe_cause(error)}") from None


def _unpack(arrays: dict[str, NDArray[Any]], families: tuple[str, ...]) -> Starts:
    """Write rows to their slots; free slots are zero."""
    ego = _decode(arrays["ego"], TABLE["ego"])
    count = len(ego)
    found = []
    for key, slots in (("vehicles", VEHICLE_SLOTS), ("debris", DEBRIS_SLOTS)):
        rows = np.zeros((count, LENGTH, slots, len(TABLE[key])), np.float32)
        of = arrays[f"{key}_of"].astype(np.int64)
        values = _decode(arrays[key], TABLE[key])
        values[values[..., column.V_TRACKED] < 0.5] = 0.0
        rows[of[:, 0], :, of[:, 1]] = values
        found.append(rows)
    if count == 0 or len(families) != count or ego.shape[1] != LENGTH:
        raise ValueError(f"got {ego.shape} pieces of {len(families)} families")
    return Starts(ego, found[0], found[1], arrays["limit"].astype(np.float64), families)


def _encode(rows: NDArray[np.float32], table: tuple[Column, ...]) -> NDArray[np.uint16]:
    """Numbers as integer steps between the bounds."""
    low, high = _bounds(table)
    share = (np.clip(rows, low, high) - low) / (high - low)
    return np.round(share * STEPS).astype(np.uint16)


def _decode(codes: NDArray[np.uint16], table: tuple[Column, ...]) -> NDArray[np.float32]:
    """The inverse of ``_encode``; exact for flags, integers and multiples of the decision's length."""
    low, high = _bounds(table)
    rows = low + codes / STEPS * (high - low)
    for k, one in enumerate(table):
        if one.unit == "0/1" or one.name in {"identity", "num_lanes"}:
            rows[..., k] = np.round(rows[..., k])
        elif one.name in {"age_since_seen", "track_age", "time_left"}:
            rows[..., k] = np.round(rows[..., k] / DECISION_S) * DECISION_S
        elif one.low < 0.0:
            # zero is no step of a range that is symmetric about it
            near = np.abs(rows[..., k]) < (one.high - one.low) / STEPS
            rows[..., k] = np.where(near, 0.0, rows[..., k])
    return rows.astype(np.float32)


def _bounds(table: tuple[Column, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lows and highs of all columns."""
    return np.array([one.low for one in table]), np.array([one.high for one in table])
