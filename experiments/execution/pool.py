"""A process pool that survives the death of its workers: a dead one is replaced, and its task is repeated."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from envs.compiling import compilation
from experiments.execution.retry import Answer, attempt, run_tasks

Result = TypeVar("Result")


class _Worker:
    """A child process that executes tasks one after the other."""

    def __init__(
        self, function: Callable[..., object], shared: tuple[object, ...], *, is_first: bool
    ) -> None:
        # spawn: a fork would copy locks held by other threads (Arrow's, OpenBLAS's)
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_serve,
            args=(theirs, function, shared, is_first, compilation.is_announced),
            daemon=True,
        )
        self._process.start()
        theirs.close()

    def stop(self) -> None:
        """End the child process."""
        with suppress(OSError):
            self._process.kill()
            self._process.join()
            self.connection.close()


class _Pool:
    """Child processes, started when they are needed; a job is identified by the worker that executes it."""

    def __init__(self, function: Callable[..., object], shared: tuple[object, ...]) -> None:
        self._function, self._shared = function, shared
        self._workers: list[_Worker] = []
        self._idle: list[_Worker] = []

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()

    def submit(self, task: object) -> _Worker:
        """Send a task to an idle worker, or to a new one."""
        if not self._idle:
            self._idle.append(_Worker(self._function, self._shared, is_first=not self._workers))
            self._workers.append(self._idle[0])
        worker = self._idle.pop()
        # one that died while it was idle is noticed when its answer is collected
        with suppress(BrokenPipeError):
            worker.connection.send(task)
        return worker

    def wait(self, jobs: Sequence[_Worker]) -> Sequence[_Worker]:
        """Workers that have finished their task or died."""
        ready = wait([worker.connection for worker in jobs])
        return [worker for worker in jobs if worker.connection in ready]

    def collect(self, worker: _Worker) -> Answer | None:
        """Result of a worker, which becomes idle; ``None`` if it has died."""
        try:
            answer: Answer = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            worker.stop()
            self._workers.remove(worker)
            return None
        self._idle.append(worker)
        return answer


def _serve(
    connection: Connection,
    function: Callable[..., object],
    shared: tuple[Any, ...],
    is_first: bool,
    is_announced: bool,
) -> None:
    """Main loop of a child process: execute tasks until the parent closes the connection."""
    # an interrupt from the keyboard reaches the parent, which ends the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # all compile the same functions, and one line about it is enough
    compilation.is_silent, compilation.is_announced = not is_first, is_announced
    with suppress(EOFError, BrokenPipeError):
        while True:
            connection.send(attempt(function, connection.recv(), shared))


def run(
    function: Callable[..., Result], tasks: Sequence[Any], *shared: object, num_workers: int
) -> Iterator[tuple[int, Result]]:
    """Results of ``function(task, *shared)`` from child processes; see ``Executor.run``.

    With ``num_workers`` = 1 the function is called here; an exception of it is passed on as it is.
    """
    if num_workers == 1:
        return ((k, function(task, *shared)) for k, task in enumerate(tasks))
    return run_tasks(_Pool(function, shared), tasks, num_workers)
