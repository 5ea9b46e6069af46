"""Whatever computes the shards, and whichever of its workers is killed meanwhile, the records are the same."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from experiments.records import table as records

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]  # Ray alone takes half a minute to begin

COMMAND = (
    "experiments.evaluate", "policy=[rule,random]", "suite=quick", "max_instances=8", "num_worlds=1",
)  # fmt: skip
PACKAGES = {"local": None, "ray": "ray", "submitit": "submitit"}
WORKERS = {"local": "spawn_main", "ray": "ray::_attempt", "submitit": "submitit.core._submit"}
"""What stands in the command line of a worker that is busy."""
SIZES = {"local": 1, "ray": 1, "submitit": 8}
"""Instances of a shard: a job takes seconds to begin."""


def start(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", *COMMAND, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def read_hash(folder, process):
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    table = records.read(folder / out.splitlines()[-1])
    return records.compute_sha256(table), len(table)


def list_descendants(pid):
    """Every process below one, with its command line."""
    parents, words = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            words[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has ended
    found, wave = {}, {pid}
    while wave:
        wave = {child for child, parent in parents.items() if parent in wave}
        found |= {child: words.get(child, "") for child in wave}
    return found


def kill_worker(process, name, after):
    """Kill a worker once ``after`` shards are there and the command is still busy."""
    folder = Path(process.args[-1].partition("=")[2])
    deadline = time.monotonic() + 300
    while True:
        assert process.poll() is None, "it ended before a worker could be killed"
        assert time.monotonic() < deadline
        if len(list(folder.glob("*/*/shards/*.parquet"))) >= after:
            words = WORKERS[name]
            pids = [pid for pid, line in list_descendants(process.pid).items() if words in line]
            if pids:
                try:
                    os.kill(max(pids), signal.SIGKILL)
                except ProcessLookupError:
                    continue  # it has just ended
                return
        time.sleep(0.005)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    return read_hash(folder, start(folder, "workers=1", "shard_instances=50"))


@pytest.mark.parametrize("name", list(PACKAGES))
def test_a_worker_killed_in_mid_run_changes_no_record(name, tmp_path, expected, tally, times):
    if PACKAGES[name] and find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name]} is not installed")
    row = tally(f"evaluate, executor={name}: a worker is killed in mid-run")
    words = (f"executor={name}", "workers=2", f"shard_instances={SIZES[name]}")
    words += ("cluster.slurm_cluster=local",) if name == "submitit" else ()
    for k in range(times(1, 3)):
        folder = tmp_path / str(k)
        folder.mkdir()
        process = start(folder, *words, f"output={folder / 'runs'}")
        kill_worker(process, name, after=1 + 20 // SIZES[name] * k)
        found, count = read_hash(folder, process)
        row.add(lost=expected[1] - count)
        assert found == expected[0]
