"""The example folder of the README, used by every command from an installed wheel, in a folder with an awkward name."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from experiments.records import table as records

ROOT = Path(__file__).parents[2]
ALLOW = "allow=[my_policy,my_scenario,my_metric]"
SUITE = ("suite=boxes", "cost=slow_lane")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder beside the example folder; the wheel is unpacked elsewhere."""
    home = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = home.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(home / "installed")
    assert not (home / "installed/tests").exists()
    there = home / "Räder & Öl (neu)"
    shutil.copytree(ROOT / "tests/example", there / "my things")
    (there / "work").mkdir()
    return there / "work"


def run(place, command, *options):
    """Run a command of the installed wheel; returns what it prints."""
    installed = place.parents[1] / "installed"
    done = subprocess.run(
        [sys.executable, "-m", f"experiments.{command}", *options],
        cwd=place, capture_output=True, text=True, check=False, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


OWN = ("--config-dir", "../my things", ALLOW)


@pytest.mark.end_to_end
def test_compare_record_and_report(place):
    metrics = "metrics=[my_metric.last_speed_mps]"
    said = run(
        place, "compare", *OWN, *SUITE, "policy=[rule,slow_down]", metrics, "num_resamples=100", "num_replays=1"
    )  # fmt: skip
    folder = place / Path(said.splitlines()[-1]).parent
    table = records.read(folder)
    assert set(table["policy"].to_pylist()) == {"rule", "slow_down"}
    assert "late_box" in table["family"].to_pylist()
    assert any("moving_box" in one for one in table["objects"].to_pylist())
    assert set(table["cost_setting"].to_pylist()) == {"slow_lane"}
    assert min(table["last_speed_mps"].to_pylist()) >= 0.0
    films = run(
        place, "record", *OWN, *SUITE, "policy=slow_down", "family=late_box", "max_seconds=1"
    )
    assert [(place / line).is_file() for line in films.splitlines() if line.endswith(".mp4")] == [
        True
    ]
    # a finished run needs neither its place nor the files that it was made from
    moved = place.parent / "moved"
    shutil.move(folder, moved)
    shutil.move(place.parent / "my things", place.parent / "away")
    try:
        page = run(place, "report", f"records=['{moved}']", "num_resamples=100").splitlines()[-1]
    finally:
        shutil.move(place.parent / "away", place.parent / "my things")
    assert (place / page).is_file()


@pytest.mark.end_to_end
def test_sweep_and_collect(place):
    said = json.loads(
        run(place, "sweep", *OWN, *SUITE, "policy=[slow_down]", "output=cells").splitlines()[-1]
    )
    assert (said["cells"], said["failed"]) == (3, {})
    own = (
        "scenarios={late_box: my_scenario.late_box}", "+families.late_box=30", "catalogue_dirs=['../my things/objects']"
    )  # fmt: skip
    mix = ("mix.policy=1", "mix.explorer=0", "mix.rule=0", "mix.rule_tuned=0")
    run(place, "collect", *OWN, *own, *mix, "policy=slow_down", "num_decisions=1000", "output=data")
    assert "moving_box" in (place / "data/00000/shard.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_audit(place):
    options = (
        "suite=boxes", "driver=slow_down", "ranked=[keep,brake,slow_down]", "dreamers=[]", "paths=[keep,slow_down]",
        "per_stratum=4", "hidden=4", "dreams=10", "draws=1", "films=0", "ablations=[]", "checkpoints=[shipped]",
    )  # fmt: skip
    said = run(place, "audit", *OWN, *options)
    assert json.loads(said.splitlines()[-1])["twin_failed"] == []
    again = run(place, "audit", "show=outputs/audit")
    assert again.splitlines()[0] == said.splitlines()[0]
