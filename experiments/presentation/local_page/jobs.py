"""The worker behind local pages: one thread, newest job first, with all results cached."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from envs.errors import UserError

Report = Callable[[float, str], None]
"""Receives the share of a job that is done, and what is done now."""


@dataclass
class Job:
    """A computation and its progress; pages read it, the worker writes it."""

    work: Callable[[Report], Any]
    share: float = 0.0
    what: str = "waiting"
    is_done: bool = False
    result: Any = None
    error: str | None = None  # one line, if it failed


class Worker:
    """Runs jobs one after the other, because policies have memory and there is one copy of each.

    Its thread ends with the process, even in the middle of a job.
    """

    def __init__(self) -> None:
        self._jobs: dict[Hashable, Job] = {}
        self._waiting: list[Hashable] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="worker", daemon=True).start()

    def ask(self, key: Hashable, work: Callable[[Report], Any]) -> Job:
        """Return the job with a key: queue a new one, or move a waiting one to the front; ``work`` is its content."""
        with self._changed:
            if key not in self._jobs:
                self._jobs[key] = Job(work)
                self._waiting.append(key)
            elif key in self._waiting:
                self._waiting.remove(key)
                self._waiting.append(key)
            self._changed.notify()
            return self._jobs[key]

    def _run(self) -> None:
        """Run jobs until the process ends."""
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                job = self._jobs[self._waiting.pop()]
            self._do(job)

    @staticmethod
    def _do(job: Job) -> None:
        """Run one job; an exception is stored in the job and does not stop the worker."""

        def report(share: float, what: str) -> None:
            job.share, job.what = share, what

        try:
            job.result = job.work(report)
        except UserError as error:
            job.error = str(error)
        except Exception as error:
            # the page shows the error; the trace goes to the terminal
            job.error = f"{type(error).__name__}: {error}"
            sys.stderr.write(traceback.format_exc())
        job.is_done = True
