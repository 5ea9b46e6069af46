"""The folder of a run, ``outputs/<date>/<time>``; the same command continues an interrupted run in its folder."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
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


def compute_key(command: str, values: Mapping[str, object], files: Mapping[str, str]) -> str:
    """Hash of everything that decides a result: command, configuration, contents of the files it names, all sources."""
    text = json.dumps([command, dict(values), dict(files), sources_hash()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def sources_hash() -> str:
    """Hash over all sources without committed results; a run of other sources is not continued."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for package in ("envs", "policies", "experiments"):
        for path in sorted((root / package).rglob("*")):
            is_result = root / "experiments" / "results" in path.parents
            if is_result or not path.is_file():
                continue
            if path.suffix in {".py", ".yaml", ".safetensors", ".json"}:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def open_folder(root: Path, key: str, *, now: datetime) -> RunFolder:
    """The locked folder of an interrupted run with the same key below ``root``, or a new one that ``now`` names.

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
    _write_state(path, key, "running")
    return RunFolder(path, key, lock, is_continued=False)


def open_run(
    command: str, output: str, values: Mapping[str, object], files: Mapping[str, str]
) -> RunFolder:
    """Open the folder of a command as ``open_folder`` does, named by the clock, and say on stderr which it is."""
    key = compute_key(command, values, files)
    folder = open_folder(Path(output), key, now=datetime.now().astimezone())
    verb = "continues" if folder.is_continued else "writes to"
    sys.stderr.write(f"{command} {verb} {folder.path}\n")
    return folder


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


def _write_state(path: Path, key: str, state: str) -> None:
    write_text(path / STATE_FILE, json.dumps({"key": key, "state": state}) + "\n")
