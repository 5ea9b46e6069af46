"""``python -m experiments.evaluate``: same records whatever happens, one line for every mistake."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from experiments import records

pytestmark = pytest.mark.end_to_end

BASE = ("policies=[keep,brake_straddle,random]", "suite=quick", "max_instances=4")


def start(folder, *overrides):
    arguments = [word.replace("policies=", "policy=") for word in (*BASE, *overrides)]
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.evaluate", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder, *overrides):
    process = start(folder, *overrides)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def sha256_of(out):
    return next(line.split()[1] for line in out.splitlines() if line.startswith("records "))


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    code, out, err = run(folder, "workers=1")
    assert code == 0, err
    return out


def test_records_do_not_depend_on_batch_or_processes(tmp_path, reference):
    code, out, err = run(tmp_path, "workers=2", "num_worlds=3")
    assert code == 0, err
    assert sha256_of(out) == sha256_of(reference)
    folder = tmp_path / out.splitlines()[-1]
    table = records.read(folder)
    assert len(table) == 3 * 6 * 4
    assert records.compute_sha256(table) == sha256_of(out)
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["suite"]["version"] == "quick"
    assert provenance["work"]["num_episodes"] == len(table)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.yaml",
        "provenance.json",
        "records.parquet",
        "run.json",
    ]


def test_killed_run_continues_with_the_same_command(tmp_path, reference):
    process = start(tmp_path, "workers=1")
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("outputs/*/*/shards/keep*.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    done = len(list(tmp_path.glob("outputs/*/*/shards/[!.]*.parquet")))
    assert 1 <= done < 18, "killed too late to show anything"
    code, out, err = run(tmp_path, "workers=1")
    assert code == 0, err
    assert "evaluate continues outputs" in err
    assert sha256_of(out) == sha256_of(reference)
    work = json.loads((tmp_path / out.splitlines()[-1] / "provenance.json").read_text())["work"]
    assert work["num_episodes"] == 3 * 6 * 4 - 4 * done
    # complete now: the same command begins anew
    _, again, err = run(tmp_path, "workers=1")
    assert "evaluate writes to" in err
    assert again.splitlines()[-1] != out.splitlines()[-1]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["policy=[keep,nobody]"], "error: policy: got 'nobody', allowed are"),
        (["policy=[]"], "error: policy: got an empty list"),
        (["policy=[keep,keep]"], "error: policy: got 'keep' twice"),
        (["policy=none.yaml"], "error: policy: got 'none.yaml', there is no such file"),
        (["suite=v9"], "Could not find 'suite/v9'"),
        (["strata=[unseen]"], "error: strata: got 'unseen', allowed are seen"),
        (["seeds=[1,2]"], "error: seeds: got [1, 2], no instance"),
        (["max_instance=2"], "did you mean 'max_instances'?"),
        (["workers=0", "num_worlds=x"], "num_worlds: got 'x'"),
        (["split=exam"], "error: split: got 'exam'"),
        (["cost=loc_9"], "Could not find 'cost/loc_9'"),
        (["metrics=[os.system]"], "error: metrics: got 'os.system'"),
        (["output=/proc/nowhere"], "error: /proc/nowhere"),
    ],
)
def test_mistakes_are_one_line_and_nothing_is_written(tmp_path, overrides, message):
    code, out, err = run(tmp_path, *overrides)
    assert code == 2
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("_target_: os.system\ncommand: ls\n", "allowed are names that begin with policies."),
        ("_target_: policies.floors.Constnt\n", "Constnt"),
        ("_target_: policies.floors.Constant\nplac: left\n", "did you mean 'place'?"),
        ("_target_: policies.floors.Constant\nplace: middle\n", "place: got 'middle'"),
        ("_target_: policies.adapters.StableBaselines3\n", "path: missing"),
        ("_target_: policies.adapters.StableBaselines3\npath: no.zip\n", "there is no such file"),
        ("_target_: policies.base.Option\n", "missing"),
        ("place: left\n", "has no reset"),
    ],
)
def test_mistakes_in_a_policy_file_are_one_line(tmp_path, text, message):
    (tmp_path / "mine.yaml").write_text(text)
    code, _, err = run(tmp_path, "policy=mine.yaml")
    assert code == 2
    assert err.startswith("error: mine.yaml: ")
    assert message in err
    assert len(err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_damaged_checkpoint_is_one_line(tmp_path):
    (tmp_path / "agent.zip").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "mine.yaml").write_text(
        "_target_: policies.adapters.StableBaselines3\npath: agent.zip\n"
    )
    code, _, err = run(tmp_path, "policy=mine.yaml")
    assert code == 2
    assert "mine.yaml: path: 'agent.zip' is no zip of PPO" in err.splitlines()[-1]


def test_policy_of_ones_own_runs_when_allowed(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n\ndef decide(observation):\n"
        "    return np.zeros((len(observation['ego']), 2))\n"
    )
    (tmp_path / "mine.yaml").write_text(
        "_target_: policies.adapters.FromFunction\n"
        "function: {_target_: mine.decide, _partial_: true}\n"
    )
    code, _, err = run(tmp_path, "policy=mine.yaml")
    assert code == 2
    assert "allow=[...]" in err
    code, out, err = run(tmp_path, "policy=mine.yaml", "allow=[mine.]", "workers=1")
    assert code == 0, err
    assert set(records.read(tmp_path / out.splitlines()[-1])["policy"].to_pylist()) == {"mine"}
