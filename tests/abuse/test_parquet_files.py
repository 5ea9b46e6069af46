"""Records that were damaged or come from elsewhere: refused in one line, or the very same numbers."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.records import table as records


def make_table(rows=40):
    """Records of a made-up run."""
    rng = np.random.default_rng(7)
    columns = {}
    for field in records.make_schema(()):
        if pa.types.is_string(field.type):
            values = [f"{field.name}{k % 3}" for k in range(rows)]
        elif pa.types.is_boolean(field.type):
            values = (rng.random(rows) < 0.5).tolist()
        elif pa.types.is_integer(field.type):
            values = list(range(rows))
        else:
            values = rng.normal(size=rows).tolist()
        columns[field.name] = pa.array(values, field.type)
    return pa.table(columns, schema=records.make_schema(()))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "records.parquet"
    records.write(make_table(), path)
    return path


def test_a_changed_byte_is_refused_or_changes_no_number(whole, tmp_path, tally, times):
    row, rng = tally("Parquet: a byte changed"), np.random.default_rng(8)
    raw, sha256 = whole.read_bytes(), records.compute_sha256(records.read(whole))
    path = tmp_path / "records.parquet"
    (tmp_path / "provenance.json").write_text(json.dumps({"records_sha256": sha256}))
    for _ in range(times(150, 4000)):
        changed = bytearray(raw)
        changed[int(rng.integers(len(raw)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(changed))
        found = row.read(lambda: records.read(path), "records.parquet")
        assert found is None or records.compute_sha256(found) == sha256


def test_cut_short_grown_or_nothing_is_refused(whole, tmp_path, tally, times):
    row, rng = tally("Parquet: cut short or nothing"), np.random.default_rng(9)
    raw, path = whole.read_bytes(), tmp_path / "records.parquet"
    for k in range(times(30, 500)):
        path.write_bytes(
            raw[: int(rng.integers(len(raw)))] if k % 3 else rng.bytes(int(rng.integers(3000)))
        )
        assert row.read(lambda: records.read(path), "records.parquet") is None


NAMES = [field.name for field in records.make_schema(())]


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": pa.array(["x"] * 40)},
        {"seed": pa.array([None] * 40, pa.int64())},
        {"policy": pa.array([["a"]] * 40)},
        {"policy": pa.array([None, *["a"] * 39])},
        {"cost_usd": pa.array([{"a": 1}] * 40)},
        {"cost_usd": pa.array([None, *[1.0] * 39])},
        {"cost_usd": pa.array([float("nan"), *[1.0] * 39])},
        {"cost_usd": pa.array([float("inf"), *[1.0] * 39])},
        {"instance_hash": pa.array(list(range(40)))},
        dict.fromkeys(NAMES),
        {"cost_usd": None},
        {"family": None},
    ],
    # the text of an Arrow array has its address in it
    ids=lambda wrong: "-".join(list(wrong)[:2]),
)
def test_foreign_tables_are_refused(wrong, tmp_path, tally):
    table = make_table()
    kept = {name: wrong.get(name, table[name]) for name in table.column_names}
    kept = {name: column for name, column in kept.items() if column is not None} or {
        "x": pa.array([1])
    }
    path = tmp_path / "records.parquet"
    pq.write_table(pa.table(kept), path)
    assert tally("Parquet: foreign").read(lambda: records.read(path), "records.parquet") is None


def test_a_folder_of_two_kinds_is_refused(whole, tmp_path, tally):
    (tmp_path / "a.parquet").write_bytes(whole.read_bytes())
    pq.write_table(pa.table({"x": [1]}), tmp_path / "b.parquet")
    assert tally("Parquet: foreign").read(lambda: records.read(tmp_path), str(tmp_path)) is None


def test_an_empty_table_is_refused(tmp_path, tally):
    pq.write_table(make_table()[:0], tmp_path / "records.parquet")
    assert tally("Parquet: foreign").read(lambda: records.read(tmp_path), "no episodes") is None
