"""Standard output and error of a command: readers that have gone away, and letters that they cannot show."""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Any, Final

PIPE_CODE: Final = 128 + 13
"""Exit code with which a shell reports that a process ended because the reader of its output was gone."""

_GONE: Final[int] = getattr(select, "POLLERR", 0) | getattr(select, "POLLHUP", 0)


def end_if_hung_up(*, is_likely: bool) -> None:
    """End the process if the reader of its output has closed the pipe, as in ``... | head -1``.

    Parameters
    ----------
    is_likely
        Whether something points to it; decides on Windows, which has no ``select.poll``.

    Raises
    ------
    SystemExit
        If it has.
    """
    poll = getattr(select, "poll", None)
    if is_likely if poll is None else _has_hung_up(poll()):
        raise SystemExit(PIPE_CODE) from None


def _has_hung_up(poll: Any) -> bool:  # noqa: ANN401 (of a type that not every system has)
    """Whether the reader of stdout or stderr is gone."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            poll.register(stream.fileno(), 0)
    return any(event & _GONE for _, event in poll.poll(0))


def flush() -> bool:
    """Flush stdout, and drop what is left if its reader has closed the pipe, so that Python reports no error.

    Returns
    -------
    bool
        Whether everything could be written.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def escape_unknown_letters() -> None:
    """Write a letter that stdout's encoding lacks, such as an umlaut in a path on an old terminal, as an escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
