"""The Ray executor: tasks on a running cluster, or on a temporary one on this machine."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError, describe_cause
from experiments.execution.retry import Answer, Work, attempt
from experiments.store.run_folder import sources_hash

STORE_BYTES: Final = 100 * 2**20
"""Shared memory of a temporary cluster; results are a few numbers, because records go to files."""

_OWN: Final = {
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_task_oom_retries": "0",
}
"""Settings of Ray: nothing is sent to others, joining needs a token, and no task is repeated by Ray itself."""


class _Tasks:
    """Running Ray tasks; after the death of a worker or machine, ``retry`` repeats a task, and Ray does not."""

    def __init__(self, ray: Any, work: Work) -> None:  # noqa: ANN401 (Ray's, optional)
        self._ray, self._work, self._here = ray, work, str(Path.cwd())
        options = {"num_cpus": 1, "max_retries": 0, "retry_exceptions": False}
        self._remote = ray.remote(_attempt).options(**options)

    def submit(self, task: object) -> Any:  # noqa: ANN401 (Ray's, optional)
        """Start a Ray task."""
        function, shared = self._work
        return self._remote.remote(function, task, shared, sources_hash(), self._here)

    def wait(self, jobs: Sequence[Any]) -> Sequence[Any]:
        """Ray tasks that have ended."""
        ended: Sequence[Any] = self._ray.wait(jobs)[0]
        return ended

    def collect(self, job: Any) -> Answer | None:  # noqa: ANN401 (Ray's, optional)
        """Result of a Ray task; ``None`` if its worker or machine died.

        Raises
        ------
        UserError
            If the cluster is lost.
        """
        errors = self._ray.exceptions
        try:
            answer: Answer = self._ray.get(job)
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError):
            return None
        except errors.RayError as error:
            raise UserError(f"cluster: connection lost: {describe_cause(error)}") from None
        return answer


def _attempt(
    function: Callable[..., object], task: object, shared: tuple[Any, ...], sources: str, here: str
) -> Answer:
    """Execute a task in a worker, after a check that its sources are those of the command."""
    if sources_hash() != sources:
        return "user error", f"{socket.gethostname()}: other sources of roadworld than here"
    try:
        # a worker begins where Ray was started; paths may be relative to where the command was typed
        os.chdir(here)
    except OSError as error:
        return "user error", f"{socket.gethostname()}: {here}: {error.strerror}; machines share it"
    return attempt(function, task, shared)


@contextmanager
def connect(address: str | None, workers: int, work: Work) -> Iterator[_Tasks]:
    """Connect to Ray; what was started here is ended.

    Parameters
    ----------
    address
        ``host:port`` or ``auto`` for a cluster that runs, with roadworld installed on every machine and the same
        folders; ``None`` for a cluster of its own on 127.0.0.1.
    workers
        Tasks at once.
    work
        What tasks compute.

    Raises
    ------
    UserError
        If there is no cluster at the address.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address is None and "ray" not in sys.modules:
        # Ray reads them once, as it is imported
        for name, value in (*_OWN.items(), ("RAY_AUTH_TOKEN", secrets.token_hex(32))):
            os.environ.setdefault(name, value)
    import ray

    own = {
        "num_cpus": workers,
        "include_dashboard": False,
        "object_store_memory": STORE_BYTES,
        "_node_ip_address": "127.0.0.1",
    }
    if ray.is_initialized():
        yield _Tasks(ray, work)
        return
    options = {"log_to_driver": False, "logging_level": "ERROR"} | (own if address is None else {})
    try:
        ray.init(address or "local", **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UserError(f"cluster.ray_address: got {address!r}: {describe_cause(error)}") from None
    try:
        yield _Tasks(ray, work)
    finally:
        ray.shutdown()
