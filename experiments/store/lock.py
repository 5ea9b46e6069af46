"""One process at a time in a folder; who comes second is told who has it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from envs.errors import UserError

LOCK_FILE: Final = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder while the block runs; the end of the process, however it ends, gives it free.

    Parameters
    ----------
    folder
        Exists.

    Raises
    ------
    UserError
        If another process holds it: which, since when.
    """
    file = try_lock(folder)
    if file is None:
        raise UserError(f"{folder}: in use by {describe_holder(folder)}")
    with file:
        yield


def try_lock(folder: Path) -> TextIOWrapper | None:
    """The lock of a folder.

    Parameters
    ----------
    folder
        Exists.

    Returns
    -------
    TextIOWrapper or None
        Open, and the lock is held until it is closed; ``None`` if another process holds it.

    Raises
    ------
    UserError
        If the folder cannot be written to.
    """
    try:
        file = (folder / LOCK_FILE).open("a", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    # for people: nothing is decided by it, the lock itself is the operating system's
    holder = {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": " ".join(sys.argv)[:300],
    }
    try:
        file.truncate(0)
        file.write(json.dumps(holder) + "\n")
        file.flush()
    except OSError as error:
        file.close()
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None
    return file


def describe_holder(folder: Path) -> str:
    """Who holds a folder, as far as that is known."""
    try:
        told = json.loads((folder / LOCK_FILE).read_text(encoding="utf-8"))
        return "process {process} on {host} since {since}: {command}".format(**told)
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
