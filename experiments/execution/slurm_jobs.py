"""Slurm, by submitit: one job a task, as many at once as there are workers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from envs.errors import UserError
from experiments.execution import pool
from experiments.execution.configuration import ClusterConfiguration
from experiments.store.atomic import make_folder

Result = TypeVar("Result")

PAUSE_S: Final = 0.2
"""Between two looks at the jobs; submitit itself asks Slurm less often."""


class SlurmExecutor:
    """Jobs of submitit; one that died is handed in again.

    Parameters
    ----------
    cluster
        Partition, time and memory; ``slurm_cluster: local`` runs the jobs as processes of this machine.
    workers
        Jobs at once.
    scratch
        For submitit's files; removed after a run without a failure.
    """

    def __init__(self, cluster: ClusterConfiguration, workers: int, scratch: Path) -> None:
        self._cluster = cluster
        self._workers = workers
        self._scratch = scratch

    def run(
        self, function: Callable[..., Result], tasks: Sequence[Any], *shared: object
    ) -> Iterator[tuple[int, Result]]:
        """See ``Executor.run``.

        Yields
        ------
        int, Result
            Index of the task and what the function returned.

        Raises
        ------
        died
            If a task took too many jobs with it.
        """
        if not tasks:
            return
        executor = self._make()
        waiting = list(enumerate(tasks))[::-1]
        attempts = [0] * len(tasks)
        busy: dict[int, Any] = {}
        try:
            while waiting or busy:
                while waiting and len(busy) < self._workers:
                    k, task = waiting.pop()
                    attempts[k] += 1
                    busy[k] = executor.submit(pool.attempt, function, task, shared)
                ended = [k for k, job in busy.items() if job.done()]
                for k in ended:
                    answer = _collect(busy.pop(k))
                    if answer is not None:
                        yield k, pool.unpack(answer, k)
                    elif attempts[k] < pool.ATTEMPTS:
                        waiting.append((k, tasks[k]))
                    else:
                        raise pool.died(tasks[k], k)
                if not ended:
                    time.sleep(PAUSE_S)
        finally:
            for job in busy.values():
                with suppress(OSError):
                    job.cancel()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _make(self) -> Any:  # noqa: ANN401 (submitit's, optional)
        """Submitit's executor."""
        import submitit

        make_folder(self._scratch)
        try:
            executor = submitit.AutoExecutor(
                folder=self._scratch, cluster=self._cluster.slurm_cluster
            )
        except RuntimeError as error:
            raise UserError(f"cluster.slurm_cluster: {error}") from None
        asked: dict[str, object] = {
            "name": "roadworld",
            "timeout_min": self._cluster.slurm_minutes,
            "cpus_per_task": 1,
            "slurm_mem_gb": self._cluster.slurm_memory_gb,
        }
        if self._cluster.slurm_partition is not None:
            asked["slurm_partition"] = self._cluster.slurm_partition
        executor.update_parameters(**asked)
        return executor


def _collect(job: Any) -> pool.Answer | None:  # noqa: ANN401 (submitit's, optional)
    """What a job answered; ``None`` if it died before."""
    import submitit

    try:
        answer: pool.Answer = job.result()
    except (submitit.core.utils.UncompletedJobError, submitit.core.utils.FailedJobError):
        return None
    return answer
