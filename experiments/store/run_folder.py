"""The folder of a run, ``outputs/<date>/<time>``; the same command continues an interrupted run in its folder."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError
from experiments.store.atomic import make_folder, write_text
from experiments.store.lock import FolderLock, describe_holder, try_lock
from experiments.store.manifest import write_manifest
from experiments.store.steps import JOURNAL

STATE_FILE: Final = "run.json"

RESULTS: Final = "experiments/results/"
"""Committed results, which decide no others."""

TEXTS: Final = (".py", ".yaml", ".json", ".csv")
"""Endings of text files that decide results."""

TENSORS: Final = (".safetensors", ".npz", ".npy", ".zip", ".parquet")
"""Endings of other files that decide results."""


class RunFolder:
    """A folder that belongs to one configuration and is used by one process at a time.

    Parameters
    ----------
    path
        The folder; exists.
    key
        Hash of everything that decides the result.
    lock
        Lock of the folder; closing it, or the end of the process, releases the folder.
    is_continued
        Whether an interrupted run is being continued.
    """

    def __init__(self, path: Path, key: str, lock: FolderLock, is_continued: bool) -> None:
        self.path = path
        self.is_continued = is_continued
        self._key = key
        self._lock = lock

    def __enter__(self) -> RunFolder:
        """The folder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release the folder; the state of the run is not changed."""
        self._lock.close()

    def finish(self) -> None:
        """Write the hash of every file and mark the run as complete, so that the same command starts a new one."""
        for journal in self.path.rglob(JOURNAL):
            journal.unlink()
        write_manifest(self.path)
        _write_state(self.path, self._key, "complete")
        self._lock.remove()


def compute_key(command: str, values: Mapping[str, object], files: Mapping[str, object]) -> str:
    """Hash of everything that decides a result: command, configuration, hashes of the files it names, all sources."""
    text = json.dumps([command, dict(values), dict(files), sources_hash()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def sources_hash() -> str:
    """Hash over all sources without committed results, equal for a checkout and a wheel of it, on every system.

    A run of other sources is not continued.
    """
    return hash_sources(Path(__file__).parents[2])


def hash_sources(root: Path) -> str:
    """Hash over names and contents of the files that decide results in the three packages below a folder."""
    found = {
        path.relative_to(root).as_posix(): path
        for package in ("envs", "policies", "experiments")
        for path in (root / package).rglob("*")
        if path.suffix in {*TEXTS, *TENSORS} and path.is_file()
    }
    digest = hashlib.sha256()
    for name, path in sorted(found.items()):
        # caches of tools are folders with a dot
        if name.startswith(RESULTS) or "/." in name:
            continue
        content = path.read_bytes()
        if path.suffix in TEXTS:
            # git on Windows may write other line ends
            content = content.replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def open_folder(
    root: Path, key: str, *, now: datetime, inputs: Mapping[str, object] | None = None
) -> RunFolder:
    """The locked folder of an interrupted run with the same key below ``root``, or a new one that ``now`` names.

    Parameters
    ----------
    root
        Holds the folders.
    key
        Of the run.
    now
        Names a new folder.
    inputs
        What the key is made of, as ``open_run`` needs it; kept beside the key.

    Raises
    ------
    UserError
        If the folder cannot be written to.
    """
    for state in sorted(root.glob(f"*/*/{STATE_FILE}")):
        if _read_state(state) == (key, "running"):
            lock = try_lock(state.parent)
            if lock is not None:
                return RunFolder(state.parent, key, lock, is_continued=True)
    path = _make_new(root / f"{now:%Y-%m-%d}", f"{now:%H-%M-%S}")
    lock = try_lock(path)
    if lock is None:
        raise UserError(f"{path}: in use by {describe_holder(path)}")
    _write_state(path, key, "running", inputs)
    return RunFolder(path, key, lock, is_continued=False)


def open_run(
    command: str,
    output: str,
    values: Mapping[str, object],
    files: Mapping[str, Mapping[str, str]],
) -> RunFolder:
    """Open the folder of a command as ``open_folder`` does, named by the clock, and say on stderr which it is.

    An interrupted run of the same settings whose files have changed since is left as it is, which stderr says too.
    """
    key = compute_key(command, values, files)
    inputs = {
        "settings": hashlib.sha256(
            json.dumps([command, dict(values)], sort_keys=True).encode()
        ).hexdigest(),
        "files": {**files, "roadworld": {"sources": sources_hash()}},
    }
    folder = open_folder(Path(output), key, now=datetime.now().astimezone(), inputs=inputs)
    verb = "continues" if folder.is_continued else "writes to"
    sys.stderr.write(f"{command} {verb} {folder.path}\n")
    if not folder.is_continued:
        for path, changed in _find_outdated(Path(output), inputs):
            sys.stderr.write(f"{command} leaves {path} unfinished: changed since: {changed}\n")
    return folder


def describe_change(
    old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]
) -> str:
    """The files that differ between two lists of inputs, on one line; empty if none does.

    Examples
    --------
    >>> describe_change({"policy mine": {"mine.yaml": "a"}}, {"policy mine": {"mine.yaml": "b"}})
    'policy mine (mine.yaml)'
    """
    changed = []
    for part in sorted({*old, *new}):
        before, now = old.get(part, {}), new.get(part, {})
        names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
        if names:
            changed.append(f"{part} ({', '.join(names)})")
    return ", ".join(changed)


def _find_outdated(root: Path, inputs: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Interrupted runs below a folder that have the same settings but other files, and which."""
    for path in sorted(root.glob(f"*/*/{STATE_FILE}")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            is_like = values["state"] == "running" and values["settings"] == inputs["settings"]
            changed = describe_change(values["files"], inputs["files"]) if is_like else ""
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if changed:
            yield path.parent, changed


def _make_new(day: Path, name: str) -> Path:
    """Make a new folder, also if another run started in the same second."""
    for attempt in range(1, 1000):
        path = day / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            make_folder(path, must_be_new=True)
        except FileExistsError:
            continue
        return path
    raise UserError(f"{day}: more than a thousand runs started at {name}")


def _read_state(path: Path) -> tuple[Any, Any] | None:
    """Key and state of a run, ``None`` if the file cannot be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return values["key"], values["state"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_state(
    path: Path, key: str, state: str, inputs: Mapping[str, object] | None = None
) -> None:
    values = {"key": key, "state": state, **(inputs or {})}
    write_text(path / STATE_FILE, json.dumps(values) + "\n")
