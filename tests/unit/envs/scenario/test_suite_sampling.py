"""Suites: shares of families, one entry at a time, seeds that never meet, and the recorded hash."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conf
from envs.errors import UserError
from envs.scenario.generator import FAMILIES
from envs.scenario.suite import SEED_SPLITS, STRATUM_SEEDS, Stratum, Suite, load_suite
from experiments.studies.suites.lists import write_lists

FOLDER = Path(conf.__file__).parent / "suite"
TEXT = """
# a comment that stays
version: mine
first_seed: {train: 1, validation: 20001, test: 90001}
instances: {train: 2, validation: 1, test: 3}
strata:
  seen: {objects: train, groups: [], families: {lone_object: 2, spill: 1}}
  other: {objects: held_out, groups: [], families: {phantom: 1}}
sha256: {train: a, validation: b, test: c}
"""


def written(tmp_path, text=TEXT):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def one_stratum(weights, count):
    return Suite(
        version="law",
        first_seed=dict.fromkeys(SEED_SPLITS, 0),
        instances=dict.fromkeys(SEED_SPLITS, count),
        strata={"only": Stratum("train", (), weights)},
        sha256={},
    )


@given(
    weights=st.dictionaries(st.sampled_from(sorted(FAMILIES)), st.integers(1, 9), min_size=1),
    rounds=st.integers(0, 4),
    rest=st.integers(0, 8),
)
def test_families_appear_in_proportion(weights, rounds, rest):
    total = sum(weights.values())
    families = [i.family for i in one_stratum(weights, rounds * total + rest).items("test")]
    for family, weight in weights.items():
        # whole rounds are exact; what is left of one adds at most its weight
        assert rounds * weight <= families.count(family) <= (rounds + 1 + rest // total) * weight


@pytest.mark.parametrize("stratum", ["look_alike", "new_object", "exposure"])
def test_an_entry_does_not_depend_on_the_others(stratum):
    suite = load_suite(FOLDER / "quick.yaml")
    in_order = {item: found.hash for item, found in suite.sample("test") if item.stratum == stratum}
    again = {item: suite.instance(item).hash for item in reversed(in_order)}
    assert again == in_order
    assert len(set(again.values())) == len(again)


def test_strata_draw_the_objects_they_name():
    suite = load_suite(FOLDER / "quick.yaml")
    drawn = {}
    for item, found in suite.sample("train"):
        drawn.setdefault(item.stratum, set()).update(found.debris_types)
    assert drawn["seen"].isdisjoint(drawn["new_object"])
    groups = {"box_empty", "bag_rubble", "bucket_full", "tyre_bare", "wheel_with_rim"}
    assert drawn["look_alike"] & groups


def test_exposure_has_ten_harmless_sightings_for_each_object():
    families = load_suite(FOLDER / "v2.yaml").strata["exposure"].families
    assert families["phantom"] >= 10 * (sum(families.values()) - families["phantom"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # two strata of STRATUM_SEEDS each: train, from 1, reaches 20001
        (
            "validation: 20001",
            "validation: 20000",
            r"first_seed.validation: got 20000, expected at least 20001, where train ends",
        ),
        ("test: 90001", "test: 1", r"first_seed.test: got 1, expected at least 20001"),
        # strata of more instances than that lie as far apart as they have
        (
            "train: 2,",
            f"train: {STRATUM_SEEDS + 1},",
            "first_seed.validation: got 20001, expected at least 20003, where train ends",
        ),
        ("spill: 1", "spill: true", "families.spill: got True, expected an integer >= 1"),
    ],
)
def test_seeds_that_meet_are_refused(tmp_path, old, new, said):
    assert old in TEXT
    with pytest.raises(UserError, match=said):
        load_suite(written(tmp_path, TEXT.replace(old, new)))


def test_no_seed_belongs_to_two_strata(tmp_path):
    # 15,000 instances in each of two strata: 30,000 seeds from 1 on
    text = TEXT.replace("train: 2,", "train: 15000,").replace(
        "validation: 20001", "validation: 30001"
    )
    seeds = [i.seed for i in load_suite(written(tmp_path, text)).items("train")]
    assert seeds == list(range(1, 30_001))


def test_writing_hashes_changes_one_line_and_makes_the_check_pass(tmp_path):
    path = written(tmp_path)
    suite = load_suite(path)
    write_lists(path, {}, {}, {split: suite.compute_sha256(split) for split in SEED_SPLITS})
    changed = path.read_text(encoding="utf-8").splitlines()
    assert changed[:-1] == TEXT.splitlines()[:-1]
    for split in SEED_SPLITS:
        load_suite(path).check(split)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]


def test_file_with_hashes_on_several_lines_is_left_alone(tmp_path):
    text = TEXT.replace("sha256: {train: a, validation: b, test: c}", "sha256:\n  train: a")
    path = written(tmp_path, text)
    with pytest.raises(UserError, match="expected one line `sha256"):
        write_lists(path, {}, {}, {"train": "x"})
    assert path.read_text(encoding="utf-8") == text


def test_a_scenario_that_draws_from_elsewhere_is_refused():
    own = Stratum("train", (), {"mine": 1})
    drawn = iter(range(9))

    def forgetful(_, source, setting):
        return FAMILIES["phantom"](np.random.default_rng(next(drawn)), source, setting)

    counts = {"train": 2, "validation": 2, "test": 2}
    seeds = {"train": 0, "validation": 50_000, "test": 100_000}
    suite = Suite("mine", seeds, counts, {"a": own}, {}, scenarios={"mine": forgetful})
    with pytest.raises(UserError, match="scenario mine: two draws with the same seed differ"):
        suite.check_own_scenarios("test")
    whole = {"mine": FAMILIES["phantom"]}
    Suite("mine", seeds, counts, {"a": own}, {}, scenarios=whole).check_own_scenarios("test")


def test_a_suite_without_hashes_gets_a_line(tmp_path):
    text = TEXT.replace("sha256: {train: a, validation: b, test: c}\n", "")
    path = written(tmp_path, text)
    assert load_suite(path).sha256 == {}
    write_lists(path, {}, {}, {"train": "a", "validation": "b", "test": "c"})
    assert load_suite(path).sha256 == {"train": "a", "validation": "b", "test": "c"}
