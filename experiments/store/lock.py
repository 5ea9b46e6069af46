"""A lock that lets one process at a time use a folder; the error for a second process names the first one."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import BaseFileLock, FileLock, Timeout

from envs.errors import UserError

LOCK_FILE: Final = ".lock"

HOLDER_FILE: Final = ".lock_holder"
"""Description of the holder for error messages. On Windows, no other process can read a file that is locked."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder while the block runs; the lock is released when the process ends for any reason.

    Raises
    ------
    UserError
        If another process holds it: which, and since when.
    """
    lock = try_lock(folder)
    if lock is None:
        raise UserError(f"{folder}: in use by {describe_holder(folder)}")
    with lock:
        yield


class FolderLock:
    """A lock that is held until it is closed, or until the process ends."""

    def __init__(self, folder: Path, lock: BaseFileLock) -> None:
        self._folder, self._lock = folder, lock

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the folder; may be called again."""
        self._lock.release()

    def remove(self) -> None:
        """Release the folder and delete the files of its lock."""
        self.close()
        for name in (LOCK_FILE, HOLDER_FILE):
            # another process may look at it just now
            with suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)


def try_lock(folder: Path) -> FolderLock | None:
    """The lock of a folder; ``None`` if another process holds it.

    Raises
    ------
    UserError
        If the folder cannot be written to.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: cannot be written: {os.strerror(errno.ENOENT)}")
    # may be closed by another thread than the one that opened it
    lock = FileLock(folder / LOCK_FILE, timeout=0, thread_local=False)
    holder = {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": " ".join(sys.argv)[:300],
    }
    try:
        lock.acquire()
        # only for the error message: the lock itself is kept by the operating system
        (folder / HOLDER_FILE).write_text(json.dumps(holder) + "\n", encoding="utf-8")
    except Timeout:
        return None
    except OSError as error:
        lock.release()
        raise UserError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return FolderLock(folder, lock)


def describe_holder(folder: Path) -> str:
    """Description of the process that holds a folder, as far as it is known."""
    try:
        holder = json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8"))
        return "process {process} on {host} since {since}: {command}".format(**holder)
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
