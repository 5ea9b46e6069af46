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


def test_policy_benchmark_times_what_it_is_asked_to():
    done = command("experiments.benchmark", "what=policy", "policy=[keep]", "max_instances=2")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout.splitlines()[-1])["policies"]["keep"]
    assert 0.0 < row["p50_ms"] <= row["p99_ms"]


def test_suite_command_confirms_the_recorded_hashes():
    done = command("experiments.suite", "suite=quick")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(as recorded)") == 3


def test_suite_command_refuses_a_value_in_one_line_with_code_2():
    done = command("experiments.suite", "write=perhaps")
    assert done.returncode == 2
    assert "write: got 'perhaps'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_names_the_settings():
    done = command("experiments.benchmark", "--help")
    assert done.returncode == 0
    assert "what" in done.stdout
    assert "rounds" in done.stdout
