"""checkpoint."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from envs.errors import UserError
from envs.observation import TABLE
from envs.specification import DECISION_HZ
from policies.base import Budget

LARGEST_BYTES: Final = 5_000_000


TENSORS, ABOUT = "model.safetensors", "model.json"


SEAL: Final = "about_sha256"
"""Key of the description's own hash, over everything else in it."""


def spaces_hash() -> str:
    """Hash over what the observation's columns are called, in order: the model reads them by place."""
    names = {key: [column.name for column in table] for key, table in TABLE.items()}
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def flatten(value: Any, prefix: str = "") -> dict[str, NDArray[Any]]:  # noqa: ANN401 (nested tuples)
    """Arrays of nested named tuples by dotted name."""
    if isinstance(value, np.ndarray):
        return {prefix: value}
    found: dict[str, NDArray[Any]] = {}
    for name, item in value._asdict().items():
        found |= flatten(item, f"{prefix}.{name}" if prefix else name)
    return found


def unflatten(like: Any, arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Any:  # noqa: ANN401
    """The inverse of ``flatten``, with the types of ``like``."""
    if isinstance(like, np.ndarray):
        return arrays[prefix]
    parts = {
        name: unflatten(item, arrays, f"{prefix}.{name}" if prefix else name)
        for name, item in like._asdict().items()
    }
    return type(like)(**parts)


def write_checkpoint(
    folder: Path,
    learned: Any,  # noqa: ANN401 (nested tuples)
    kind: str,
    version: int,
    about: Mapping[str, Any],
) -> None:
    """Write a checkpoint of some kind: nested named tuples of arrays; see ``save``. Empty ones are left out."""
    arrays = {name: np.ascontiguousarray(a) for name, a in flatten(learned).items() if a.size}
    blob = save_tensors(arrays)
    if len(blob) > LARGEST_BYTES:
        raise UserError(f"{folder}: got {len(blob):,} bytes, allowed are {LARGEST_BYTES:,}")
    text = {
        "format": kind,
        "schema": version,
        "tensors_sha256": hashlib.sha256(blob).hexdigest(),
        "spaces": {"observation_hash": spaces_hash(), "decision_hz": DECISION_HZ},
    } | dict(about)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / TENSORS, blob)
        _replace(folder / ABOUT, (json.dumps(sealed(text), indent=1) + "\n").encode())
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from error


def sealed(about: Mapping[str, Any]) -> dict[str, Any]:
    """A description with its hash, so that a damaged one is noticed.

    Parameters
    ----------
    about
        What is known, as JSON can hold it; an old hash in it is replaced.

    Returns
    -------
    dict
        The same, and ``SEAL``.
    """
    rest = {key: value for key, value in about.items() if key != SEAL}
    # there and back: JSON knows no tuples, and no keys that are numbers
    text = json.dumps(json.loads(json.dumps(rest)), sort_keys=True)
    return rest | {SEAL: hashlib.sha256(text.encode()).hexdigest()}


def _replace(path: Path, content: bytes) -> None:
    """Write to a temporary name, flush, rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_tensors(folder: Path, about: Mapping[str, Any], like: Any) -> Any:  # noqa: ANN401 (nested tuples)
    """Read the numbers of a checkpoint.

    Parameters
    ----------
    folder
        Of the checkpoint.
    about
        Its description, which must be whole and know the numbers' hash.
    like
        Nested named tuples of arrays with the shapes and types that are expected.

    Returns
    -------
    nested named tuples
        As ``like``.

    Raises
    ------
    UserError
        One line naming file and field: missing, too large, damaged, of the wrong shape, or not finite.
    """
    path = folder / TENSORS
    if about.get(SEAL) != sealed(about)[SEAL]:
        raise UserError(f"{folder / ABOUT}: {SEAL}: the file is damaged, or was edited by hand")
    blob = read_bytes(path)
    if hashlib.sha256(blob).hexdigest() != about.get("tensors_sha256"):
        raise UserError(f"{path}: tensors_sha256: the file is not the one that {ABOUT} describes")
    try:
        arrays = load_tensors(blob)
    except (SafetensorError, ValueError, KeyError) as error:
        raise UserError(f"{path}: no safetensors file: {str(error).splitlines()[0]}") from None
    expected = flatten(like)
    for name, value in expected.items():
        found = arrays.get(name) if value.size else arrays.setdefault(name, value)
        if found is None:
            raise UserError(f"{path}: {name}: missing")
        if found.shape != value.shape or found.dtype != value.dtype:
            raise UserError(
                f"{path}: {name}: got {found.dtype} {found.shape}, expected {value.dtype} {value.shape}"
            )
        if not np.isfinite(found).all():
            raise UserError(f"{path}: {name}: not all numbers are finite")
    for name in arrays:
        if name not in expected:
            raise UserError(f"{path}: {name}: unknown")
    return unflatten(like, arrays)


def read_bytes(path: Path) -> bytes:
    """A file that is not too large."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(
                f"{path}: got {path.stat().st_size:,} bytes, allowed are {LARGEST_BYTES:,}"
            )
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def read_budget(about: Mapping[str, Any]) -> Budget:
    """What a checkpoint says its training took.

    Returns
    -------
    Budget
        Environment steps and CPU seconds.

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


def read_about(path: Path, kind: str, version: int) -> dict[str, Any]:
    """The description of a checkpoint of some kind.

    Parameters
    ----------
    path
        Of the JSON file.
    kind, version
        ``format`` and ``schema`` that are expected.

    Returns
    -------
    dict
        Written for this version's observation.

    Raises
    ------
    UserError
        One line naming file and field: missing, no JSON, foreign, of another schema or observation.
    """
    content = read_bytes(path)
    try:
        about = json.loads(content)
    except (ValueError, RecursionError):
        raise UserError(f"{path}: no JSON") from None
    if not isinstance(about, dict) or about.get("format") != kind:
        raise UserError(f"{path}: format: expected {kind!r}, this is something else")
    schema = about.get("schema")
    if schema != version:
        newer = isinstance(schema, int) and schema > version
        hint = "written by a newer version of roadworld, update it" if newer else "train again"
        raise UserError(f"{path}: schema: got {schema!r}, expected {version}; {hint}")
    spaces = about.get("spaces")
    wanted = {"observation_hash": spaces_hash(), "decision_hz": DECISION_HZ}
    if spaces != wanted:
        raise UserError(f"{path}: spaces: trained for another observation; train again")
    return about
