"""A user's own file with the name of one of our packages ends in one line that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.end_to_end


def python(folder, *words):
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("file", ["envs/__init__.py", "envs.py", "policies/__init__.py", "conf.py"])
@pytest.mark.parametrize("command", ["compare", "warm_up"])
def test_a_foreign_module_of_our_name_is_named(tmp_path, file, command):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("raise SystemExit('a module of the user')\n", encoding="utf-8")
    done = python(tmp_path, "-m", f"experiments.{command}", "--help")
    name = file.partition("/")[0].removesuffix(".py")
    expected = f"error: {name!r} is {path}, not roadworld's: rename it or run from another folder\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)
    # imported from Python it is an ordinary error
    done = python(tmp_path, "-c", "import experiments")
    assert (
        done.stderr.splitlines()[-1] == f"ImportError: {expected.removeprefix('error: ').strip()}"
    )


def test_folders_without_a_package_of_ours_are_no_obstacle(tmp_path):
    for name in ("envs", "policies", "conf"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.yaml").write_text("a: 1\n", encoding="utf-8")
    done = python(tmp_path, "-m", "experiments.suite", "--help")
    assert (done.returncode, done.stderr) == (0, "")
