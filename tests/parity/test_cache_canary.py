"""C7: after a change in a callee of another module, compiled callers give the new result, not the cached one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import envs

PROGRAM = "import envs; from envs.physics.follower import hit_probability; print(hit_probability(1.0, 1.25, 0.3))"


def result(folder, **more):
    environment = {k: x for k, x in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    environment |= {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), **more}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def change_callee(folder):
    path = folder / "envs" / "physics" / "noise.py"
    text = path.read_text(encoding="utf-8")
    assert text.count("0.5 * math.erfc(") == 1
    path.write_text(text.replace("0.5 * math.erfc(", "0.25 * math.erfc("), encoding="utf-8")


def test_changed_callee_is_compiled_anew(tmp_path):
    shutil.copytree(
        Path(envs.__file__).parent, tmp_path / "envs", ignore=shutil.ignore_patterns("__pycache__")
    )
    # 1 - Phi(ln(1/1.25)/0.3) = 1 - Phi(-0.74381) = 0.7715
    before = result(tmp_path)
    assert round(before, 3) == 0.772
    change_callee(tmp_path)
    # the callee gives half of what it gave
    assert round(result(tmp_path), 3) == 0.386


def test_without_its_own_folder_numba_runs_old_code(tmp_path):
    """The trap that the folder is for; if this fails, Numba has learned to look and the folder can go."""
    shutil.copytree(
        Path(envs.__file__).parent, tmp_path / "envs", ignore=shutil.ignore_patterns("__pycache__")
    )
    shared = {"NUMBA_CACHE_DIR": str(tmp_path / "shared")}
    before = result(tmp_path, **shared)
    change_callee(tmp_path)
    assert result(tmp_path, **shared) == before
