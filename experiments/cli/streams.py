"""Standard output and error of a command: readers that have gone away, and letters that they cannot show."""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Any, Final, TextIO

PIPE_CODE: Final = 128 + 13
"""Exit code with which a shell reports that a process ended because the reader of its output was gone."""


def end_if_hung_up() -> None:
    """End the process if the reader of its output has closed the pipe, as in ``... | head -1``."""
    streams = [x for x in (sys.__stdout__, sys.__stderr__) if x is not None and not x.closed]
    if any(_has_hung_up(stream) for stream in streams):
        raise SystemExit(PIPE_CODE) from None


def _has_hung_up(stream: TextIO) -> bool:
    """Whether the reader of a stream is gone."""
    system: Any = select  # Windows has no poll
    if not hasattr(system, "poll"):
        try:
            stream.flush()
        except OSError:
            return True
        return False
    poll = system.poll()
    poll.register(stream.fileno(), 0)
    return any(event & (system.POLLERR | system.POLLHUP) for _, event in poll.poll(0))


def flush() -> None:
    """Flush stdout, and drop what is left if its reader has closed the pipe, so that Python reports no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def escape_unknown_letters() -> None:
    """Write a letter that stdout's encoding lacks, such as an umlaut in a path on an old terminal, as an escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
