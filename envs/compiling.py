"""Lines on stderr about the compilation of functions that are not in the cache: before it begins, and as it goes on."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 15.0
"""Pause between two lines."""

Pause = Callable[[float], object]
"""Waits for a number of seconds."""


def _start_thread(watch: Callable[[Pause], None]) -> None:
    """Let something watch beside the compilation, which ends with the process."""
    threading.Thread(target=watch, args=(time.sleep,), name="compilation", daemon=True).start()


class Compilation:
    """What this process has compiled so far.

    Parameters
    ----------
    clock
        Seconds.
    start
        Lets something watch while functions are compiled.

    Attributes
    ----------
    is_silent
        Whether another process says that functions are compiled.
    is_announced
        Whether it was said, here or in the process that started this one.
    has_own_lines
        Whether lines are written here while it lasts; a command's own lines of progress contain the text otherwise.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[Pause], None]], None] = _start_thread,
    ) -> None:
        self.is_silent, self.is_announced, self.has_own_lines = False, False, True
        self._clock, self._start = clock, start
        self._depth, self._count = 0, 0
        self._began: float | None = None
        self._started = self._spent = 0.0
        self._is_watched = False

    def begin(self) -> None:
        """Note that the compilation of a function begins; the first one is announced."""
        self._depth += 1
        if self._depth > 1:
            return  # a part of the function that is being compiled
        self._started = self._clock()
        if self.is_silent:
            return
        if self._began is None:
            self._began = self._clock()
        if not self.is_announced:
            self.is_announced = True
            _write(
                "compiling functions to machine code for this version of the sources, once: half a minute for an "
                f"environment, minutes for all policies; kept in {os.environ.get('NUMBA_CACHE_DIR', 'the cache')}"
            )
        if not self._is_watched:
            self._is_watched = True
            self._start(self._watch)

    def end(self) -> None:
        """Note that the compilation of a function has ended."""
        self._depth -= 1
        if not self._depth:
            self._count += 1
            self._spent += self._clock() - self._started

    def spent_s(self) -> float:
        """Seconds in which functions were compiled, up to now."""
        return self._spent + (self._clock() - self._started if self._depth else 0.0)

    def describe(self) -> str:
        """Text on what is compiled at the moment; empty if nothing is."""
        if not self._depth or self._began is None:
            return ""
        seconds = self._clock() - self._began
        return f"compiling function {self._count + 1}, {seconds:.0f} s since the first"

    def _watch(self, pause: Pause) -> None:
        """Write a line after every pause until nothing is compiled any more."""
        while True:
            pause(EVERY_S)
            text = self.describe()
            if not text:
                break
            if self.has_own_lines:
                _write(text)
        self._is_watched = False


def _write(text: str) -> None:
    """Write one line to stderr, which may be closed or missing."""
    try:
        sys.stderr.write(f"roadworld: {text}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        return


compilation = Compilation()
"""The one of this process."""
