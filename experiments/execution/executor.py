"""The executor that a configuration names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeVar

from envs.errors import UserError
from experiments.execution import pool
from experiments.execution.configuration import ClusterConfiguration, Name
from experiments.execution.retry import Work, Workers, run_tasks

Result = TypeVar("Result")

Connected = AbstractContextManager[Workers]
"""Workers, which are ended when the context is left."""


class Executor:
    """Computes independent tasks in any order.

    Parameters
    ----------
    connect
        Starts workers for a function and the further arguments of all tasks; ``None`` = processes of this machine, or
        this process alone if ``num_workers`` is 1.
    num_workers
        Tasks at once.
    """

    def __init__(self, connect: Callable[[Work], Connected] | None, num_workers: int) -> None:
        self._connect, self._num_workers = connect, num_workers

    def run(
        self, function: Callable[..., Result], tasks: Sequence[Any], *shared: object
    ) -> Iterator[tuple[int, Result]]:
        """Results of ``function(task, *shared)`` for every task, in the order in which they finish.

        Parameters
        ----------
        function
            A module's function. It is called again for a task whose worker died, ``retry.ATTEMPTS`` times in all, so a
            second call must do no harm.
        tasks
            Anything that can be sent to a process.
        *shared
            Further arguments, the same for all.

        Yields
        ------
        int, Result
            Index of the task and what the function returned.

        Raises
        ------
        UserError
            That the function raised.
        WorkerError
            If a task failed, or its workers died again and again.
        """
        if self._connect is None:
            return pool.run(function, tasks, *shared, num_workers=self._num_workers)
        return run_tasks(self._connect((function, shared)), tasks, self._num_workers)


PIP: Final = {"ray": "cluster", "submitit": "slurm", "optuna": "tune"}
"""Optional packages, and the extra that installs each."""


def make_executor(
    name: Name, cluster: ClusterConfiguration, *, workers: int, scratch: Path
) -> Executor:
    """The executor with a name in ``conf/executor.yaml``; nothing has been started yet.

    Parameters
    ----------
    name
        Of the executor.
    cluster
        Used by all but ``local``.
    workers
        Tasks at once.
    scratch
        Where an executor may leave files while it works; made if it is needed, seen by all machines.
    """
    if name == "ray":
        from experiments.execution.ray_tasks import connect

        require("ray")
        return Executor(partial(connect, cluster.ray_address, workers), workers)
    if name == "submitit":
        from experiments.execution.slurm_jobs import Jobs

        require("submitit")
        return Executor(partial(Jobs, cluster, scratch), workers)
    return Executor(None, workers)


def require(package: str) -> None:
    """Raise an error if an optional package is not installed.

    Raises
    ------
    UserError
        One line with the command that installs the package.
    """
    # found, not imported: Ray reads its settings as it is imported
    if find_spec(package) is None:
        raise UserError(
            f"{package} is not installed: .venv/bin/python -m pip install -e '.[{PIP[package]}]'"
        )
