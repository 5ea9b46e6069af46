"""A lock that lets one process at a time use a folder; the error for a second process names the first one."""

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
    """Hold a folder while the block runs; the lock is released when the process ends for any reason.

    Raises
    ------
    UserError
        If another process holds it: which, and since when.
    """
    file = try_lock(folder)
    if file is None:
        raise UserError(f"{folder}: in use by {describe_holder(folder)}")
    with file:
        yield


def try_lock(folder: Path) -> TextIOWrapper | None:
    """The lock of a folder, held until the file is closed; ``None`` if another process holds it.

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
    # only for the error message: the lock itself is kept by the operating system
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
    """Description of the process that holds a folder, as far as it is known."""
    try:
        holder = json.loads((folder / LOCK_FILE).read_text(encoding="utf-8"))
        return "process {process} on {host} since {since}: {command}".format(**holder)
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
