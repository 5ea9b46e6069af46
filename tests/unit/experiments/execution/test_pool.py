"""The pool gives every result once, whatever happens to its workers."""

import os
import signal
import time
from pathlib import Path

import pytest

from envs.compiling import compilation
from envs.errors import UserError
from experiments.execution import pool
from experiments.store.errors import WorkerError


def square(task, folder):
    (Path(folder) / f"{task}-{os.getpid()}").touch()
    return task * task


def die_once(task, folder):
    marker = Path(folder) / f"died-{task}"
    if task == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def always_die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def complain(task):
    raise UserError(f"key: got {task}")


def crash(task):
    raise ZeroDivisionError(f"task {task}")


def compile_something(_):
    compilation.begin()
    time.sleep(0.2)  # so that every worker has a task
    compilation.end()
    return os.getpid()


@pytest.mark.parametrize("num_workers", [1, 2])
def test_pool_gives_every_result_once(tmp_path, num_workers):
    found = sorted(pool.run(square, [3, 5, 7], str(tmp_path), num_workers=num_workers))
    assert found == [(0, 9), (1, 25), (2, 49)]
    processes = {path.name.split("-")[1] for path in tmp_path.iterdir()}
    assert (str(os.getpid()) in processes) == (num_workers == 1)


@pytest.mark.parametrize("is_announced", [False, True])
def test_one_worker_says_that_functions_are_compiled(capfd, monkeypatch, is_announced):
    monkeypatch.setattr(compilation, "is_announced", is_announced)
    processes = {found for _, found in pool.run(compile_something, range(6), num_workers=3)}
    assert len(processes) == 3
    assert capfd.readouterr().err.count("roadworld: compiling functions to machine code") == int(
        not is_announced
    )


def test_pool_replaces_a_worker_that_dies(tmp_path):
    assert sorted(pool.run(die_once, [1, 2, 3], str(tmp_path), num_workers=2)) == [
        (0, 1),
        (1, 2),
        (2, 3),
    ]
    assert (tmp_path / "died-2").exists()


def test_pool_gives_up_on_a_task_that_kills_its_workers():
    with pytest.raises(WorkerError, match="died 3 times"):
        list(pool.run(always_die, [1], num_workers=2))


def test_pool_passes_user_errors_on():
    with pytest.raises(UserError, match="key: got 4"):
        list(pool.run(complain, [4], num_workers=2))


def test_pool_shows_the_traceback_of_a_failure():
    with pytest.raises(WorkerError, match="ZeroDivisionError: task 4"):
        list(pool.run(crash, [4], num_workers=2))


def test_pool_without_tasks_gives_nothing():
    assert list(pool.run(crash, [], num_workers=2)) == []
