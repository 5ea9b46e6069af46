"""The check of suites: what it counts, what it writes, and that skipped seeds are replaced."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import conf
from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.execution.configuration import ClusterConfiguration
from experiments.execution.executor import make_executor
from experiments.store.steps import Steps
from experiments.studies.suites import work
from experiments.studies.suites.check import HARMLESS_USD, SOLVED_USD, Checked, Task, check
from experiments.studies.suites.lists import write_lists
from experiments.studies.suites.overview import describe_check, list_unsafe
from experiments.studies.suites.work import Desk, check_items, find_skipped

TEXT = """\
# a comment that stays
version: mine
first_seed: {train: 1, validation: 20001, test: 90001}
instances: {train: 6, validation: 4, test: 3}
strata:
  seen: {objects: train, groups: [], families: {lone_object: 2, spill: 1}} # another
  other: {objects: held_out, groups: [], families: {phantom: 1}}
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def desk(path):
    executor = make_executor("local", ClusterConfiguration(), workers=1, scratch=path.parent)
    return Desk(path, (), executor, Steps(path.parent))


def test_phantoms_are_harmless_and_solved_by_driving_on(path):
    suite = load_suite(path)
    items = tuple(item for item in suite.items("train") if item.stratum == "other")
    found = check(Task(str(path), (), items), ())
    assert [one.seed for one in found] == [item.seed for item in items]
    assert all(one.is_safe and one.is_solvable and one.is_harmless for one in found)
    assert not any(one.is_decided_early for one in found)
    assert [one.instance_hash for one in found] == [suite.instance(item).hash for item in items]


def test_limits_of_the_labels():
    one = Checked("s", "f", 1, "h", "", HARMLESS_USD, SOLVED_USD, SOLVED_USD - 1.0)
    assert one.is_safe
    assert one.is_solvable
    assert one.is_decided_early
    assert not one.is_harmless
    assert not one._replace(best_usd=SOLVED_USD).is_solvable
    assert not one._replace(best_usd=SOLVED_USD).is_decided_early
    assert one._replace(keep_usd=HARMLESS_USD - 0.1).is_harmless


def test_table_counts_by_hand():
    rows = [
        Checked("a", "x", 1, "h", "", 0.0, 0.0, 0.0),
        Checked("a", "y", 2, "h", "vehicles 1 and 2 touch at 3.0 s while the ego brakes", 900.0, 900.0, 400.0),
        Checked("b", "x", 3, "h", "", 9e5, 9e5, 9e5),
    ]  # fmt: skip
    lines = [line.split() for line in describe_check(rows, "test").splitlines() if line]
    assert lines[0][:2] == ["test", "split"]
    assert lines[1] == ["a/x", "1", "1", "1", "1", "0"]
    assert lines[2] == ["a/y", "1", "0", "1", "0", "1"]
    assert lines[3] == ["a", "2", "1", "(50.0", "%)", "2", "1", "(50.0", "%)", "1", "(50.0", "%)"]
    assert lines[4] == ["b/x", "1", "1", "0", "0", "0"]
    assert lines[5] == [
        "all",
        "3",
        "2",
        "(66.7",
        "%)",
        "2",
        "(66.7",
        "%)",
        "1",
        "(33.3",
        "%)",
        "1",
        "(33.3",
        "%)",
    ]
    assert list_unsafe(rows) == [
        "a/y, seed 2: vehicles 1 and 2 touch at 3.0 s while the ego brakes"
    ]


def test_unsafe_seeds_are_skipped_until_every_place_is_safe(path, monkeypatch):
    # the first replacement of a lone object is unsafe too
    unsafe = {
        1: "vehicles 1 and 2 touch",
        7: "vehicles 3 and 4 touch",
        10_002: "vehicles 5 and 6 touch",
    }
    monkeypatch.setattr(
        work, "find_unsafe", lambda task: [unsafe.get(item.seed, "") for item in task.items]
    )
    suite = load_suite(path)
    skipped = find_skipped(desk(path), suite, "train")
    assert skipped == unsafe
    items = replace(suite, skipped={"train": skipped}).items("train")
    # turns: lone_object, spill, lone_object; seeds 1 and 7 belong to lone_object, and so does 9
    assert [(i.seed, i.family) for i in items[:6]] == [
        (9, "lone_object"), (2, "spill"), (3, "lone_object"), (4, "lone_object"), (5, "spill"), (6, "lone_object"),
    ]  # fmt: skip
    assert items[7].seed == 10_007
    assert len({i.seed for i in items}) == len(items) == 12


def test_finished_parts_are_not_repeated(path, monkeypatch):
    suite = load_suite(path)
    items = suite.items("validation")
    first = check_items(desk(path), items, ["brake"])
    monkeypatch.setattr(work, "check", lambda *_: pytest.fail("it was done before"))
    assert check_items(desk(path), items, ["brake"]) == first


def test_lists_are_written_and_read_back_and_comments_stay(path):
    skipped = {"train": {2: "vehicles 3 and 5 touch at 4.2 s while the ego brakes"}}
    unavoidable = {"train": [8, 3], "test": []}
    suite = replace(load_suite(path), skipped=skipped)
    hashes = {split: suite.compute_sha256(split) for split in ("train", "validation", "test")}
    for _ in range(2):
        write_lists(path, skipped, unavoidable, hashes)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(TEXT)
    assert text.count("skipped:") == text.count("unavoidable:") == text.count("sha256:") == 1
    again = load_suite(path)
    assert (again.skipped, again.unavoidable) == (skipped, {"train": frozenset({3, 8})})
    assert {item.seed for item in again.items("train") if item.unavoidable} == {3, 8}
    for split in hashes:
        again.check(split)
    write_lists(path, {}, {}, hashes)
    assert set(yaml.safe_load(path.read_text(encoding="utf-8"))) == {
        "version", "first_seed", "instances", "strata", "sha256",
    }  # fmt: skip


def test_many_seeds_are_written_on_lines_of_ordinary_length(path):
    text = TEXT.replace("train: 6", "train: 600")
    path.write_text(text, encoding="utf-8")
    write_lists(path, {}, {"train": range(1, 301)}, {"train": "a"})
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 120
    assert load_suite(path).unavoidable == {"train": frozenset(range(1, 301))}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('skipped: {train: {"99999": why}}', "skipped.train: got 99999, expected seeds from 1 to 20000"),
        ("skipped: {train: [3]}", "skipped.train: got [3], expected seeds in quotes with reasons"),
        ("skipped: {tests: {}}", "skipped: got 'tests', allowed are train, validation, test"),
        ("unavoidable: {test: [5]}", "unavoidable.test: got 5, expected the seed of an instance of this split"),
        ("unavoidable: {test: 5}", "unavoidable.test: got 5, expected a list of seeds"),
        ("outcomes: {primary: {mean_usd: -3}, secondary: []}", "outcomes.primary.mean_usd: got -3, expected a number"),
        ("outcomes: {primary: {mean_usd: null}}", "outcomes.secondary: missing"),
        ("outcomes: {primary: {a: null}, secondary: [medain]}", "outcomes.secondary: got 'medain', allowed are"),
    ],
)  # fmt: skip
def test_mistakes_in_lists_are_one_line(path, line, said):
    path.write_text(f"{TEXT}{line}\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_suite(path)
    assert str(caught.value).startswith(f"mine.yaml: {said}")
    assert "\n" not in str(caught.value)


def test_a_stratum_without_seeds_left_says_so(path):
    path.write_text(TEXT.replace("train: 6", "train: 10_000"), encoding="utf-8")
    suite = replace(load_suite(path), skipped={"train": {5: "vehicles touch"}})
    with pytest.raises(UserError, match=r"skipped.train: 5: stratum seen has no seed left"):
        suite.items("train")


def test_a_part_has_the_first_instances_of_the_whole(path):
    write_lists(path, {"train": {2: "why"}}, {"train": [3, 6]}, {"train": "a"})
    part = path.with_name("part.yaml")
    part.write_text(
        "version: part\npart_of: mine\ninstances: {train: 3, validation: 1, test: 1}\n",
        encoding="utf-8",
    )
    whole, few = load_suite(path), load_suite(part)
    assert set(few.items("validation")) <= set(whole.items("validation"))
    # the skipped seed is replaced by the next of its family, which the whole has too
    assert [item.seed for item in few.items("train")][:3] == [1, 5, 3]
    assert {item.seed for item in few.items("train")} <= {
        item.seed for item in whole.items("train")
    }
    assert [item.seed for item in few.items("train") if item.unavoidable] == [3]
    assert (few.outcomes, few.part_of, few.sha256) == (whole.outcomes, path, {})
    part.write_text(
        "version: part\npart_of: mine\ninstances: {train: 9, validation: 1, test: 1}\n",
        encoding="utf-8",
    )
    with pytest.raises(
        UserError, match=r"part.yaml: instances.train: got 9, expected at most 6, as mine.yaml has"
    ):
        load_suite(part)
    part.write_text("version: part\npart_of: nobody\ninstances: {train: 1}\n", encoding="utf-8")
    with pytest.raises(
        UserError, match=r"part.yaml: part_of: got 'nobody', expected the name of a suite"
    ):
        load_suite(part)


def test_quick_is_a_part_of_v2():
    folder = Path(conf.__file__).parent / "suite"
    quick, v2 = load_suite(folder / "quick.yaml"), load_suite(folder / "v2.yaml")
    for split in ("train", "validation", "test"):
        assert set(quick.items(split)) <= set(v2.items(split))
