"""Errors of tasks in executors."""

from __future__ import annotations


class WorkerError(RuntimeError):
    """The task with this index failed."""

    def __init__(self, message: str, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index


class WorkerDiedError(WorkerError):
    """A task ended several workers without an exception, most often because memory was full."""
