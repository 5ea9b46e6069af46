"""Nobody shares a folder, and what cannot be written leaves what was there."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from envs.errors import UserError
from experiments.records import table as records
from experiments.store import atomic
from experiments.store.atomic import write_text
from experiments.store.lock import locked

HOLD = """
import sys, pathlib
from experiments.store.lock import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_who_comes_second_is_told_who_has_it(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(UserError, match=rf"in use by process {other.pid} on .+ since 2\d\d\d-"),
            locked(tmp_path),
        ):
            pass
        other.kill()
    # the end of the process gave it free, whatever its lock file says
    with locked(tmp_path):
        pass


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_text(path, "before")

    def refuse(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", refuse)
    with pytest.raises(UserError, match=r"a\.txt: cannot be written: No space left on device"):
        write_text(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_file_and_folder_are_flushed(tmp_path, monkeypatch):
    flushed = []
    real = os.fsync

    def note(number):
        flushed.append(os.path.realpath(f"/proc/self/fd/{number}"))
        real(number)

    monkeypatch.setattr(atomic.os, "fsync", note)
    write_text(tmp_path / "a.txt", "text")
    assert [Path(name).name[:3] for name in flushed[:1]] == [".a."]
    assert flushed[1:] == ([str(tmp_path)] if hasattr(os, "O_DIRECTORY") else [])


def test_a_lost_folder_is_one_line(tmp_path):
    folder = tmp_path / "lost"
    folder.mkdir()
    shutil.rmtree(folder)
    for write in (
        lambda: write_text(folder / "a.txt", "text"),
        lambda: records.write(pa.table({"a": [1]}), folder / "a.parquet"),
    ):
        with pytest.raises(UserError, match=r"cannot be written: .*No such file or directory"):
            write()
    with pytest.raises(UserError, match="lost: cannot be written: No such file"), locked(folder):
        pass
