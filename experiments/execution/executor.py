"""The interface of all executors, and the executor that a configuration names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from envs.errors import UserError
from experiments.execution.configuration import ClusterConfiguration, Name

Result = TypeVar("Result")


class Executor(Protocol):
    """Computes independent tasks in any order."""

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
        ...


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
        from experiments.execution.ray_tasks import RayExecutor

        require("ray")
        return RayExecutor(cluster.ray_address, workers)
    if name == "submitit":
        from experiments.execution.slurm_jobs import SlurmExecutor

        require("submitit")
        return SlurmExecutor(cluster, workers, scratch)
    from experiments.execution.processes import LocalExecutor

    return LocalExecutor(workers)


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
