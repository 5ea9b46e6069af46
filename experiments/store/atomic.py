"""Files appear whole or not at all: written to a temporary name, flushed, renamed, and the folder flushed too."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from envs.errors import UserError


class WriteError(UserError):
    """The operating system refuses to write: no space, no permission, no such folder."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path`` to write to; renamed to it when the block ends without an error.

    Parameters
    ----------
    path
        What shall exist afterwards; replaced if it does already.

    Yields
    ------
    Path
        The temporary name, with the same ending.

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
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        # Arrow's errors have a text alone
        raise WriteError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        # a folder that is gone or read-only has been told of already
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on disk: a rename survives a power cut only then."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


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
