"""Suites: deterministic, disjoint, and what their files recorded."""

from pathlib import Path

import pytest

import conf
from envs.errors import UserError
from envs.scenario.suite import SEED_SPLITS, load_suite

FOLDER = Path(conf.__file__).parent / "suite"
GOOD = """
version: mine
first_seed: {train: 1, validation: 20000, test: 40000}
instances: {train: 2, validation: 1, test: 3}
strata:
  seen:
    objects: train
    groups: []
    families: {lone_object: 2, spill: 1}
sha256: {train: a, validation: b, test: c}
"""


def written(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["v2", "quick"])
def test_seeds_of_splits_are_disjoint(name):
    suite = load_suite(FOLDER / f"{name}.yaml")
    seeds = [{item.seed for item in suite.items(split)} for split in SEED_SPLITS]
    assert sum(map(len, seeds)) == len(set.union(*seeds))
    assert all(
        len(suite.items(split)) == len(found)
        for split, found in zip(SEED_SPLITS, seeds, strict=True)
    )


@pytest.mark.parametrize("split", SEED_SPLITS)
def test_quick_samples_what_it_recorded(split):
    load_suite(FOLDER / "quick.yaml").check(split)


def test_v2_samples_what_it_recorded():
    load_suite(FOLDER / "v2.yaml").check("test")


def test_v2_has_enough_of_every_stratum():
    suite = load_suite(FOLDER / "v2.yaml")
    strata = [item.stratum for item in suite.items("test")]
    assert set(strata) == {
        "seen", "new_object", "look_alike", "evidence", "hidden", "phantom", "exposure",
    }  # fmt: skip
    assert min(strata.count(name) for name in set(strata)) == 2_000


def test_families_take_turns_by_weight(tmp_path):
    items = load_suite(written(tmp_path, GOOD)).items("test")
    assert [(i.family, i.seed) for i in items] == [
        ("lone_object", 40000), ("spill", 40001), ("lone_object", 40002),
    ]  # fmt: skip


def test_changed_suite_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"sha256\.test: recorded c, sampled [0-9a-f]{64}"):
        load_suite(written(tmp_path, GOOD)).check("test")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "lone_object: 2",
            "lone_objekt: 2",
            "got 'lone_objekt', allowed are .*did you mean 'lone_object'",
        ),
        (
            "objects: train",
            "objects: trian",
            "objects: got 'trian', allowed are train, held_out, all",
        ),
        ("spill: 1", "spill: 0", "families.spill: got 0, expected an integer >= 1"),
        ("test: 3}", "test: -3}", "instances.test: got -3, expected an integer >= 0"),
        ("version: mine", "versoin: mine", "key: got 'versoin'"),
        ("groups: []", "groups: P1", "groups: got 'P1', expected a list"),
    ],
)
def test_malformed_suite_gets_one_line(tmp_path, old, new, message):
    with pytest.raises(UserError, match=message) as caught:
        load_suite(written(tmp_path, GOOD.replace(old, new)))
    assert "\n" not in str(caught.value)


def test_unknown_split_is_refused(tmp_path):
    with pytest.raises(UserError, match="split: got 'tset'"):
        load_suite(written(tmp_path, GOOD)).items("tset")
