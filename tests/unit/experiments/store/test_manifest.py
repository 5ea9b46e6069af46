"""A finished folder knows its files by their bytes."""

import pytest

from envs.errors import UserError
from experiments.store.manifest import check_file, write_manifest


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
