"""The pace of a drive: when the next tick is due, in real time that stands still during a pause."""

from __future__ import annotations

import threading
import time
from typing import Final, Protocol

from envs.specification import TICK_S

Seconds = float


class Pace(Protocol):
    """Decides when ticks are simulated."""

    def wait(self) -> Seconds:
        """Wait until the next tick is due; returns when that was, in seconds since 1970."""
        ...


class Unpaced:
    """Waits for nothing: for tests and for scripted drives."""

    def wait(self) -> Seconds:
        """Return at once."""
        return time.time()


class RealTime:
    """One tick every 1/15 s. A tick that is late by more than a tick moves all later ones.

    Attributes
    ----------
    lost_s
        Seconds by which later ticks were moved, because the machine was too slow; pauses do not count.
    """

    LONGEST_WAIT_S: Final = 0.25
    """A pause is looked at again after this time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_paused = False
        self._due: float | None = None
        self.lost_s = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether time stands still."""
        return self._is_paused

    def begin(self) -> None:
        """Begin another drive: its first tick is due at once, unless time stands still."""
        with self._changed:
            self._due, self.lost_s = None, 0.0

    def pause(self, is_paused: bool) -> None:
        """Stop time, or let it go on."""
        with self._changed:
            self._is_paused = is_paused
            self._due = None
            self._changed.notify_all()

    def wait(self) -> Seconds:
        """Wait until the next tick is due; returns when that was, in seconds since 1970."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._is_paused:
                    self._changed.wait(self.LONGEST_WAIT_S)
                    continue
                due = now if self._due is None else self._due
                if due <= now:
                    break
                self._changed.wait(due - now)
            late = now - due
            if late > TICK_S:
                self.lost_s += late
                due = now
            self._due = due + TICK_S
            return time.time() - (now - due)
