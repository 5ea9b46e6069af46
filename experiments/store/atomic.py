"""Atomic writes: a file gets a temporary name, is flushed and renamed, so that it appears complete or not at all."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from envs.errors import UserError


class WriteError(UserError):
    """The operating system cannot write: no space, no permission, no such folder."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path`` to write to; it replaces ``path`` when the block ends without an error.

    Raises
    ------
    WriteError
        If the operating system refuses.
    """
    # machines of a cluster may share the folder
    who = f"{socket.gethostname()}-{os.getpid()}"
    temporary = path.with_name(f".{path.stem}.{who}{path.suffix}")
    try:
        yield temporary
        with temporary.open("r+b") as file:  # Windows flushes only what may be written to
            os.fsync(file.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        # Arrow's errors have a text alone
        raise WriteError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        # for a folder that is gone or read-only there is an error already
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk; without it a rename may be lost in a power cut.

    Windows cannot open a folder, and keeps its names by itself.
    """
    is_folder = getattr(os, "O_DIRECTORY", None)
    if is_folder is None:
        return
    number = os.open(folder, os.O_RDONLY | is_folder)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def make_folder(path: Path, *, must_be_new: bool = False) -> None:
    """Make a folder with its parents.

    Raises
    ------
    FileExistsError
        If it must be new and is not.
    WriteError
        If the operating system refuses.
    """
    try:
        path.mkdir(parents=True, exist_ok=not must_be_new)
    except FileExistsError:
        if must_be_new:
            raise
        raise WriteError(f"{path}: cannot be used as a folder: a file has this name") from None
    except OSError as error:
        raise WriteError(f"{path}: cannot be made: {error.strerror}") from error
