"""Records: schema, order, hash, reading; and metrics on episodes made by hand."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from envs.errors import UserError
from envs.scenario.suite import load_suite
from envs.specification import column, component
from experiments.cli.locations import locate
from experiments.metrics.answer import answer
from experiments.metrics.max_delta_v import max_delta_v_mps
from experiments.metrics.min_ttc import min_ttc_s
from experiments.metrics.peak_braking import peak_braking_mps2
from experiments.metrics.reason import reason
from experiments.records import table as records
from experiments.rollout.loop import Rollout
from policies.floors import Constant

METRICS = (
    "experiments.metrics.peak_braking.peak_braking_mps2",
    "experiments.metrics.answer.answer",
)
SOURCE = records.Source("brake", 0, "quick", "train", "loc_8")


@pytest.fixture(scope="module")
def table():
    suite = load_suite(locate("suite", "quick"))
    items = suite.items("train")[::40]
    rollout = Rollout(Constant(braking_mps2=6.0), [suite.instance(i) for i in items], num_worlds=2)
    metrics = records.load_metrics(METRICS)
    rows = [records.make_row(SOURCE, items[k], e, metrics) for k, e in rollout.episodes()]
    return pa.Table.from_pylist(rows, schema=records.make_schema(metrics))


def test_components_sum_to_the_cost(table):
    parts = sum(table[f"cost_{name}_usd"].to_numpy() for name in component.NAMES)
    np.testing.assert_allclose(parts, table["cost_usd"].to_numpy(), rtol=1e-12)
    assert table["cost_usd"].to_numpy().max() > 0.0


def test_every_column_says_what_it_means(table):
    assert all(field.metadata[b"meaning"] for field in table.schema)


def test_hash_ignores_order_and_timings_only(table):
    first = records.compute_sha256(table)
    assert records.compute_sha256(table.take(pa.array(range(len(table)))[::-1])) == first
    late = table.set_column(
        table.schema.get_field_index("decision_cpu_ms"),
        "decision_cpu_ms",
        pa.array([9.0] * len(table)),
    )
    assert records.compute_sha256(late) == first
    index = table.schema.get_field_index("cost_usd")
    changed = table.set_column(
        index, "cost_usd", pa.array(np.nextafter(table["cost_usd"].to_numpy(), np.inf))
    )
    assert records.compute_sha256(changed) != first


def test_hash_does_not_depend_on_how_much_is_hashed_at_once(table, monkeypatch):
    first = records.compute_sha256(table)
    for rows in (1, 2, 3):
        monkeypatch.setattr(records, "_HASHED_AT_ONCE", rows)
        assert records.compute_sha256(table) == first


def test_records_read_back_equal_from_file_and_folder(table, tmp_path):
    records.write(records.order(table), tmp_path / "records.parquet")
    for path in (tmp_path, tmp_path / "records.parquet"):
        assert records.read(path).equals(records.order(table))
    assert [path.name for path in tmp_path.iterdir()] == ["records.parquet"]


def test_duckdb_reads_records(table):
    rows = records.query(table, "select policy, count(*) as n from records group by policy")
    assert rows == [{"policy": "brake", "n": len(table)}]


def test_files_that_are_not_records_are_one_line(tmp_path):
    with pytest.raises(UserError, match="contains no records"):
        records.read(tmp_path)
    (tmp_path / "records.parquet").write_text("nothing")
    with pytest.raises(UserError, match="not a records file"):
        records.read(tmp_path)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["os.system"], "allowed are names that begin with experiments.metrics."),
        (["experiments.metrics.answer.answr"], "has no 'answr'"),
        (["experiments.metrics.answer.answer"] * 2, "there is a column answer already"),
    ],
)
def test_wrong_metrics_are_one_line(names, message):
    with pytest.raises(UserError, match=message):
        records.load_metrics(names)


def episode(speed, y, **values):
    """An episode with these speeds and positions."""
    ego = np.zeros((len(speed), column.NUM_EGO), np.float32)
    ego[:, column.E_SPEED], ego[:, column.E_Y] = speed, y
    return SimpleNamespace(ego=ego, **values)


def test_peak_braking_by_hand():
    # 30 -> 29 -> 27.8 m/s in 0.2 s each: 5 and 6 m/s2; speeding up is no braking
    assert peak_braking_mps2(episode([30.0, 29.0, 27.8, 28.0], [0.0] * 4)) == pytest.approx(
        6.0, abs=1e-4
    )
    assert peak_braking_mps2(episode([30.0, 30.5], [0.0] * 2)) == 0.0


@pytest.mark.parametrize(
    ("speed", "y", "expected"),
    [
        ([30, 30, 30], [4, 4, 4], "keep"),
        ([30, 30, 30], [4, 4.6, 4], "shift"),
        ([30, 30, 30], [4, 2.0, 0], "left"),
        ([30, 29, 30], [4, 6.1, 8], "right"),
        ([30, 29, 23], [4, 4.0, 4], "brake"),
        ([30, 29.8, 29], [4, 4.0, 4], "keep"),
        ([30, 15, 0.1], [4, 7.0, 8], "stop"),
    ],
)
def test_answer_by_hand(speed, y, expected):
    assert answer(episode(speed, y)) == expected


def test_other_metrics_by_hand():
    contacts = (
        {"vehicle": 3, "delta_v_mps": 9.0},
        {"vehicle": 0, "delta_v_mps": 0.5},
        {"vehicle": 0, "delta_v_mps": 0.2},
    )
    made = SimpleNamespace(
        ttc_s=np.array([np.inf, 2.5, 3.0]),
        contacts=contacts,
        labels=np.array([0, 5, 5, 3]),
        reasons=np.array([0, 2, 2, 1]),
        names=("clear", "around", "too close"),
    )
    assert min_ttc_s(made) == 2.5
    assert max_delta_v_mps(made) == 0.5
    # "clear" is labelled keep and does not count
    assert reason(made) == "too close"
    made.labels[:] = 0
    assert reason(made) == ""
