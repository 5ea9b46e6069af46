"""Instances for a person: equal parts of all strata, mixed by the seed, none that is unavoidable."""

from collections import Counter

import pytest

from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.cli.locations import locate
from experiments.studies.play.choice import choose_items


@pytest.fixture(scope="module")
def suite():
    return load_suite(locate("suite", "quick"))


def test_strata_have_equal_parts_and_are_mixed(suite):
    chosen = choose_items(suite, "validation", 20, 0)
    counts = Counter(item.stratum for item in chosen)
    assert set(counts) == set(suite.strata)
    assert set(counts.values()) == {2, 3}
    assert len({item.seed for item in chosen}) == 20
    assert [item.stratum for item in chosen] != sorted(item.stratum for item in chosen)


def test_the_seed_decides(suite):
    assert choose_items(suite, "validation", 9, 1) == choose_items(suite, "validation", 9, 1)
    assert choose_items(suite, "validation", 9, 1) != choose_items(suite, "validation", 9, 2)


def test_unavoidable_instances_are_left_out():
    suite = load_suite(locate("suite", "v2"))
    whole = suite.items("validation")
    left = sum(not item.unavoidable for item in whole)
    assert left == len(whole) - 2
    assert not any(item.unavoidable for item in choose_items(suite, "validation", left, 0))
    with pytest.raises(UserError, match=f"^num_instances: got {left + 1}, expected at most {left}"):
        choose_items(suite, "validation", left + 1, 0)
