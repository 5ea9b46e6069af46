"""A finished step is known by its key and its bytes: cut, flipped, or made from another key, it is done again."""

import json
import os

import pytest

from envs.errors import UserError
from experiments.store.claim import claim
from experiments.store.steps import JOURNAL, Steps


def test_a_step_is_finished_only_with_the_bytes_that_were_noted(tmp_path):
    content = b"records" * 100
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert Steps(tmp_path).find("a.parquet") is None  # not noted
    Steps(tmp_path).note("a.parquet", ["a.parquet"])
    assert Steps(tmp_path).find("a.parquet") is not None
    flipped = bytes([content[0] ^ 1]) + content[1:]
    for damaged in (content[:-1], flipped, b""):
        path.write_bytes(damaged)
        assert Steps(tmp_path).find("a.parquet") is None
    path.unlink()
    assert Steps(tmp_path).find("a.parquet") is None


def test_every_file_of_a_step_counts(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    Steps(tmp_path).note("a", ["a", "b"], value=[1.5, None])
    assert Steps(tmp_path).find("a").value == [1.5, None]
    (tmp_path / "b").write_text("c")
    assert Steps(tmp_path).find("a") is None


def test_another_key_is_another_step_and_the_last_one_counts(tmp_path):
    (tmp_path / "a").write_text("a")
    steps = Steps(tmp_path)
    steps.note("a", ["a"], key="first")
    assert steps.find("a", "second") is None
    steps.note("a", ["a"], key="second")
    for found in (steps, Steps(tmp_path)):
        assert found.find("a", "second") is not None
        assert found.find("a", "first") is None


def test_a_line_that_was_cut_short_costs_one_step(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
        if name != "c":
            Steps(tmp_path).note(name, [name])
    journal = tmp_path / JOURNAL
    journal.write_text(journal.read_text()[:-10])
    again = Steps(tmp_path)
    assert again.find("a") is not None
    assert again.find("b") is None
    again.note("c", ["c"])
    assert Steps(tmp_path).find("c") is not None
    # a journal without damage is only read
    before = journal.stat().st_mtime_ns
    os.utime(journal, ns=(before - 10**9, before - 10**9))
    Steps(tmp_path)
    assert journal.stat().st_mtime_ns == before - 10**9


def test_a_step_is_made_once(tmp_path):
    made = []

    def make():
        made.append(1)
        (tmp_path / "a").write_text("a")

    for key in ("x", "x", "y"):
        Steps(tmp_path).do(("a",), make, key=key)
    assert len(made) == 2
    with pytest.raises(UserError, match="nothing: cannot be read"):
        Steps(tmp_path).do(("nothing",), lambda: None)


def test_a_folder_that_is_gone_is_one_line(tmp_path):
    steps = Steps(tmp_path)
    tmp_path.rmdir()
    with pytest.raises(UserError, match=r"manifest\.jsonl: cannot be written: No such file"):
        steps.note("a", [])


def test_a_claimed_folder_is_for_one_configuration(tmp_path):
    path = tmp_path / "training.json"
    claim(path, {"seed": 1, "rate": 0.1})
    # the values count, not how they are written
    path.write_text(json.dumps({"rate": 0.1, "seed": 1}))
    claim(path, {"seed": 1, "rate": 0.1})
    with pytest.raises(UserError, match=r"output: got .*, which contains another one; other seed$"):
        claim(path, {"seed": 2, "rate": 0.1}, "another one")
    path.write_text("{")
    with pytest.raises(UserError, match="contains a run of another configuration or data"):
        claim(path, {"seed": 1, "rate": 0.1})
