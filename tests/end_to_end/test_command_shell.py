"""Asking for help is quick, and whatever can be mistyped ends in one line, code 2 and nothing written."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.end_to_end

HEAVY = ("numpy", "gymnasium", "numba", "highway_env", "torch", "pydantic", "tqdm")
HELP_LIMIT_S = 2.0
"""Four times the goal: a test may run beside others on a busy core."""


def command(folder, *arguments, options=()):
    return subprocess.run(
        [sys.executable, *options, "-m", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["benchmark", "suite"])
def test_help_is_quick(tmp_path, name):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = command(tmp_path, f"experiments.{name}", "--help", options=("-X", "importtime"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < HELP_LIMIT_S
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "hydra" in imported
    assert imported.isdisjoint(HEAVY)


MISTAKES = [
    (["wat=engine"], "Could not override 'wat': unknown key, allowed are what, policy, rounds"),
    (["whta=engine"], "did you mean 'what'?"),
    (["++new=1"], "new: got 1, extra inputs are not permitted"),
    (
        ["what=fly", "rounds=x"],
        "what: got 'fly', input should be 'engine', 'decision', 'policy' or 'world_model'; rounds:",
    ),
    (["suite=v9"], "Could not find 'suite/v9'; Available options in 'suite': quick; v1"),
    (["suite=null"], "Config group override must be a string or a list"),
    (["~suite"], "suite: got None, expected one name"),
    (["suite.version=mine"], "suite.version=mine: suite is chosen by name"),
    (["+suite.strata.mine=1"], "suite is chosen by name"),
    (["what=${nope}"], "Interpolation key 'nope' not found"),
    (["rounds=[1"], "no viable alternative"),
    (["--bogus"], "unrecognized arguments: --bogus"),
]


@pytest.mark.parametrize(("arguments", "said"), MISTAKES, ids=[" ".join(m[0]) for m in MISTAKES])
def test_mistake_ends_in_one_line_and_code_2(tmp_path, arguments, said):
    done = command(tmp_path, "experiments.benchmark", *arguments)
    assert said in done.stderr
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
