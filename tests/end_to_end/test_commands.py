"""The commands users type: they run, their last line is what they promise, mistakes end in one line and code 2."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.end_to_end


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_decision_benchmark_ends_with_json():
    done = command(
        "experiments.benchmark",
        "what=decision",
        "suite=quick",
        "num_contents=2",
        "max_instances=24",
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["instances"] == 24
    assert "look_alike" in done.stdout


def test_engine_benchmark_ends_with_json():
    done = command(
        "experiments.benchmark",
        "what=engine",
        "rounds=3",
        "round_seconds=0.02",
        "num_worlds=3",
        "start_up=false",
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert {"goals", "failed", "machine"} <= set(result)
    # half the goal, as bounds in tests are generous; a batch of three is slower than one of 64
    ratio = {goal["name"]: goal["found"] for goal in result["goals"]}["twin / highway-env, N=21"]
    assert ratio > 300.0


def test_suite_command_confirms_the_recorded_hashes():
    done = command("experiments.suite", "suite=quick")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(as recorded)") == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("experiments.benchmark", "wat=engine"), "Could not override 'wat'"),
        (("experiments.benchmark", "what=fly", "rounds=x"), "what: got 'fly'"),
        (("experiments.benchmark", "suite=v9"), "Could not find 'suite/v9'"),
        (("experiments.suite", "write=perhaps"), "write: got 'perhaps'"),
    ],
)
def test_mistake_ends_in_one_line_and_code_2(arguments, said):
    done = command(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_names_the_settings():
    done = command("experiments.benchmark", "--help")
    assert done.returncode == 0
    assert "what" in done.stdout
    assert "rounds" in done.stdout
