"""SHA-256 of every file of a finished folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from envs.errors import UserError
from experiments.store.atomic import write_text
from experiments.store.lock import HOLDER_FILE, LOCK_FILE

MANIFEST: Final = "manifest.json"

BLOCK_BYTES: Final = 2**20
"""Number of bytes read at once, so that memory does not grow with the file."""


def compute_sha256(path: Path) -> str:
    """Hash of a file's bytes, 64 hexadecimal digits.

    Raises
    ------
    UserError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()


def write_manifest(folder: Path) -> None:
    """Write the hash of every file below a finished folder."""
    left_out = {MANIFEST, LOCK_FILE, HOLDER_FILE, "run.json"}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {
        path.relative_to(folder).as_posix(): compute_sha256(path)
        for path in files
        if path.name not in left_out
    }
    write_text(folder / MANIFEST, json.dumps({"sha256": hashes}, indent=1) + "\n")


def check_file(path: Path) -> None:
    """Raise an error if a file of a finished folder has changed; without a manifest every file is accepted.

    Raises
    ------
    UserError
        If manifest and file do not fit.
    """
    known = read_manifest(path.parent)
    if path.name in known and known[path.name] != compute_sha256(path):
        raise UserError(
            f"{path}: damaged: its SHA-256 is not that of {MANIFEST}; run the command again"
        )


def read_manifest(folder: Path) -> dict[str, str]:
    """Hashes of a finished folder, empty if there is no manifest that can be read."""
    try:
        hashes = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["sha256"]
        return {str(name): str(sha256) for name, sha256 in hashes.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
