"""The local executor, which uses processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from experiments.execution import pool

Result = TypeVar("Result")


class LocalExecutor:
    """Executor that uses the pool of ``experiments.execution.pool``, or this process if there is one worker."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(
        self, function: Callable[..., Result], tasks: Sequence[Any], *shared: object
    ) -> Iterator[tuple[int, Result]]:
        """Run all tasks; see ``Executor.run``."""
        return pool.run(function, tasks, *shared, num_workers=self._workers)
