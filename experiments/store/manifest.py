"""SHA-256 of what is finished: of shards line by line while they come, of a whole folder when it is complete."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Final

from envs.errors import UserError
from experiments.store.atomic import write_text
from experiments.store.lock import LOCK_FILE

MANIFEST: Final = "manifest.json"
JOURNAL: Final = "manifest.jsonl"

BLOCK_BYTES: Final = 2**20
"""Read at once: memory does not grow with the file."""


class Journal:
    """Hashes of finished shards, one appended line each: a line that a crash cut short is a shard to do again.

    Parameters
    ----------
    folder
        Of the shards; exists.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / JOURNAL
        self._known = self._read()

    def add(self, name: str, sha256: str) -> None:
        """Note a finished shard; on disk when this returns.

        Raises
        ------
        UserError
            If the operating system refuses.
        """
        self._known[name] = sha256
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, sha256]) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(f"{self._path}: cannot be written: {error.strerror}") from None

    def is_whole(self, name: str) -> bool:
        """Whether a shard is there and has the hash that was noted."""
        path = self._folder / name
        return path.is_file() and self._known.get(name) == compute_sha256(path)

    def _read(self) -> dict[str, str]:
        """What was noted; the file is written anew, so that no line is appended to half a one."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return {}
        known = {}
        for line in text.splitlines():
            try:
                name, sha256 = json.loads(line)
            except (ValueError, TypeError):
                continue
            known[str(name)] = str(sha256)
        write_text(self._path, "".join(json.dumps(item) + "\n" for item in known.items()))
        return known


def compute_sha256(path: Path) -> str:
    """Hash of a file's bytes.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    str
        64 digits.

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
    left_out = {MANIFEST, LOCK_FILE, "run.json"}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {
        path.relative_to(folder).as_posix(): compute_sha256(path)
        for path in files
        if path.name not in left_out
    }
    write_text(folder / MANIFEST, json.dumps({"sha256": hashes}, indent=1) + "\n")


def check_file(path: Path) -> None:
    """Refuse a file of a finished folder that is no longer what it was.

    Parameters
    ----------
    path
        Right below the folder; a folder without a manifest is of another version and passes.

    Raises
    ------
    UserError
        If manifest and file do not fit.
    """
    told = read_manifest(path.parent)
    if path.name in told and told[path.name] != compute_sha256(path):
        raise UserError(
            f"{path}: damaged: its SHA-256 is not that of {MANIFEST}; run the command again"
        )


def read_manifest(folder: Path) -> dict[str, str]:
    """Hashes of a finished folder, empty if there is no manifest that can be read."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {str(name): str(sha256) for name, sha256 in told["sha256"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
