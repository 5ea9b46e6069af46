"""What must not change while code moves: the quick parts; ``python tests/fingerprint.py check`` runs all."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests import fingerprint, fingerprint_figures

ANYWHERE = ("options", "audit_committed")
"""Parts without arithmetic that another processor rounds differently."""


@pytest.mark.parametrize("part", [*ANYWHERE, "states", "inject"])
def test_part_is_as_recorded(part, capsys):
    recorded = fingerprint.load()
    if part not in ANYWHERE and recorded["machine"] != fingerprint.describe_machine():
        pytest.skip("recorded on another machine or with other versions: last bits may differ")
    items, _ = fingerprint.measure(part, fingerprint.HERE.parent, workers=1)
    equal = fingerprint.compare(part, recorded["parts"][part]["items"], items)
    assert equal, capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "now", "verdict"),
    [
        ("records", {"cost": "a", "length": "b"}, "same"),
        ("records", {"cost": "a", "length": "c"}, "DIFFERENT: length"),
        ("records", {"cost": "a"}, "DIFFERENT: length"),
        ("records", None, "DIFFERENT"),
    ],
)
def test_verdict_names_what_differs(name, now, verdict):
    assert fingerprint.judge(name, {"cost": "a", "length": "b"}, now) == verdict


def test_number_of_tests_may_grow_but_not_shrink():
    assert fingerprint.judge("at least", 10, 11) == "more"
    assert fingerprint.judge("at least", 10, 9) == "DIFFERENT"


def write_records(path, costs, cost="cost_usd"):
    """Two rows of records."""
    columns = {key: ["x", "x"] for key in fingerprint_figures.KEY} | {"seed": [2, 1], cost: costs}
    pq.write_table(pa.table(columns), path)
    return fingerprint_figures.digest_records(path)


def test_records_are_equal_after_a_column_was_renamed_and_mapped(tmp_path, monkeypatch):
    path = tmp_path / "records.parquet"
    before = write_records(path, [1.0, 2.0])
    assert write_records(path, [1.0, 2.0 + 2**-51])["cost_usd"] != before["cost_usd"]
    assert write_records(path, [1.0, 2.0], "cost_dollars") != before
    monkeypatch.setitem(fingerprint_figures.RENAMED_COLUMNS, "cost_dollars", "cost_usd")
    assert write_records(path, [1.0, 2.0], "cost_dollars") == before


def test_numbers_count_by_value_whatever_they_are_called_unless_timed():
    first = {"a": [1.0, {"b": True}], "text": "7", "spent_cpu_s": 3.0}
    other = {"c": 1.0, "d": True, "spent_cpu_s": 4.0}
    assert fingerprint_figures.digest_numbers(first) == fingerprint_figures.digest_numbers(other)
    changed = other | {"c": 1.0 + 2**-52}
    assert fingerprint_figures.digest_numbers(changed) != fingerprint_figures.digest_numbers(other)
