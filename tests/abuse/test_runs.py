"""A run that is killed, starved of space, or finds the clock changed ends with the same records."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from experiments.records import table as records

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]  # minutes of whole runs: `make abuse`

EVALUATE = ("experiments.evaluate", "policy=[keep,brake,random]", "suite=quick", "max_instances=6")
COLLECT = ("experiments.collect", "num_decisions=1500", "output=gathered")


def start(folder, *words, environment=None):
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder, *words, environment=None):
    process = start(folder, *words, environment=environment)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def evaluated(folder, *words, environment=None):
    """Hash of the records of an evaluation that ends well."""
    code, out, err = run(folder, *EVALUATE, *words, environment=environment)
    assert code == 0, err
    table = records.read(folder / out.splitlines()[-1])
    return records.compute_sha256(table), len(table)


def gathered(folder):
    """Hashes of the shards of a collection that ends well."""
    code, _, err = run(folder, *COLLECT)
    assert code == 0, err
    from policies.world_model.log.experience import list_shards, read_about

    return [read_about(path)["sha256"] for path in list_shards(folder / "gathered")]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    began = time.monotonic()
    sha256, rows = evaluated(tmp_path_factory.mktemp("expected"), "workers=1")
    return sha256, rows, time.monotonic() - began


def kill(folder, words, after_s):
    """Kill the whole process group: nobody is left to tidy up."""
    process = start(folder, *words)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_evaluate_killed_again_and_again(tmp_path, expected, tally, times):
    row, rng = tally("evaluate: SIGKILL at a random moment"), np.random.default_rng(11)
    sha256, rows, took_s = expected
    per_folder = times(2, 5)
    for k in range(times(1, 10)):
        folder = tmp_path / str(k)
        folder.mkdir()
        for _ in range(per_folder):
            if not kill(
                folder, (*EVALUATE, f"workers={1 + k % 2}"), rng.uniform(0.2, 1.1) * took_s
            ):
                shutil.rmtree(folder / "outputs")  # it was done before: once more
        found, count = evaluated(folder, f"workers={1 + k % 2}", f"num_worlds={1 + 7 * k}")
        for _ in range(per_folder):
            row.add(lost=rows - count)
        assert found == sha256


def test_collect_killed_again_and_again(tmp_path, tally, times):
    row, rng = tally("collect: SIGKILL at a random moment"), np.random.default_rng(12)
    (tmp_path / "whole").mkdir()
    began = time.monotonic()
    whole = gathered(tmp_path / "whole")
    took_s = time.monotonic() - began
    for k in range(times(1, 4)):
        folder = tmp_path / str(k)
        folder.mkdir()
        kills = times(1, 5)
        for _ in range(kills):
            kill(folder, COLLECT, rng.uniform(0.2, 0.95) * took_s)
        found = gathered(folder)
        for _ in range(kills):
            row.add(lost=len(whole) - len(found))
        assert found == whole


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few kilobytes."""
    path = tmp_path / "disk"
    path.mkdir()
    options = ["-t", "tmpfs", "-o", "size=48k", "tmpfs", str(path)]
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield path
    subprocess.run(["umount", str(path)], check=True)  # noqa: S607


def test_full_disk_is_one_line_and_nothing_is_lost(tmp_path, small_disk, expected, tally):
    sha256, rows, _ = expected
    row = tally("evaluate: disk full")
    code, out, err = run(tmp_path, *EVALUATE, f"output={small_disk}", "workers=1")
    last = err.splitlines()[-1]
    row.add(refused=code == 2, clear=last.startswith("error: ") and "No space left" in last)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    # more space, the same command
    size = ["mount", "-o", "remount,size=8m", str(small_disk)]
    subprocess.run(size, check=True)
    code, out, err = run(tmp_path, *EVALUATE, f"output={small_disk}", "workers=1")
    assert code == 0, err
    table = records.read(tmp_path / out.splitlines()[-1])
    row.add(lost=rows - len(table))
    assert records.compute_sha256(table) == sha256


OTHERS = (
    ("experiments.collect", "num_decisions=1500", "output={disk}/gathered"),
    ("experiments.compare", "policy=[keep,brake]", "suite=quick", "max_instances=1", "output={disk}"),
    ("experiments.sweep", "policy=[keep,brake]", "suite=quick", "max_instances=1", "output={disk}"),
    ("experiments.record", "policy=keep", "suite=quick", "max_seconds=1", "output={disk}"),
    ("experiments.train", "policy=ppo", "model_free.decisions=5000", "output={disk}/ppo"),
)  # fmt: skip


@pytest.mark.parametrize("words", OTHERS, ids=[words[0] for words in OTHERS])
def test_every_command_says_in_one_line_that_the_disk_is_full(words, tmp_path, small_disk, tally):
    row = tally("other commands: disk full")
    code, out, err = run(tmp_path, *(word.format(disk=small_disk) for word in words))
    last = err.splitlines()[-1]
    row.add(refused=code == 2, clear=last.startswith("error: ") and "No space left" in last)
    assert code == 2, out + err
    assert "No space left" in last
    assert "Traceback" not in err


def test_read_only_disk_is_one_line(tmp_path, small_disk, tally):
    row = tally("evaluate: disk mounted read-only")
    mount = ["mount", "-o", "remount,size=8m,ro", str(small_disk)]
    subprocess.run(mount, check=True)
    code, out, err = run(tmp_path, *EVALUATE, f"output={small_disk}", "workers=1")
    last = err.splitlines()[-1]
    row.add(refused=code == 2, clear=last.startswith("error: ") and "Read-only" in last)
    assert (code, out) == (2, "")
    assert "Read-only file system" in last
    assert "Traceback" not in err


def list_finished(folder):
    """Shards that have their name; what is being written begins with a dot."""
    found = folder.glob("outputs/*/*/shards/*.parquet")
    return sorted(path for path in found if not path.name.startswith("."))


def wait_for_shards(process, folder, count):
    """Until so many shards are there."""
    deadline = time.monotonic() + 300
    while len(list_finished(folder)) < count:
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize("workers", [1, 2])
def test_lost_folder_is_one_line_and_the_command_begins_again(tmp_path, expected, tally, workers):
    row = tally("evaluate: its folder is removed in mid-run")
    process = start(tmp_path, *EVALUATE, f"workers={workers}", "shard_instances=1")
    wait_for_shards(process, tmp_path, 2)
    while (tmp_path / "outputs").exists():
        shutil.rmtree(tmp_path / "outputs", ignore_errors=True)
    out, err = process.communicate(timeout=600)
    last = err.splitlines()[-1]
    row.add(refused=process.returncode == 2, clear=last.startswith("error: "))
    assert (process.returncode, out) == (2, "")
    assert last.startswith("error: ")
    assert "Traceback" not in err
    found, count = evaluated(tmp_path, f"workers={workers}")
    row.add(lost=expected[1] - count)
    assert found == expected[0]


def damage(path, kind, rng):
    """Do to a file what a crash or a disk may do."""
    content = bytearray(path.read_bytes())
    if kind == "cut short":
        path.write_bytes(content[: int(rng.integers(len(content)))])
    elif kind == "a byte changed":
        content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(content)
    else:
        path.unlink()


@pytest.mark.parametrize("kind", ["cut short", "a byte changed", "removed"])
def test_damaged_shards_are_done_again(kind, tmp_path, expected, tally, times):
    row, rng = tally(f"evaluate: shard {kind}"), np.random.default_rng(13)
    for k in range(times(1, 4)):
        folder = tmp_path / str(k)
        folder.mkdir()
        process = start(folder, *EVALUATE, "workers=1", "shard_instances=1")
        wait_for_shards(process, folder, 5)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        shards = list_finished(folder)
        for path in shards:
            damage(path, kind, rng)
        found, count = evaluated(folder, "workers=1", "shard_instances=1")
        for _ in shards:
            row.add(lost=expected[1] - count)
        assert found == expected[0]


CLOCKS = ("-20y", "+20y", "-1d")


@pytest.mark.parametrize("clock", CLOCKS)
def test_another_clock_changes_no_record(clock, tmp_path, expected, tally, times):
    if clock not in CLOCKS[: times(1, 3)]:
        pytest.skip("in `make abuse`")
    libraries = [
        *Path("/usr/lib").glob("*/faketime/libfaketime.so.1"),
        Path(os.environ.get("FAKETIME_LIBRARY", "/")),
    ]
    library = next((path for path in libraries if path.is_file()), None)
    if library is None:
        # without libfaketime: the interpreter's own clocks, in every process that is started
        code = (
            "import time\n"
            f"shift = {clock[:-1]} * {86400 * (365 if clock[-1] == 'y' else 1)}\n"
            "now = time.time\n"
            "time.time = lambda: now() + shift\n"
        )
        (tmp_path / "sitecustomize.py").write_text(code)
        environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    else:
        environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME": clock,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    folder = tmp_path / "run"
    folder.mkdir()
    found, count = evaluated(folder, "workers=2", environment=environment)
    tally("evaluate: the clock is changed").add(lost=expected[1] - count)
    assert found == expected[0]


def test_processes_batches_and_resume_points_change_no_record(tmp_path, expected, tally, times):
    row = tally("evaluate: other processes, batches, hash seeds")
    cases = ((2, 1, "0"), (1, 3, "1"), (2, 1000, "random"), (1, 1, "7"), (2, 2, "3"))
    for k, (workers, worlds, seed) in enumerate(cases[: times(1, len(cases))]):
        folder = tmp_path / str(k)
        folder.mkdir()
        words = (f"workers={workers}", f"num_worlds={worlds}")
        found, count = evaluated(folder, *words, environment={"PYTHONHASHSEED": seed})
        row.add(lost=expected[1] - count)
        assert found == expected[0]
