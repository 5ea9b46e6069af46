"""Records of several runs: what fits is joined, what does not is one line."""

import json

import pyarrow as pa
import pytest

from envs.errors import UserError
from experiments.evaluation.entrants import Entrant, to_values
from experiments.presentation.gather import gather
from experiments.records import table as records
from policies.base import Budget

ENTRANTS = {"keep": Entrant(is_floor=True), "mine": Entrant(budget=Budget(1000, 2.5))}


def write(folder, policy, setting="loc_8", suite="toy", edit=lambda table: table):
    schema = records.make_schema(())
    blank = {pa.string(): "", pa.int64(): 1, pa.float64(): 1.0, pa.bool_(): False}
    rows = [
        {field.name: blank[field.type] for field in schema}
        | {"policy": policy, "cost_setting": setting, "suite": suite, "split": "test", "seed": seed}
        for seed in range(3)
    ]
    folder.mkdir()
    table = edit(pa.Table.from_pylist(rows, schema=schema))
    records.write(table, folder / "records.parquet")
    about = {
        "command": f"run {policy}",
        "entrants": to_values({policy: ENTRANTS[policy]}),
        "suite": {"version": suite, "strata": ["seen"]},
        "machine": {"commit": "abc"},
        "records_sha256": records.compute_sha256(table),
    }
    (folder / "provenance.json").write_text(json.dumps(about))
    return folder


def test_runs_are_joined_and_nothing_counts_twice(tmp_path):
    folders = [
        write(tmp_path / "a", "keep"),
        write(tmp_path / "b", "mine"),
        write(tmp_path / "c", "mine", setting="loc_off"),
        write(tmp_path / "d", "keep"),
    ]
    source = gather(folders)
    assert source.entrants == ENTRANTS
    found = records.query(
        source.table,
        "select policy, cost_setting, count(*) as n from records group by all order by all",
    )
    assert [tuple(row.values()) for row in found] == [
        ("keep", "loc_8", 3), ("mine", "loc_8", 3), ("mine", "loc_off", 3),
    ]  # fmt: skip
    assert source.provenance["command"].splitlines() == [
        f"run {n}" for n in ("keep", "mine", "mine", "keep")
    ]
    assert source.strata == ["seen"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda table: table.slice(0, 0), "contains no episodes"),
        (
            lambda table: table.drop_columns(["imagined_s"]),
            "no column imagined_s: not records, or those of another version",
        ),
    ],
)
def test_empty_and_older_records_are_one_line(tmp_path, edit, message):
    folder = write(tmp_path / "a", "keep", edit=edit)
    with pytest.raises(UserError, match=message):
        gather([folder])


def test_damaged_records_are_one_line(tmp_path):
    folder = write(tmp_path / "a", "keep")
    content = (folder / "records.parquet").read_bytes()
    (folder / "records.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match="not a records file: ") as raised:
        gather([folder])
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_no_run_is_one_line(tmp_path):
    with pytest.raises(UserError, match="contains no records"):
        gather([tmp_path])
    folder = write(tmp_path / "a", "keep")
    (folder / "provenance.json").write_text('{"command": "x"}')
    with pytest.raises(UserError, match="no entrants: written by another version"):
        gather([folder])
    (folder / "provenance.json").unlink()
    with pytest.raises(UserError, match="a report needs a finished run"):
        gather([folder])


def test_runs_of_different_suites_are_refused(tmp_path):
    folders = [write(tmp_path / "a", "keep"), write(tmp_path / "b", "mine", suite="other")]
    with pytest.raises(UserError, match="they cannot be compared"):
        gather(folders)
