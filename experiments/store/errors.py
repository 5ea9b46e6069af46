"""errors."""

from __future__ import annotations


class WorkerError(RuntimeError):
    """A task failed, or its worker died again and again.

    Parameters
    ----------
    message
        What happened.
    index
        Of the task.
    """

    def __init__(self, message: str, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index


class WorkerDiedError(WorkerError):
    """A task took ``ATTEMPTS`` workers with it: nobody can say at which line, most often the memory was full."""
