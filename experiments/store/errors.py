"""Errors of tasks in executors."""

from __future__ import annotations


class WorkerError(RuntimeError):
    """The task with this index failed; the message may be a traceback, ``cause`` is one line."""

    def __init__(self, message: str, index: int | None = None, cause: str = "") -> None:
        super().__init__(message)
        self.index = index
        self.cause = cause or message


class WorkerDiedError(WorkerError):
    """A task ended several workers without an exception, most often because memory was full."""
