"""The Slurm executor, by submitit: one job per task, as many at a time as there are workers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError, describe_cause
from experiments.execution.configuration import ClusterConfiguration
from experiments.execution.retry import Answer, Work, attempt
from experiments.store.atomic import make_folder

PAUSE_S: Final = 0.2
"""Pause between two checks of the jobs; submitit itself queries Slurm less often."""


class Jobs:
    """Jobs of submitit that are submitted and watched; one that died is submitted again.

    Parameters
    ----------
    cluster
        Partition, time and memory; ``slurm_cluster: local`` runs the jobs as processes of this machine.
    scratch
        For submitit's files; removed after a run without a failure.
    work
        What jobs compute.
    """

    def __init__(self, cluster: ClusterConfiguration, scratch: Path, work: Work) -> None:
        self._cluster, self._scratch, self._work = cluster, scratch, work
        self._running: list[Any] = []

    def __enter__(self) -> Jobs:
        import submitit

        make_folder(self._scratch)
        try:
            self._executor = submitit.AutoExecutor(
                folder=self._scratch, cluster=self._cluster.slurm_cluster
            )
        except RuntimeError as error:
            raise UserError(f"cluster.slurm_cluster: {describe_cause(error)}") from None
        limits: dict[str, object] = {
            "name": "roadworld",
            "timeout_min": self._cluster.slurm_minutes,
            "cpus_per_task": 1,
            "slurm_mem_gb": self._cluster.slurm_memory_gb,
        }
        if self._cluster.slurm_partition is not None:
            limits["slurm_partition"] = self._cluster.slurm_partition
        self._executor.update_parameters(**limits)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for job in self._running:
            with suppress(OSError):
                job.cancel()
        if kind is None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def submit(self, task: object) -> Any:  # noqa: ANN401 (submitit's, optional)
        """Submit a job."""
        function, shared = self._work
        job = self._executor.submit(attempt, function, task, shared)
        self._running.append(job)
        return job

    def wait(self, jobs: Sequence[Any]) -> Sequence[Any]:
        """Poll until a job has ended."""
        while not (ended := [job for job in jobs if job.done()]):
            time.sleep(PAUSE_S)
        return ended

    def collect(self, job: Any) -> Answer | None:  # noqa: ANN401 (submitit's, optional)
        """Result of a job; ``None`` if it died."""
        import submitit

        self._running.remove(job)
        try:
            answer: Answer = job.result()
        except (submitit.core.utils.UncompletedJobError, submitit.core.utils.FailedJobError):
            return None
        return answer
