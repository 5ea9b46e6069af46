"""What is finished is known by its bytes: cut or flipped, it is not taken for whole."""

import hashlib

import pytest

from envs.errors import UserError
from experiments.store.manifest import JOURNAL, Journal, check_file, compute_sha256, write_manifest


def test_a_shard_is_whole_only_with_the_bytes_that_were_noted(tmp_path):
    content = b"records" * 100
    (tmp_path / "a.parquet").write_bytes(content)
    Journal(tmp_path).add("a.parquet", hashlib.sha256(content).hexdigest())
    assert Journal(tmp_path).is_whole("a.parquet")
    flipped = bytes([content[0] ^ 1]) + content[1:]
    for damaged in (content[:-1], flipped, b""):
        (tmp_path / "a.parquet").write_bytes(damaged)
        assert not Journal(tmp_path).is_whole("a.parquet")
    (tmp_path / "a.parquet").unlink()
    assert not Journal(tmp_path).is_whole("a.parquet")


def test_a_shard_that_was_not_noted_is_not_whole(tmp_path):
    (tmp_path / "a.parquet").touch()
    assert not Journal(tmp_path).is_whole("a.parquet")


def test_a_line_that_was_cut_short_costs_one_shard(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    journal = Journal(tmp_path)
    journal.add("a", compute_sha256(tmp_path / "a"))
    journal.add("b", compute_sha256(tmp_path / "b"))
    text = (tmp_path / JOURNAL).read_text()
    (tmp_path / JOURNAL).write_text(text[:-10])
    again = Journal(tmp_path)
    assert again.is_whole("a")
    assert not again.is_whole("b")
    again.add("c", compute_sha256(tmp_path / "c"))
    assert Journal(tmp_path).is_whole("c")


def test_a_finished_folder_knows_its_files(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("a")
    (tmp_path / "records.parquet").write_text("b")
    check_file(tmp_path / "records.parquet")  # no manifest: of another version
    write_manifest(tmp_path)
    check_file(tmp_path / "records.parquet")
    (tmp_path / "records.parquet").write_text("c")
    with pytest.raises(UserError, match=r"records\.parquet: damaged: its SHA-256"):
        check_file(tmp_path / "records.parquet")
