"""Progress on stderr: a bar on a terminal, and elsewhere a line as work begins and at least every 20 s."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

from envs.compiling import compilation

if TYPE_CHECKING:
    from tqdm import tqdm

EVERY_S = 15.0
"""Pause between two lines; on a busy machine they may be some seconds late."""

LOOK_EVERY_S = 1.0
"""Pause between two looks at what is done; work that lasts longer has a line when it begins."""

LARGE: Final = 10_000
"""Totals from which on numbers are shown on a terminal as 12k."""

Item = TypeVar("Item")

_running: list[Progress] = []
"""Pieces of work in progress in this process, the innermost last."""

_finished: list[str] = []
"""Title of the piece of work that ended last, if any."""


class Progress:
    """Progress of one piece of work.

    Parameters
    ----------
    title
        What is done.
    total
        When it is finished; ``None`` if that is not known.
    unit
        What is counted, in the plural; nothing if the work cannot be counted.
    done
        Counted before it began.
    clock
        Seconds.
    """

    def __init__(
        self,
        title: str,
        total: float | None = None,
        unit: str = "",
        done: float = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title, self.total, self.unit, self.done = title, total, unit, done
        self.remark = ""
        self._clock, self._began = clock, clock()
        self._first: tuple[float, float] | None = None  # when the first unit was done, and how many
        self._bar: tqdm[Any] | None = None
        if is_terminal() and unit:
            # not at the top: `--help` does not need it
            from tqdm import tqdm

            is_large = total is not None and total >= LARGE
            self._bar = tqdm(total=total, initial=done, desc=title, unit=unit, unit_scale=is_large)
        _running.append(self)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Mark the work as ended; may be called again."""
        if self in _running:
            _running.remove(self)
            _finished[:] = [self.title]
        if self._bar is not None:
            self._bar.close()

    def update(self, count: float = 1, remark: str | None = None) -> None:
        """Count further units; a remark replaces the previous one."""
        self.reach(self.done + count, self.total, remark)

    def reach(self, done: float, total: float | None = None, remark: str | None = None) -> None:
        """Set how much is done and how much there is in all."""
        if done < self.done:
            # the same work begins once more, for another part
            self._began, self._first = self._clock(), (self._working_time(), done)
        elif done > self.done and self._first is None:
            self._first = self._working_time(), done
        self.done, self.total = done, self.total if total is None else total
        self.remark = self.remark if remark is None else remark
        if self._bar is not None:
            self._bar.total = self.total
            if remark is not None:
                self._bar.set_postfix_str(remark, refresh=False)
            if done < self._bar.n:
                self._bar.reset()
            self._bar.update(done - self._bar.n)

    @property
    def has_bar(self) -> bool:
        """Whether a terminal shows it."""
        return self._bar is not None

    def _working_time(self) -> float:
        """Seconds of the clock without those in which functions were compiled, which happens once."""
        return self._clock() - compilation.spent_s()

    def describe(self) -> str:
        """Text on what is done, how much of how much, and the time left once the speed is known.

        The first unit does not count: what is loaded and compiled at the beginning is done once.
        """
        spent = self._clock() - self._began
        if not self.unit:
            return f"{self.title}, {to_words(spent)} so far"
        text = f"{self.title}: {self.done:,.0f}"
        began, first = self._first or (0.0, self.done)
        new = self.done - first
        if self.total is None:
            text += f" {self.unit}"
        else:
            text += f" of {self.total:,.0f} {self.unit}"
            if self.total > 0:
                text += f" ({100 * self.done / self.total:.0f} %)"
        if self.total is not None and new > 0:
            pace = max(0.0, self._working_time() - began) / new
            text += f", about {to_words(pace * (self.total - self.done))} left"
        else:
            text += f", {to_words(spent)} so far"
        return f"{text}; {self.remark}" if self.remark else text


def watch(items: Iterable[Item], title: str, total: float, unit: str) -> Iterator[Item]:
    """Yield the items and count them as they are done."""
    with Progress(title, total, unit) as progress:
        for item in items:
            yield item
            progress.update()


def count(title: str, unit: str = "shards") -> Callable[[int, int], None]:
    """Make a function that receives how much is done of how much, and shows progress until all is done."""
    progress: list[Progress] = []

    def reach(done: int, total: int) -> None:
        if not progress:
            progress.append(Progress(title, total, unit))
        progress[0].reach(done, total)
        if done >= total:
            progress.pop().close()

    return reach


def is_terminal() -> bool:
    """Whether stderr is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def to_words(seconds: float) -> str:
    """A duration in words.

    Examples
    --------
    >>> to_words(42.4), to_words(95.0), to_words(7260.0)
    ('42 s', '1 min 35 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class Heartbeat:
    """Writes regularly what a command is doing.

    Parameters
    ----------
    command
        Its name.
    stream
        Where lines go.
    clock
        Seconds.
    """

    def __init__(
        self, command: str, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._command, self._stream, self._clock = command, stream, clock
        self._began = self._written = clock()
        self._announced: set[str] = set()
        self._seen = ""

    def watch(self, pause: Callable[[float], bool]) -> None:
        """Write lines between pauses, until a pause says that the command has ended or no line can be written."""
        while not pause(LOOK_EVERY_S):
            running = tuple(_running)
            if any(one.has_bar for one in running):
                continue
            is_due = self._clock() - self._written >= EVERY_S
            if not (self._is_new(" > ".join(one.title for one in running)) or is_due):
                continue
            try:
                self._write("; ".join(one.describe() for one in running))
            except (OSError, ValueError):
                return

    def _is_new(self, titles: str) -> bool:
        """Whether some work has lasted from one look to the next and was never written about."""
        lasts, self._seen = titles == self._seen, titles
        return bool(titles) and lasts and titles not in self._announced

    def _write(self, doing: str) -> None:
        """Write one line."""
        if not doing:
            doing = f"working, {to_words(self._clock() - self._began)} so far"
            doing += f"; last step: {_finished[0]}" if _finished else ""
        if compiling := compilation.describe():
            doing += f"; {compiling}"
        self._announced.add(self._seen)
        self._written = self._clock()
        time_of_day = datetime.now().astimezone().strftime("%H:%M:%S")
        self._stream.write(f"{time_of_day} {self._command}: {doing}\n")
        self._stream.flush()


@contextmanager
def heartbeat(command: str, stream: TextIO) -> Iterator[None]:
    """Lines about a command's progress while the block runs, in place of the bars that a terminal has."""
    compilation.has_own_lines = False
    ended = threading.Event()
    line = Heartbeat(command, stream)
    thread = threading.Thread(target=line.watch, args=(ended.wait,), name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        compilation.has_own_lines = True
