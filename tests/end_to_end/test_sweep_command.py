"""``python -m experiments.sweep``: cells are done once, one that fails stops no other, a killed sweep goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

import conf
from experiments.cli.configuration import validate
from experiments.records import table as records
from experiments.studies.sweeps.cells import make_cells
from experiments.studies.sweeps.configuration import SweepConfiguration

pytestmark = pytest.mark.end_to_end
NEEDS_OPTUNA = pytest.mark.skipif(find_spec("optuna") is None, reason="optuna is not installed")

BASE = (
    "suite=quick",
    "max_instances=2",
    "strata=[seen,hidden]",
    "num_resamples=100",
    "workers=1",
    "shard_instances=1",
)


def has_joblib():
    return find_spec("hydra_plugins") and find_spec("hydra_plugins.hydra_joblib_launcher")


def start(folder, *overrides):
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.sweep", *BASE, *overrides],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder, *overrides):
    process = start(folder, *overrides)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def told(out):
    return json.loads(out.splitlines()[-1])


def test_killed_sweep_goes_on_and_a_failing_cell_stops_no_other(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("_target_: policies.floors.NoSuchPolicy\n")
    wanted = f"policy=[keep,{broken},brake]"
    process = start(tmp_path, wanted)
    shards = tmp_path / "outputs" / "sweep" / "shards"
    deadline = time.monotonic() + 300
    while not list(shards.glob("keep*.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    # what a crash may leave: half a shard under its name, which its hash does not fit
    for path in shards.glob("keep*.parquet"):
        path.write_bytes(path.read_bytes()[:-1])
        damaged = path.name
        break

    code, out, err = run(tmp_path, wanted)
    assert code == 1, err
    assert f"{damaged}: damaged or unfinished" in err
    failed = [line for line in err.splitlines() if line.startswith("failed: broken-0-")]
    assert len(failed) == 2
    assert "NoSuchPolicy" in failed[0]
    assert "Traceback" not in err
    answer = told(out)
    assert answer["cells"] == 6
    assert answer["episodes"] == 2 * 2 * 2
    assert sorted(name.split("-")[0] for name in answer["failed"]) == ["broken", "broken"]
    assert (tmp_path / answer["pages"][0]).is_file()
    cells = sorted((tmp_path / "outputs" / "sweep" / "cells").iterdir())
    assert [path.name.rpartition("-")[0] for path in cells] == [
        "brake-0-hidden",
        "brake-0-seen",
        "keep-0-hidden",
        "keep-0-seen",
    ]

    # the same cells from nothing: the same records
    code, out, err = run(tmp_path, "policy=[keep,brake]", "output=fresh")
    assert code == 0, err
    for path in cells:
        fresh = tmp_path / "fresh" / "cells" / path.name
        hashes = [records.compute_sha256(records.read(one)) for one in (path, fresh)]
        assert hashes[0] == hashes[1]

    # again: nothing is done, the same is said
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "fresh").rglob("*.*")}
    code, again, err = run(tmp_path, "policy=[keep,brake]", "output=fresh")
    assert (code, again) == (0, out), err
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "fresh").rglob("*.*")}
    assert {path for path in after if after[path] != before.get(path)} <= {
        tmp_path / "fresh" / ".lock",
        tmp_path / "fresh" / ".lock_holder",
    }

    # a cell whose records were changed is done again, the others are not
    changed = tmp_path / "fresh" / "cells" / cells[0].name / "records.parquet"
    changed.write_bytes(changed.read_bytes()[:-1])
    code, again, err = run(tmp_path, "policy=[keep,brake]", "output=fresh")
    assert (code, again) == (0, out), err
    assert "damaged" in err
    assert len(records.read(changed)) == 2


@NEEDS_OPTUNA
def test_search_goes_on_with_the_trials_it_would_have_made(tmp_path):
    wanted = ("policy=rule", "split=validation", "strata=[seen]")
    few = "search={ranges: {thresholds.horizon_s: [3, 9]}, trials: 2, batch: 2, seed: 1}"
    many = few.replace("trials: 2", "trials: 4")
    code, _, err = run(tmp_path, *wanted, few, "output=parts")
    assert code == 0, err
    code, out, err = run(tmp_path, *wanted, many, "output=parts")
    assert code == 0, err
    code, fresh, err = run(tmp_path, *wanted, many, "output=whole")
    assert code == 0, err
    told_parts, told_whole = told(out), told(fresh)
    assert told_parts["trials"] == 4
    assert (tmp_path / told_parts["policy"]).is_file()
    searched = json.loads((tmp_path / "parts" / "search.json").read_text())
    for path in (searched["told"]["policy"], *(row["policy"] for row in searched["trials"])):
        assert (tmp_path / "parts" / path).is_file()
    assert told_parts["best_usd"] <= told_parts["as_it_was_usd"]
    for name in ("best", "best_usd", "as_it_was_usd"):
        assert told_parts[name] == told_whole[name]
    rows = [
        [
            (row["values"], row["mean_usd"])
            for row in json.loads((tmp_path / name / "search.json").read_text())["trials"]
        ]
        for name in ("parts", "whole")
    ]
    assert rows[0] == rows[1]
    assert rows[0][0][0] == {"thresholds.horizon_s": 7.0}


@NEEDS_OPTUNA
def test_a_moved_search_is_shown_without_its_policy(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    shutil.copy(Path(conf.__file__).parent / "policy" / "rule.yaml", here / "mine.yaml")
    words = ("policy=mine.yaml", "split=validation", "strata=[seen]", "output=searched")
    wanted = "search={ranges: {thresholds.horizon_s: [3, 9]}, trials: 2, batch: 2, seed: 1}"
    code, out, err = run(here, *words, wanted)
    assert code == 0, err
    shutil.copytree(here / "searched", there / "searched")
    shutil.rmtree(here)
    cells = {path: path.stat().st_mtime_ns for path in there.rglob("*.parquet")}
    code, again, err = run(there, *words, wanted)
    assert (code, again) == (0, out), err
    assert "there is no such file; searched as it was: searched/searched.yaml" in err
    assert cells == {path: path.stat().st_mtime_ns for path in there.rglob("*.parquet")}


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("axes={output: [a]}",), "axes: got 'output', allowed are"),
        (("axes={cost: []}",), "axes.cost: got an empty list"),
        pytest.param(
            (
                "search={ranges: {thresholds.horizon_s: [3, 9]}, trials: 2, batch: 2, seed: 1}",
                "split=train",
            ),
            "search: expected one policy and no axes",
            marks=NEEDS_OPTUNA,
        ),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(tmp_path, overrides, said):
    code, out, err = run(tmp_path, *overrides)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_cells_are_named_by_what_decides_their_result(tmp_path):
    told = {
        "policies": ["keep"], "policy_seeds": [0, 1], "suite": "quick", "split": "test",
        "strata": ["seen"], "seeds": None, "max_instances": 2, "cost": "loc_8", "also_cost": [],
        "metrics": [], "num_worlds": 10, "workers": 1, "output": "a", "allow": [],
        "axes": {"cost": ["loc_8", "loc_off"]}, "reference": None, "level": 0.95,
        "num_resamples": 100, "search": None,
    }  # fmt: skip
    first = make_cells(validate(SweepConfiguration, told))
    other = {"workers": 2, "output": "b", "executor": "ray", "num_worlds": 3}
    same = make_cells(validate(SweepConfiguration, told | other))
    assert len({cell.name for cell in first}) == 4
    assert [cell.name for cell in first] == [cell.name for cell in same]
    changed = make_cells(validate(SweepConfiguration, told | {"max_instances": 3}))
    assert {cell.name for cell in first}.isdisjoint(cell.name for cell in changed)
    # a policy by its name and contents, wherever its file is: a search may be moved
    names = []
    for place, gap in (("a", 5.0), ("b", 5.0), ("c", 6.0)):
        path = tmp_path / place / "trial.yaml"
        path.parent.mkdir()
        path.write_text(f"_target_: policies.floors.Constant\nplace: centre\nbraking_mps2: {gap}\n")
        cells = make_cells(validate(SweepConfiguration, told | {"policies": [str(path)]}))
        names.append([cell.name for cell in cells])
    assert names[0] == names[1]
    assert set(names[0]).isdisjoint(names[2])


@pytest.mark.skipif(not has_joblib(), reason="Hydra's joblib launcher is not installed")
def test_multirun_in_processes_of_the_joblib_launcher(tmp_path):
    words = ("policy=keep,brake", "suite=quick", "max_instances=2", "workers=1")
    hashes = []
    for launcher in ("basic", "joblib"):
        command = [sys.executable, "-m", "experiments.evaluate", "-m", *words]
        command += [f"hydra/launcher={launcher}", f"output={launcher}"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        lines = [line for line in done.stdout.splitlines() if line.startswith("records ")]
        assert len(set(lines)) == 2
        hashes.append(sorted(lines))
    assert hashes[0] == hashes[1]
    command[command.index("policy=keep,brake")] = "policy=keep,nobody"
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 2
    assert len(errors) == 1
    assert errors[0].startswith("error: policy: got 'nobody', allowed are ")
