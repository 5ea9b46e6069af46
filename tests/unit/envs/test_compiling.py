"""Compilation is said before it begins, once, and again as it goes on; nothing is said where nothing is compiled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envs.compiling import EVERY_S, Compilation

ROOT = Path(__file__).parents[3]

CALL = """
import sys, envs
from envs.physics.aerodynamics import slide_threshold
sys.stderr.write("called\\n")
slide_threshold(1.0, 0.5, 0.1)
slide_threshold(2.0, 0.5, 0.1)
"""


def call(cache, *, code=CALL, **variables):
    """What a process with its own cache writes to stderr."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_cold_cache_is_announced_once_and_a_warm_one_never(tmp_path):
    (called, line) = call(tmp_path)  # one line, although a second call follows
    assert called == "called"
    assert line.startswith("roadworld: compiling functions to machine code")
    assert str(tmp_path) in line
    assert call(tmp_path) == ["called"]
    # another folder of the cache, and a change of the sources, are cold again
    assert len(call(tmp_path / "other")) == 2
    assert call(tmp_path / "none", NUMBA_DISABLE_JIT="1") == ["called"]


def test_functions_of_a_user_are_not_announced(tmp_path):
    code = "import envs.physics.compilation\nfrom numba import njit\nnjit(lambda x: x + 1)(1)\n"
    assert call(tmp_path, code=code) == []


@pytest.fixture
def lines(capsys):
    """Lines on stderr since the last look."""
    return lambda: capsys.readouterr().err.splitlines()


def test_a_long_compilation_has_a_line_after_every_pause(lines):
    now = [100.0]
    one = Compilation(clock=lambda: now[0], start=lambda watch: watchers.append(watch))
    watchers = []
    one.begin()
    one.begin()  # what the first one needs is a part of it
    assert [line.split(",")[0] for line in lines()] == [
        "roadworld: compiling functions to machine code for this version of the sources"
    ]
    assert len(watchers) == 1
    one.end()
    now[0] += 8.0
    one.end()
    assert (one.describe(), one.spent_s()) == ("", 8.0)
    now[0] += 2.0
    one.begin()
    now[0] += 5.0
    assert one.describe() == "compiling function 2, 15 s since the first"
    assert one.spent_s() == 13.0
    assert lines() == []
    assert len(watchers) == 1

    def pause(seconds):
        assert seconds == EVERY_S
        pauses.append(seconds)
        if len(pauses) == 3:
            one.end()

    pauses = []
    watchers[0](pause)
    assert lines() == ["roadworld: compiling function 2, 15 s since the first"] * 2
    # it has ended, and would begin anew
    one.begin()
    assert len(watchers) == 2
    assert lines() == []


def test_one_of_several_workers_speaks_for_all(lines):
    one = Compilation(start=lambda _: pytest.fail("a thread was started"))
    one.is_silent = True
    one.begin()
    assert (one.describe(), lines()) == ("", [])
    one.end()
    assert one.spent_s() >= 0.0


def test_a_missing_stderr_is_no_error(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    Compilation(start=lambda _: None).begin()
