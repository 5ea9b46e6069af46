"""An interrupted run is found again by its key; nobody shares a folder."""

from datetime import UTC, datetime

import pytest

from envs.errors import UserError
from experiments.store.run_folder import compute_key, open_folder

NOW = datetime(2026, 11, 22, 10, 20, 30, tzinfo=UTC)


def test_same_key_continues_an_interrupted_run(tmp_path):
    with open_folder(tmp_path, "a", now=NOW) as first:
        assert first.path == tmp_path / "2026-11-22" / "10-20-30"
        assert not first.is_continued
    with open_folder(tmp_path, "a", now=NOW.replace(hour=11)) as second:
        assert second.path == first.path
        assert second.is_continued


def test_another_key_and_a_finished_run_begin_anew(tmp_path):
    with open_folder(tmp_path, "a", now=NOW) as first:
        first.finish()
    with open_folder(tmp_path, "a", now=NOW) as again:
        assert not again.is_continued
    with open_folder(tmp_path, "b", now=NOW) as other:
        pass
    assert [p.path.name for p in (first, again, other)] == ["10-20-30", "10-20-30-2", "10-20-30-3"]


def test_a_folder_in_use_is_not_shared(tmp_path):
    with open_folder(tmp_path, "a", now=NOW) as running, open_folder(tmp_path, "a", now=NOW) as two:
        assert running.path != two.path


def test_a_state_file_that_is_not_json_is_passed_over(tmp_path):
    folder = tmp_path / "2026-11-22" / "10-20-30"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{")
    with open_folder(tmp_path, "a", now=NOW) as found:
        assert found.path.name == "10-20-30-2"


def test_an_output_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "outputs").touch()
    with pytest.raises(UserError, match="outputs/2026-11-22/10-20-30: cannot be made"):
        open_folder(tmp_path / "outputs", "a", now=NOW)


def test_key_depends_on_everything_that_decides_the_result():
    keys = {
        compute_key("compare", {"suite": "quick"}, {"rule": "a: 1"}),
        compute_key("evaluate", {"suite": "quick"}, {"rule": "a: 1"}),
        compute_key("compare", {"suite": "v2"}, {"rule": "a: 1"}),
        compute_key("compare", {"suite": "quick"}, {"rule": "a: 2"}),
    }
    assert len(keys) == 4
    assert compute_key("compare", {"suite": "quick"}, {"rule": "a: 1"}) in keys
