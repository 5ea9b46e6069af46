"""One contract for every executor: each result once, dead workers replaced, errors told; skipped if not installed."""

import gc
import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from envs.errors import UserError
from experiments.execution import executor as executors
from experiments.execution.configuration import ClusterConfiguration
from experiments.execution.executor import make_executor
from experiments.store.errors import WorkerError

PACKAGES = {"local": None, "ray": "ray", "submitit": "submitit"}

# warnings of the packages themselves: open files and sockets of their children
pytestmark = pytest.mark.filterwarnings("ignore")


def square(task, folder):
    """Squares; the task 2 takes its first worker with it."""
    marker = Path(folder) / "died"
    if task == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def misbehave(task, _):
    if task == "complain":
        raise UserError("key: got 4")
    if task == "crash":
        raise ZeroDivisionError("task 4")
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(params=list(PACKAGES))
def executor(request, tmp_path):
    package = PACKAGES[request.param]
    if package and find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    cluster = ClusterConfiguration(slurm_cluster="local")
    yield make_executor(request.param, cluster, workers=2, scratch=tmp_path / "jobs")
    gc.collect()  # here, where the packages' warnings are let pass


def test_executors_give_every_result_once_though_a_worker_dies(executor, tmp_path):
    found = sorted(executor.run(square, [1, 2, 3], str(tmp_path)))
    assert found == [(0, 1), (1, 4), (2, 9)]
    assert (tmp_path / "died").exists()


def test_executors_tell_errors(executor, tmp_path):
    with pytest.raises(UserError, match=r"^key: got 4$"):
        list(executor.run(misbehave, ["complain"], str(tmp_path)))
    with pytest.raises(WorkerError, match="ZeroDivisionError: task 4") as told:
        list(executor.run(misbehave, ["crash"], str(tmp_path)))
    assert told.value.index == 0


def test_executors_give_up_on_a_task_that_kills_its_workers(executor, tmp_path):
    with pytest.raises(WorkerError, match="die: its worker died 3 times") as told:
        list(executor.run(misbehave, ["die"], str(tmp_path)))
    assert told.value.index == 0


def where(_):
    return str(Path.cwd())


def test_executors_work_where_the_command_was_typed(executor):
    assert list(executor.run(where, [0])) == [(0, str(Path.cwd()))]


def test_executors_without_tasks_start_nothing(executor, tmp_path):
    assert list(executor.run(square, [], str(tmp_path))) == []
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_names_its_command(monkeypatch, tmp_path):
    monkeypatch.setattr(executors, "find_spec", lambda _: None)
    for name, extra in (("ray", "cluster"), ("submitit", "slurm")):
        with pytest.raises(UserError, match=rf"pip install -e '\.\[{extra}\]'"):
            make_executor(name, ClusterConfiguration(), workers=1, scratch=tmp_path)
