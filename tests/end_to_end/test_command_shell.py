"""Asking for help is quick, and whatever can be mistyped ends in one line, code 2 and nothing written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli.command_line import RefusedError, check_command_line
from experiments.cli.streams import PIPE_CODE

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
    before = os.times()
    done = command(tmp_path, f"experiments.{name}", "--help", options=("-X", "importtime"))
    after = os.times()
    assert done.returncode == 0
    spent_s = after.children_user + after.children_system
    assert spent_s - before.children_user - before.children_system < HELP_LIMIT_S
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "hydra" in imported
    assert imported.isdisjoint(HEAVY)


MISTAKES = [
    (
        ["wat=engine"],
        "Could not override 'wat': unknown key, allowed are suite, what, policy, rounds",
    ),
    (["whta=engine"], "did you mean 'what'?"),
    (["++new=1"], "new: got 1, extra inputs are not permitted"),
    (
        ["what=fly", "rounds=x"],
        "what: got 'fly', input should be 'engine', 'decision', 'policy' or 'world_model'; rounds:",
    ),
    (["suite=v9"], "suite: got 'v9', allowed are quick, scale, v2"),
    (["suite=null"], "suite: got None, input should be a valid string\n"),
    (["~suite"], "~suite: is not allowed: an option cannot be left out; give it a value"),
    (["suite.version=mine"], "'suite.version': suite has no 'version': it is one value"),
    (
        ["+suite.strata.mine=1"],
        "suite: got {'strata': {'mine': 1}}, input should be a valid string\n",
    ),
    (["what=${nope}"], "what: ${...} is not allowed"),
    (["what=${oc.env:HOME}"], "what: ${...} is not allowed"),
    (["what=" + "[" * 17 + "]" * 17], "what: nested deeper than 16 levels"),
    (["rounds=" + "9" * 5000], "rounds: got a number of 5,000 digits, allowed are 300"),
    (["what=" + "x" * 100_001], "what: got 100,006 characters"),
    (["hydra.searchpath=[file:///tmp]"], "hydra.searchpath: is not allowed"),
    (["hydra.run.dir=mine"], "hydra.run.dir: is not allowed: of Hydra's settings, hydra/launcher"),
    (["+hydra.callbacks.x._target_=os.system"], "is not allowed: of Hydra's settings"),
    (["--resolve"], "--resolve flag can only be used in conjunction with --cfg"),
    (["--config-path", "mine"], "--config-path: is not allowed"),
    (["--experimental-rerun", "x.pickle"], "is not allowed: it unpickles"),
    (["what='a\tb'"], "what: got 'a\\tb', control characters are not allowed"),
    (["rounds=[1"], "need quotes: write 'rounds=\"[1\"'"),
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


def test_what_hydra_does_not_catch_after_its_first_words_is_one_line_too(tmp_path):
    done = command(tmp_path, "experiments.benchmark", "--info", "searchpath", "suite@x=mine")
    assert done.returncode == 2
    assert done.stderr.startswith("error: Could not override 'suite@x': unknown key")
    assert len(done.stderr.splitlines()) == 1


FOLDERS = [
    (
        {"x.yaml": "a: &a [1]\nb: *a\n"},
        "x.yaml: line 1: anchors (&) and aliases (*) are not allowed",
    ),
    ({"x.yaml": "a: " + "[" * 3000 + "]" * 3000}, "x.yaml: line 1: nested deeper than 16 levels"),
    ({"x.yaml": "a: " + "9" * 5000}, "x.yaml: line 1: a number of more than 300 digits"),
    ({"x.yaml": "a: ${oc.env:HOME}"}, "x.yaml: line 1: ${ is not allowed"),
    ({"x.yaml": "hydra: {callbacks: {}}"}, "x.yaml: line 1: hydra is not allowed in a file"),
    ({"x.yaml": "# @package hydra.callbacks\na: 1"}, "x.yaml: @package hydra is not allowed"),
    ({"hydra/launcher/x.yaml": "a: 1"}, "x.yaml: a folder named hydra is not allowed"),
    ({"x.yaml": "# " + "x" * 70_000}, "x.yaml: larger than 65536 bytes"),
    ({"x.yaml": "a: !!python/name:os.system"}, "x.yaml: line 1: tags (!) are not allowed"),
]


@pytest.mark.parametrize(("files", "said"), FOLDERS, ids=[said for _, said in FOLDERS])
def test_a_config_folder_is_checked_before_hydra_reads_it(tmp_path, files, said):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(RefusedError) as caught:
        check_command_line(["--config-dir", str(tmp_path)])
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_good_config_folder_and_all_other_options_pass(tmp_path):
    (tmp_path / "mine.yaml").write_text("defaults: [benchmark, _self_]\nrounds: 3\n")
    check_command_line(["-cd", str(tmp_path), "-cn", "mine", "-c", "job", "rounds=4", "-m"])


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_reads_one_line_only_sees_no_traceback(tmp_path, unbuffered):
    for option in ("--help", "--cfg=job"):
        with subprocess.Popen(
            [sys.executable, "-m", "experiments.benchmark", option],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            process.stdout.close()  # before the first line: the reader is gone
            assert process.stderr.read() == b""
        assert process.returncode == PIPE_CODE
