"""The loop that all executors share: submit tasks, collect results, and submit a task again if its worker died."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, TypeVar

from envs.errors import UserError, describe_cause
from experiments.store.errors import WorkerDiedError, WorkerError

ATTEMPTS: Final = 3
"""Number of workers that a task may end before it is given up."""

Result = TypeVar("Result")

Work = tuple[Callable[..., object], tuple[object, ...]]
"""A function, and the arguments after the first one, which are the same for all tasks."""

Answer = tuple[str, object]
"""Message from a worker: ``done`` and the result, ``user error`` and its text, or ``failure``, traceback and cause."""


class Workers(Protocol):
    """A place that computes tasks; a job is one attempt at a task."""

    def submit(self, task: object) -> Any:  # noqa: ANN401 (a job, different for each)
        """Start a job and return its handle, which is hashable."""

    def wait(self, jobs: Sequence[Any]) -> Sequence[Any]:
        """Wait until some jobs have ended, and return these."""

    def collect(self, job: Any) -> Answer | None:  # noqa: ANN401
        """Result of a job that has ended; ``None`` if its worker died."""


def attempt(function: Callable[..., object], task: object, shared: tuple[Any, ...]) -> Answer:
    """Execute a task in a worker; an exception is returned as text."""
    try:
        return "done", function(task, *shared)
    except UserError as error:
        return "user error", str(error)
    except Exception as error:
        # any exception of the task is shown by the process that handed it out
        return "failure", (traceback.format_exc(), describe_cause(error))


def run_tasks(
    workers: AbstractContextManager[Workers], tasks: Sequence[Any], num_workers: int
) -> Iterator[tuple[int, Any]]:
    """Results of all tasks, in the order in which they finish.

    Parameters
    ----------
    workers
        Entered if there is a task; leaving it ends all jobs.
    tasks
        Independent of each other.
    num_workers
        Jobs at once.

    Yields
    ------
    int, object
        Index of the task and its result.

    Raises
    ------
    UserError
        That a task raised.
    WorkerError
        If a task failed otherwise.
    WorkerDiedError
        If a task took ``ATTEMPTS`` workers with it.
    """
    if not tasks:
        return
    waiting = deque(range(len(tasks)))
    attempts = [0] * len(tasks)
    busy: dict[Any, int] = {}
    with workers as place:
        while waiting or busy:
            while waiting and len(busy) < num_workers:
                k = waiting.popleft()
                attempts[k] += 1
                busy[place.submit(tasks[k])] = k
            for job in place.wait(list(busy)):
                k = busy.pop(job)
                answer = place.collect(job)
                if answer is not None:
                    yield k, _unpack(answer, k)
                elif attempts[k] < ATTEMPTS:
                    waiting.appendleft(k)
                else:
                    raise WorkerDiedError(
                        f"{str(tasks[k])[:200]}: its worker died {ATTEMPTS} times (out of memory?)",
                        k,
                    )


def _unpack(answer: Answer, index: int) -> object:
    """Return the result of a task, or raise the error with which it ended."""
    kind, value = answer
    if kind == "user error":
        raise UserError(str(value))
    if kind == "failure" and isinstance(value, tuple):
        text, cause = value
        raise WorkerError(text, index, cause)
    return value
