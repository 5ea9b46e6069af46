"""Ray: tasks on a cluster that runs, or on one of this machine that lives as long as the command."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from envs.errors import UserError
from experiments.execution import pool
from experiments.store.run_folder import sources_hash

Result = TypeVar("Result")

STORE_BYTES: Final = 100 * 2**20
"""Shared memory of an own cluster: results are a few numbers, records go to files."""

_OWN: Final = {
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_task_oom_retries": str(pool.ATTEMPTS - 1),
}
"""Nothing is sent anywhere, and nobody joins without a token."""


class RayExecutor:
    """Ray tasks, one per task; Ray does again what a dead worker or machine was busy with.

    Parameters
    ----------
    address
        ``host:port`` or ``auto`` for a cluster that runs, with roadworld installed on every machine and the same
        folders; ``None`` for one of its own on 127.0.0.1.
    workers
        Tasks at once.
    """

    def __init__(self, address: str | None, workers: int) -> None:
        self._address = address
        self._workers = workers

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
            If a task took too many workers with it.
        UserError
            If the cluster is lost.
        """
        if not tasks:
            return
        with _connected(self._address, self._workers) as ray:
            remote = ray.remote(_attempt).options(
                num_cpus=1, max_retries=pool.ATTEMPTS - 1, retry_exceptions=False
            )
            waiting = iter(enumerate(tasks))
            busy: dict[Any, int] = {}
            here = str(Path.cwd())
            while True:
                for k, task in waiting:
                    busy[remote.remote(function, task, shared, sources_hash(), here)] = k
                    if len(busy) >= self._workers:
                        break
                if not busy:
                    return
                for done in ray.wait(list(busy))[0]:
                    k = busy.pop(done)
                    try:
                        answer = ray.get(done)
                    except (
                        ray.exceptions.WorkerCrashedError,
                        ray.exceptions.NodeDiedError,
                        ray.exceptions.OutOfMemoryError,
                    ):
                        raise pool.died(tasks[k], k) from None
                    except ray.exceptions.RayError as error:
                        line = str(error).splitlines()[0]
                        raise UserError(f"cluster: lost: {line}") from None
                    yield k, pool.unpack(answer, k)


def _attempt(
    function: Callable[..., object], task: object, shared: tuple[Any, ...], sources: str, here: str
) -> pool.Answer:
    """What a worker does; other sources than those of the command would give other results."""
    if sources_hash() != sources:
        return "user error", f"{socket.gethostname()}: other sources of roadworld than here"
    try:
        # a worker begins where Ray was started; paths may be relative to where the command was typed
        os.chdir(here)
    except OSError as error:
        return "user error", f"{socket.gethostname()}: {here}: {error.strerror}; machines share it"
    return pool.attempt(function, task, shared)


@contextmanager
def _connected(address: str | None, workers: int) -> Iterator[Any]:
    """Ray, connected; what was started here is ended."""
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
        yield ray
        return
    options = {"log_to_driver": False, "logging_level": "ERROR"} | (own if address is None else {})
    try:
        ray.init(address or "local", **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        line = str(error).splitlines()[0]
        raise UserError(f"cluster.ray_address: got {address!r}: {line}") from None
    try:
        yield ray
    finally:
        ray.shutdown()
