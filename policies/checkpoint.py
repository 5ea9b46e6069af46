"""Checkpoints of every learned policy: a folder with its arrays (safetensors) and their description (JSON)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from envs.errors import UserError, describe_cause
from envs.observation import TABLE
from envs.specification import DECISION_HZ
from policies.base import Budget

T = TypeVar("T")

LARGEST_BYTES: Final = 5_000_000
"""Size limit of either file."""

LARGEST_SIZE: Final = 1024
"""Upper bound of every width and count in a description."""

TENSORS, ABOUT = "model.safetensors", "model.json"

SEAL: Final = "about_sha256"
"""Key of the description's own hash, over everything else in it."""


@dataclass(frozen=True)
class Checkpoint(Generic[T]):
    """Arrays of a learned policy and their description."""

    learned: T  # nested named tuples of arrays
    about: Mapping[str, Any]


@dataclass(frozen=True)
class CheckpointFormat(Generic[T]):
    """File format of the checkpoints of one kind of policy."""

    name: str
    schema: int
    template: Callable[[Path, Mapping[str, Any]], T]
    """Zeroed arrays of the shapes in a description. Gets its path, for messages, and its content; raises
    ``UserError`` if a field does not fit."""

    def save(
        self, folder: Path, learned: T, sizes: Mapping[str, int], about: Mapping[str, Any]
    ) -> None:
        """Write a checkpoint: the arrays first, the description with their hash last. Empty arrays are left out.

        Raises
        ------
        UserError
            If it would be too large, or the operating system refuses.
        """
        arrays = {name: np.ascontiguousarray(a) for name, a in flatten(learned).items() if a.size}
        blob = save_tensors(arrays)
        if len(blob) > LARGEST_BYTES:
            raise UserError(f"{folder}: got {len(blob):,} bytes, allowed are {LARGEST_BYTES:,}")
        text = {
            "format": self.name,
            "schema": self.schema,
            "tensors_sha256": hashlib.sha256(blob).hexdigest(),
            "spaces": _spaces(),
            "sizes": dict(sizes),
        } | dict(about)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _replace(folder / TENSORS, blob)
            _replace(folder / ABOUT, (json.dumps(sealed(text), indent=1) + "\n").encode())
        except OSError as error:
            raise UserError(f"{folder}: cannot be written: {error.strerror}") from error

    def load(self, folder: Path) -> Checkpoint[T]:
        """Read a checkpoint and check sizes, types, hashes and finiteness.

        Raises
        ------
        UserError
            One line naming file and field: missing, too large, of another kind, schema or observation, damaged, of the
            wrong shape, or not finite.
        """
        path = folder / ABOUT
        about = self._read_about(path)
        return Checkpoint(_read_tensors(folder, about, self.template(path, about)), about)

    def _read_about(self, path: Path) -> dict[str, Any]:
        """Read the description and check the part that all kinds share."""
        content = _read_bytes(path)
        try:
            about = json.loads(content)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise UserError(f"{path}: not valid JSON ({place})") from None
        except (ValueError, RecursionError):
            raise UserError(f"{path}: not valid JSON") from None
        if not isinstance(about, dict) or about.get("format") != self.name:
            raise UserError(f"{path}: format: expected {self.name!r}, got another format")
        schema = about.get("schema")
        if schema != self.schema:
            newer = isinstance(schema, int) and schema > self.schema
            hint = "written by a newer version of roadworld, update it" if newer else "train again"
            raise UserError(f"{path}: schema: got {schema!r}, expected {self.schema}; {hint}")
        if about.get("spaces") != _spaces():
            raise UserError(f"{path}: spaces: trained for another observation; train again")
        return about


def check_sizes(
    path: Path,
    about: Mapping[str, Any],
    lowest: Mapping[str, int],
    absent: frozenset[str] = frozenset(),
) -> dict[str, int]:
    """Check the layer widths and counts in a description.

    Parameters
    ----------
    path
        Of the description, for messages.
    about
        Its content.
    lowest
        Smallest allowed value of every size; the largest is ``LARGEST_SIZE``.
    absent
        Sizes that must be 0.

    Raises
    ------
    UserError
        If a size is missing, unknown or out of bounds.
    """
    values = about.get("sizes")
    if not isinstance(values, dict) or set(values) != set(lowest):
        raise UserError(f"{path}: sizes: expected {', '.join(lowest)}")
    for name, value in values.items():
        low, high = (0, 0) if name in absent else (lowest[name], LARGEST_SIZE)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise UserError(f"{path}: sizes.{name}: got {value!r}, expected {low} to {high}")
    return values


def read_budget(about: Mapping[str, Any]) -> Budget:
    """Environment steps and CPU seconds of training, according to a description.

    Raises
    ------
    UserError
        If it does not say.
    """
    try:
        spent = about["budget"]
        return Budget(int(spent["environment_steps"]), float(spent["cpu_seconds"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise UserError(
            "budget: expected environment_steps and cpu_seconds, both numbers"
        ) from None


def spaces_hash() -> str:
    """Hash over the names of the observation's columns in order, because models read columns by position."""
    names = {key: [column.name for column in table] for key, table in TABLE.items()}
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def flatten(value: Any, prefix: str = "") -> dict[str, NDArray[Any]]:  # noqa: ANN401 (nested tuples)
    """Arrays of nested named tuples by dotted name."""
    if isinstance(value, np.ndarray):
        return {prefix: value}
    arrays: dict[str, NDArray[Any]] = {}
    for name, item in value._asdict().items():
        arrays |= flatten(item, f"{prefix}.{name}" if prefix else name)
    return arrays


def unflatten(like: Any, arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Any:  # noqa: ANN401
    """The inverse of ``flatten``, with the structure of ``like``."""
    if isinstance(like, np.ndarray):
        return arrays[prefix]
    parts = {
        name: unflatten(item, arrays, f"{prefix}.{name}" if prefix else name)
        for name, item in like._asdict().items()
    }
    return type(like)(**parts)


def sealed(about: Mapping[str, Any]) -> dict[str, Any]:
    """A description with its own hash under ``SEAL``, which reveals damage; an old hash is replaced."""
    rest = {key: value for key, value in about.items() if key != SEAL}
    # there and back, because JSON has neither tuples nor keys that are numbers
    text = json.dumps(json.loads(json.dumps(rest)), sort_keys=True)
    return rest | {SEAL: hashlib.sha256(text.encode()).hexdigest()}


def _spaces() -> dict[str, Any]:
    """Description of the observation that a checkpoint of this version reads."""
    return {"observation_hash": spaces_hash(), "decision_hz": DECISION_HZ}


def _replace(path: Path, content: bytes) -> None:
    """Write a file atomically: to a temporary name, flushed, renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _read_tensors(folder: Path, about: Mapping[str, Any], like: T) -> T:
    """The arrays of a checkpoint, with the shapes and types of ``like``."""
    path = folder / TENSORS
    if about.get(SEAL) != sealed(about)[SEAL]:
        raise UserError(f"{folder / ABOUT}: {SEAL}: the file is damaged, or was edited by hand")
    blob = _read_bytes(path)
    if hashlib.sha256(blob).hexdigest() != about.get("tensors_sha256"):
        raise UserError(f"{path}: tensors_sha256: the file is not the one that {ABOUT} describes")
    try:
        arrays = load_tensors(blob)
    except (SafetensorError, ValueError, KeyError) as error:
        raise UserError(f"{path}: not a safetensors file: {describe_cause(error)}") from None
    expected = flatten(like)
    for name, value in expected.items():
        array = arrays.get(name) if value.size else arrays.setdefault(name, value)
        if array is None:
            raise UserError(f"{path}: {name}: missing")
        if array.shape != value.shape or array.dtype != value.dtype:
            raise UserError(
                f"{path}: {name}: got {array.dtype} {array.shape}, expected {value.dtype} {value.shape}"
            )
        if not np.isfinite(array).all():
            raise UserError(f"{path}: {name}: not all numbers are finite")
    for name in arrays:
        if name not in expected:
            raise UserError(f"{path}: {name}: unknown array")
    whole: T = unflatten(like, arrays)
    return whole


def _read_bytes(path: Path) -> bytes:
    """The content of a file that is not too large."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(
                f"{path}: got {path.stat().st_size:,} bytes, allowed are {LARGEST_BYTES:,}"
            )
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
