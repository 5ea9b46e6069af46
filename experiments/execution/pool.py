"""A process pool that outlives its workers: one that dies is replaced, and its task is done again."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, Generic, TypeVar, cast

from envs.errors import UserError
from experiments.store.errors import WorkerDiedError, WorkerError

ATTEMPTS: Final = 3
"""A task that took this many workers with it is given up."""

Task = TypeVar("Task")
Result = TypeVar("Result")


Answer = tuple[str, object]
"""What a worker sends back: that it is done and the result, or what went wrong and its text."""


class _Worker(Generic[Task]):
    """One child process and what it is busy with."""

    def __init__(self, function: Callable[..., object], shared: tuple[object, ...]) -> None:
        # spawn: a fork would copy locks held by other threads (Arrow's, OpenBLAS's)
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs, function, shared), daemon=True
        )
        self.process.start()
        theirs.close()
        self.task: tuple[int, Task] | None = None

    def stop(self) -> None:
        """End the child."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(
    connection: Connection, function: Callable[..., object], shared: tuple[Any, ...]
) -> None:
    """What a child does: tasks, until the parent hangs up."""
    # an interrupt from the keyboard reaches the parent, which ends the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        try:
            connection.send(attempt(function, task, shared))
        except BrokenPipeError:
            return


def attempt(function: Callable[..., object], task: object, shared: tuple[Any, ...]) -> Answer:
    """Do a task; whatever goes wrong comes back as text."""
    try:
        return "done", function(task, *shared)
    except UserError as error:
        return "user error", str(error)
    except Exception:
        # whatever it was, who asked must be told
        return "failure", traceback.format_exc()


def unpack(answer: Answer, index: int) -> Any:  # noqa: ANN401 (what the function returned)
    """The result of a task.

    Parameters
    ----------
    answer
        Of ``attempt``.
    index
        Of the task.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    UserError
        That the function raised.
    WorkerError
        If the task failed.
    """
    kind, value = answer
    if kind == "user error":
        raise UserError(str(value))
    if kind == "failure":
        raise WorkerError(str(value), index)
    return value


def died(task: object, index: int) -> WorkerDiedError:
    """The error for a task that took too many workers with it."""
    return WorkerDiedError(
        f"{str(task)[:200]}: its worker died {ATTEMPTS} times (out of memory?)", index
    )


def run(
    function: Callable[..., Result],
    tasks: Sequence[Task],
    *shared: object,
    num_workers: int,
) -> Iterator[tuple[int, Result]]:
    """Results of ``function(task, *shared)`` for every task, as they come.

    Parameters
    ----------
    function
        A module's function; called in a child process, or here if ``num_workers`` is 1. It may be called again for a
        task whose worker died, so a second call must do no harm.
    tasks
        Anything that can be sent to a process.
    *shared
        Further arguments, the same for all.
    num_workers
        Processes, >= 1.

    Yields
    ------
    int, Result
        Index of the task and what the function returned.

    Raises
    ------
    UserError
        That the function raised.
    WorkerError
        If a task failed, or took ``ATTEMPTS`` workers with it.
    """
    if num_workers == 1:
        for k, task in enumerate(tasks):
            yield k, function(task, *shared)
        return
    waiting = deque(enumerate(tasks))
    attempts = [0] * len(tasks)
    workers: list[_Worker[Task]] = []
    try:
        for _ in range(min(num_workers, len(tasks))):
            workers.append(_Worker(function, shared))
            _hand_out(workers[-1], waiting, attempts)
        while any(worker.task for worker in workers):
            busy = {worker.connection: worker for worker in workers if worker.task}
            for ready in wait(list(busy)):
                worker = busy[cast("Connection", ready)]
                current = worker.task
                if current is None:
                    continue
                try:
                    answer = worker.connection.recv()
                except (EOFError, ConnectionResetError):
                    waiting.appendleft(_again(current, attempts))
                    worker.stop()
                    workers[workers.index(worker)] = worker = _Worker(function, shared)
                else:
                    yield current[0], unpack(answer, current[0])
                _hand_out(worker, waiting, attempts)
    finally:
        for worker in workers:
            with suppress(OSError):
                worker.stop()


def _hand_out(worker: _Worker[Task], waiting: deque[tuple[int, Task]], attempts: list[int]) -> None:
    """Give a worker its next task, if there is one."""
    worker.task = waiting.popleft() if waiting else None
    if worker.task:
        attempts[worker.task[0]] += 1
        worker.connection.send(worker.task[1])


def _again(task: tuple[int, Task], attempts: list[int]) -> tuple[int, Task]:
    """The task, unless it has been tried too often."""
    if attempts[task[0]] >= ATTEMPTS:
        raise died(task[1], task[0])
    return task
