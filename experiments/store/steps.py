"""The step cache: finished steps are recognised by their key and files, and not repeated after an interruption."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.errors import UserError
from experiments.store.atomic import write_text
from experiments.store.manifest import compute_sha256

JOURNAL: Final = "manifest.jsonl"


class Step(NamedTuple):
    """A finished step, which is one line of the journal."""

    name: str
    key: str  # of everything that decides the result
    files: dict[str, str]  # name within the folder to SHA-256
    value: Any  # anything else that JSON can hold


class Steps:
    """The finished steps of a folder.

    One process at a time writes here: workers write files, and the process that hands out the work notes them. A line
    that a crash cut short is a step to do again.

    Parameters
    ----------
    folder
        Holds the files; exists.
    journal
        Name of the file in it that lists the steps.
    """

    def __init__(self, folder: Path, journal: str = JOURNAL) -> None:
        self._folder = folder
        self._path = folder / journal
        self._known = self._read()

    def find(self, name: str, key: str = "") -> Step | None:
        """The step with a name, if it was finished with this key and its files have not changed."""
        step = self._known.get(name)
        if step is None or step.key != key:
            return None
        for file, sha256 in step.files.items():
            path = self._folder / file
            if not path.is_file() or compute_sha256(path) != sha256:
                return None
        return step

    def note(self, name: str, files: Iterable[str], *, key: str = "", value: object = None) -> None:
        """Record a finished step; the line is on disk when this returns.

        Raises
        ------
        UserError
            If a file cannot be read or the journal cannot be written.
        """
        hashes = {file: compute_sha256(self._folder / file) for file in files}
        self._known[name] = step = Step(name, key, hashes, value)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_to_line(step))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(f"{self._path}: cannot be written: {error.strerror}") from None

    def do(self, files: tuple[str, ...], make: Callable[[], object], *, key: str = "") -> None:
        """Make some files, unless the step that makes them is finished; the first file names the step."""
        if self.find(files[0], key) is None:
            make()
            self.note(files[0], files, key=key)

    def _read(self) -> dict[str, Step]:
        """Steps by name; a damaged journal is rewritten, so that no line is appended to an incomplete one."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return {}
        found = [step for step in map(_from_line, text.splitlines()) if step is not None]
        whole = "".join(map(_to_line, found))
        if whole != text:
            write_text(self._path, whole)
        return {step.name: step for step in found}


def _to_line(step: Step) -> str:
    return json.dumps(step) + "\n"


def _from_line(line: str) -> Step | None:
    """A step from its line, or ``None`` if the line is incomplete."""
    try:
        name, key, files, value = json.loads(line)
        return Step(str(name), str(key), {str(k): str(v) for k, v in files.items()}, value)
    except (ValueError, TypeError, AttributeError):
        return None
