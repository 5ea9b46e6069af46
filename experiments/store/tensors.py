"""Writes and reads arrays in a safetensors file with their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from envs.errors import UserError, describe_cause
from experiments.store.atomic import replacing


def write_tensors(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name to a safetensors file, whole or not at all."""
    whole = {name: np.asarray(value, order="C") for name, value in arrays.items()}
    with replacing(path) as temporary:
        _save(whole, temporary)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays that ``write_tensors`` wrote, by name.

    Raises
    ------
    UserError
        If they cannot be read, or are not those that were written: safetensors itself has no checksum.
    """
    try:
        with safe_open(path, "numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
            written = (file.metadata() or {}).get("sha256")
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: cannot be read: {describe_cause(error)}") from None
    if written != _digest(arrays):
        raise UserError(
            f"{path}: sha256: damaged; remove the file, and the same command makes it again"
        )
    return arrays


def _save(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    """Write a file with its hash.

    Raises
    ------
    OSError
        If the operating system refuses; safetensors has an error of its own for it.
    """
    try:
        save_file(arrays, path, metadata={"sha256": _digest(arrays)})
    except SafetensorError as error:
        raise OSError(str(error)) from None


def _digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Hash of names, types, shapes and values."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        value = arrays[name]
        digest.update(f"{name} {value.dtype} {value.shape}\0".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()
