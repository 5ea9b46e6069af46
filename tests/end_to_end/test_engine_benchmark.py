"""The engine benchmark at its smallest: everybody is measured, checks hold, the last line says so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def result():
    settings = ["rounds=3", "round_seconds=0.01", "num_worlds=3", "start_up=false"]
    done = subprocess.run(
        [sys.executable, "-m", "experiments.benchmark", "what=engine", *settings],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_work_was_done(result):
    assert len(result["checks"]) >= 10
    assert all(result["checks"].values())


def test_sizes_and_rates_are_measured(result):
    rates = result["median_vehicle_ticks_per_cpu_s"]
    for n in (21, 51):
        for ticks in (3, 15):
            assert rates[f"highway-env N={n} {ticks} ticks"] > 0.0
            assert rates[f"twin, no debris N={n} {ticks} ticks B=3"] > 0.0
    for n, k in ((21, 1), (21, 4), (31, 4)):
        assert rates[f"twin, {k} objects N={n} 3 ticks B=3"] > 0.0
    assert all(len(rounds) == 3 for rounds in result["rounds"].values())


def test_failed_lists_exactly_the_goals_that_were_missed(result):
    assert result["failed"] == [goal["name"] for goal in result["goals"] if not goal["met"]]


def test_twin_is_faster_by_half_the_goal(result):
    found = {goal["name"]: goal["found"] for goal in result["goals"]}
    # bounds in tests are generous: half of 1,500 and of 900
    assert found["twin / highway-env, N=21"] > 750.0
    assert found["with 1 objects / highway-env, N=21"] > 450.0
