"""Records of several runs: what fits is joined, what does not is one line."""

import json

import pyarrow as pa
import pytest

from envs.errors import UserError
from experiments.evaluation.entrants import Entrant, to_values
from experiments.presentation.joining.gather import gather
from experiments.presentation.publish import summarise_source
from experiments.records import table as records
from policies.base import Budget

ENTRANTS = {"keep": Entrant(is_floor=True), "mine": Entrant(budget=Budget(1000, 2.5))}
BLANK = {pa.string(): "", pa.int64(): 1, pa.float64(): 1.0, pa.bool_(): False}


def make_rows(
    policy, *, seeds=range(3), policy_seeds=(0,), stratum="seen", setting="loc_8", **values
):
    schema = records.make_schema(())
    first = {field.name: BLANK[field.type] for field in schema} | {"split": "test", "suite": "toy"}
    return [
        first
        | {"policy": policy, "policy_seed": policy_seed, "cost_setting": setting, "seed": seed}
        | {"stratum": stratum, "family": "f", "instance_hash": f"hash {seed}"}
        | values
        for seed in seeds
        for policy_seed in policy_seeds
    ]


def write(folder, *rows, entrants=None, edit=lambda table: table, **about):
    """Write a run whose records are the lists of ``rows``, joined."""
    joined = [row for part in rows for row in part]
    names = dict.fromkeys(row["policy"] for row in joined)
    folder.mkdir()
    table = edit(pa.Table.from_pylist(joined, schema=records.make_schema(())))
    records.write(table, folder / "records.parquet")
    told = {
        "command": f"run {' '.join(names)}",
        "entrants": to_values(entrants or {name: ENTRANTS[name] for name in names}),
        "suite": {"version": joined[0]["suite"], "strata": ["seen"]},
        "machine": {"commit": "abc"},
        "records_sha256": records.compute_sha256(table),
    }
    (folder / "provenance.json").write_text(json.dumps(told | about))
    return folder


def count(source):
    found = records.query(
        source.table,
        "select policy, cost_setting, stratum, count(*) as n from records group by all order by all",
    )
    return [tuple(row.values()) for row in found]


def refusal(*folders):
    with pytest.raises(UserError) as raised:
        gather(folders)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_runs_are_joined_and_nothing_counts_twice(tmp_path, capsys):
    folders = [
        write(tmp_path / "a", make_rows("keep")),
        write(tmp_path / "b", make_rows("mine")),
        write(tmp_path / "c", make_rows("mine", setting="loc_off")),
        write(tmp_path / "d", make_rows("keep", decision_cpu_ms=7.0)),
        write(tmp_path / "e", make_rows("keep", setting="loc_off")),
    ]
    source = gather(folders)
    assert source.entrants == ENTRANTS
    assert count(source) == [
        (policy, setting, "seen", 3)
        for policy in ("keep", "mine")
        for setting in ("loc_8", "loc_off")
    ]
    assert source.provenance["command"].splitlines() == [
        f"run {n}" for n in ("keep", "mine", "mine", "keep", "keep")
    ]
    assert source.strata == ["seen"]
    assert capsys.readouterr().err == ""
    assert set(source.table["decision_cpu_ms"].to_pylist()) == {1.0}


def test_other_instances_of_the_same_policy_are_added(tmp_path, capsys):
    hidden = {"stratum": "hidden", "seeds": range(3, 5)}
    one = write(tmp_path / "a", make_rows("keep"), make_rows("mine"))
    two = write(tmp_path / "b", make_rows("mine", **hidden), make_rows("keep", **hidden))
    source = gather([one, two])
    assert count(source) == [
        ("keep", "loc_8", "hidden", 2), ("keep", "loc_8", "seen", 3),
        ("mine", "loc_8", "hidden", 2), ("mine", "loc_8", "seen", 3),
    ]  # fmt: skip
    assert source.strata == ["seen", "hidden"]
    summary = summarise_source(source, "keep", 0.95, 100)["loc_8"]
    assert summary.num_instances == {"seen": 3, "hidden": 2, "all": 5}
    assert capsys.readouterr().err == ""


def test_other_policy_seeds_on_the_same_instances_are_added(tmp_path):
    folders = [write(tmp_path / f"{k}", make_rows("mine", policy_seeds=[k])) for k in range(2)]
    assert count(gather(folders)) == [("mine", "loc_8", "seen", 6)]


def test_instances_that_not_all_policies_drove_are_left_out_with_a_line(tmp_path, capsys):
    one = write(tmp_path / "a", make_rows("keep"), make_rows("mine"))
    two = write(tmp_path / "b", make_rows("mine", stratum="hidden", seeds=range(3, 5)))
    source = gather([one, two])
    assert count(source) == [("keep", "loc_8", "seen", 3), ("mine", "loc_8", "seen", 3)]
    line = "2 of 5 instances in cost setting loc_8: keep did not drive 2 (hidden)"
    assert capsys.readouterr().err == f"left out: {line}\n"
    assert source.provenance["left_out"] == [line]


def test_cost_settings_that_not_all_policies_have_are_left_out_with_a_line(tmp_path, capsys):
    one = write(tmp_path / "a", make_rows("keep"), make_rows("keep", setting="loc_off"))
    source = gather([one, write(tmp_path / "b", make_rows("mine"))])
    assert count(source) == [("keep", "loc_8", "seen", 3), ("mine", "loc_8", "seen", 3)]
    assert capsys.readouterr().err == "left out: cost setting loc_off, which mine did not drive\n"


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"seeds": range(3, 5)}, "cost setting loc_8, which shares no instance of all policies"),
        (
            {"setting": "loc_off"},
            "cost setting loc_8, which mine did not drive; cost setting loc_off",
        ),
    ],
)
def test_runs_without_a_common_instance_are_refused(tmp_path, other, reason):
    one = write(tmp_path / "a", make_rows("keep"))
    said = refusal(one, write(tmp_path / "b", make_rows("mine", **other)))
    assert said.startswith(
        f"records: no instance was driven by all policies; left out are {reason}"
    )


def name_both(said, tmp_path):
    return f"records: {tmp_path / 'a'} and {tmp_path / 'b'}" in said


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"cost_usd": 2.0},
            "mine in seen/f, seed 0, cost setting loc_8: cost_usd: 1.0 and 2.0; if the policies differ",
        ),
        ({"objects": "box"}, "seed 0, cost setting loc_8: objects: '' and 'box'"),
        ({"collision": True}, "collision: False and True"),
        ({"cost_usd": 2.0, "seeds": [2, 3]}, "seed 2, cost setting loc_8: cost_usd: 1.0 and 2.0"),
        (
            {"instance_hash": "x", "policy_seeds": [1]},
            "drove different instances with seed 0: run both with the same",
        ),
        (
            {"stratum": "hidden"},
            "drove different instances with seed 0: run both with the same files, or rename one",
        ),
        (
            {"seeds": range(3, 5), "policy_seeds": [0, 1]},
            "contain mine with policy seeds 0 and 0, 1 on different instances: run both with the same policy_seeds",
        ),
        (
            {"seeds": range(2), "policy_seeds": [1]},
            "contain mine with policy seeds 0 and 0, 1 on different instances",
        ),
    ],
)
def test_rows_that_do_not_fit_are_refused(tmp_path, changed, reason):
    one = write(tmp_path / "a", make_rows("mine"))
    said = refusal(one, write(tmp_path / "b", make_rows("mine", **changed)))
    assert name_both(said, tmp_path)
    assert reason in said


def test_a_missing_number_equals_a_missing_number(tmp_path):
    folders = [write(tmp_path / name, make_rows("mine", imagined_s=float("nan"))) for name in "ab"]
    assert count(gather(folders)) == [("mine", "loc_8", "seen", 3)]


OTHER = {"stratum": "hidden", "seeds": range(3, 5)}
HASHES = {"mine.yaml": "1", "my_policy.py": "2"}
CONFIG = {"cost": "loc_8", "also_cost": ["loc_off"], "suite": "quick"}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (
            {"sha256": {"policy mine": HASHES}},
            {"sha256": {"policy mine": HASHES | {"my_policy.py": "3"}}},
            "'mine': SHA-256 of my_policy.py; a policy has the name of its file: rename one",
        ),
        (
            {"sha256": {"cost loc_8": {"loc_8.yaml": "1"}}},
            {"sha256": {"cost loc_8": {"loc_8.yaml": "2"}}},
            "different cost settings with the name 'loc_8': SHA-256 of loc_8.yaml; run both with the same files",
        ),
        (
            {"sha256": {"metrics": {"module a": "1", "module b": "1"}}},
            {"sha256": {"metrics": {"module a": "2", "module c": "1"}}},
            "different metrics: SHA-256 of module a; run both",
        ),
        # provenance of older versions, and one of each
        (
            {"files": {"x/mine.yaml": "a: 1", "keep": "b: 1"}},
            {"files": {"y/mine.yaml": "a: 2"}, "sha256": {"policy mine": HASHES}},
            "different policies with the name 'mine': a: 1 and 2",
        ),
        (
            {"files": {"mine.yaml": "a: 1"}},
            {"files": {"mine.yaml": "a: 1\nb: 2"}},
            "different policies with the name 'mine': b: None and 2",
        ),
        (
            {"files": {"mine.yaml": "a: 1"}},
            {"files": {"mine.yaml": "a: ["}},
            "'mine': the text of its file",
        ),
        (
            {"files": {"loc_8.yaml": "a: 1"}, "config": CONFIG},
            {"files": {"loc_8.yaml": "a: 2"}, "config": CONFIG},
            "different cost settings with the name 'loc_8': a: 1 and 2",
        ),
        (
            {"files": {"quick.yaml": "a: 1"}, "config": CONFIG},
            {"files": {"quick.yaml": "a: 2"}, "config": CONFIG},
            "different suites with the name 'quick': a: 1 and 2",
        ),
        (
            {"suite": {"version": "toy", "strata": ["seen"], "sha256": {"test": "1"}}},
            {"suite": {"version": "toy", "strata": ["seen"], "sha256": {"test": "2"}}},
            "different suites with the name 'toy': sha256.test differs",
        ),
        (
            {},
            {"entrants": {"mine": Entrant(budget=Budget(1000, 2.6))}},
            "different policies with the name 'mine': budget: Budget(environment_steps=1000, cpu_s=2.5) and Budget(",
        ),
        (
            {},
            {"entrants": {"mine": ENTRANTS["mine"]._replace(is_floor=True)}},
            "'mine': is_floor: False and True",
        ),
    ],
)
def test_one_name_for_two_things_is_refused(tmp_path, first, second, reason):
    one = write(tmp_path / "a", make_rows("mine"), **first)
    said = refusal(one, write(tmp_path / "b", make_rows("mine", **OTHER), **second))
    assert name_both(said, tmp_path)
    assert reason in said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"sha256": {"policy mine": HASHES}}, {"sha256": {"policy mine": HASHES}}),
        # paths and comments may differ
        ({"files": {"x/mine.yaml": "a: 1 # one"}}, {"files": {"/y/mine.yaml": "a: 1"}}),
        ({"files": {"mine.yaml": "a: 1"}}, {"sha256": {"policy mine": HASHES}}),
        ({"sha256": {"metrics": {"module a": "1"}}}, {"sha256": {"metrics": {"module b": "1"}}}),
        ({}, {"entrants": {"mine": ENTRANTS["mine"]._replace(file="elsewhere/mine.yaml")}}),
    ],
)
def test_the_same_policy_on_other_instances_is_joined(tmp_path, first, second):
    one = write(tmp_path / "a", make_rows("mine"), **first)
    source = gather([one, write(tmp_path / "b", make_rows("mine", **OTHER), **second)])
    assert count(source) == [("mine", "loc_8", "hidden", 2), ("mine", "loc_8", "seen", 3)]


def test_the_third_run_is_compared_with_the_first_that_has_the_policy(tmp_path):
    one = write(tmp_path / "a", make_rows("mine"), sha256={"policy mine": HASHES})
    two = write(tmp_path / "c", make_rows("keep"))
    last = write(
        tmp_path / "b", make_rows("mine", **OTHER), sha256={"policy mine": {"mine.yaml": "9"}}
    )
    assert name_both(refusal(one, two, last), tmp_path)


def add_metric(values):
    return lambda table: table.append_column("my_metric", values)


def test_metrics_that_not_all_runs_have_are_left_out_with_a_line(tmp_path, capsys):
    one = write(tmp_path / "a", make_rows("keep"), edit=add_metric(pa.array([1.0, 2.0, 3.0])))
    source = gather([one, write(tmp_path / "b", make_rows("mine"))])
    assert "my_metric" not in source.table.column_names
    assert source.table["cost_usd"].null_count == 0
    line = f"columns of {one} that other runs do not have: my_metric"
    assert capsys.readouterr().err == f"left out: {line}\n"


def test_metrics_of_different_types_are_refused(tmp_path):
    one = write(tmp_path / "a", make_rows("keep"), edit=add_metric(pa.array([1.0, 2.0, 3.0])))
    two = write(tmp_path / "b", make_rows("mine"), edit=add_metric(pa.array(["a", "b", "c"])))
    said = refusal(one, two)
    assert name_both(said, tmp_path)
    assert "have different columns my_metric: double and string" in said


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        (
            {"processor": "x"},
            {"processor": "y"},
            "processors, so computing times cannot be compared: x ({a}); y ({b})",
        ),
        (
            {"sources": "1", "commit": "unknown"},
            {"sources": "2"},
            "sources of roadworld: 1 ({a}); 2 ({b})",
        ),
        (
            {"commit": "1", "sources": "1"},
            {"commit": "2"},
            "sources of roadworld: 1 ({a}); 2 ({b})",
        ),
        ({"commit": "1", "sources": "1"}, {"commit": "2", "sources": "1"}, ""),
        ({"commit": "1"}, {"commit": "unknown"}, ""),
    ],
)
def test_machines_and_sources_that_differ_are_said(tmp_path, capsys, first, second, line):
    one = write(tmp_path / "a", make_rows("keep"), machine=first)
    two = write(tmp_path / "b", make_rows("mine"), machine=second)
    source = gather([one, two])
    said = line.format(a=one, b=two)
    assert capsys.readouterr().err == (f"the runs are of different {said}\n" if line else "")
    for key in ("processor", "sources"):
        values = dict.fromkeys(value[key] for value in (first, second) if key in value)
        assert source.provenance["machine"][key] == ", ".join(values)


def test_a_stratum_that_the_suite_does_not_name_is_shown(tmp_path):
    source = gather([write(tmp_path / "a", make_rows("keep", stratum="own"))])
    assert source.strata == ["seen", "own"]


def test_a_policy_without_a_description_is_refused(tmp_path):
    rows = make_rows("keep"), make_rows("mine")
    folder = write(tmp_path / "a", *rows, entrants={"keep": ENTRANTS["keep"]})
    assert refusal(folder) == f"{folder}: provenance.json does not describe the policy mine"


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
    folder = write(tmp_path / "a", make_rows("keep"), edit=edit)
    with pytest.raises(UserError, match=message):
        gather([folder])


def test_damaged_records_are_one_line(tmp_path):
    folder = write(tmp_path / "a", make_rows("keep"))
    content = (folder / "records.parquet").read_bytes()
    (folder / "records.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match="not a records file: ") as raised:
        gather([folder])
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_no_run_is_one_line(tmp_path):
    with pytest.raises(UserError, match="contains no records"):
        gather([tmp_path])
    folder = write(tmp_path / "a", make_rows("keep"))
    (folder / "provenance.json").write_text('{"command": "x"}')
    with pytest.raises(UserError, match="no entrants: written by another version"):
        gather([folder])
    (folder / "provenance.json").unlink()
    with pytest.raises(UserError, match="a report needs a finished run"):
        gather([folder])


def test_runs_of_different_suites_are_refused(tmp_path):
    one = write(tmp_path / "a", make_rows("keep"))
    said = refusal(one, write(tmp_path / "b", make_rows("mine", suite="other")))
    assert "they cannot be compared" in said
