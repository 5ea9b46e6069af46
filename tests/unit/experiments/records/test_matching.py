"""Records of several policies, instance by instance: what is averaged, what is refused."""

import pyarrow as pa
import pytest

from envs.errors import UserError
from experiments.records.matching import align


def records(*changes):
    """Two policies, two seeds of each, three instances; then changes of single rows (None = the row is missing)."""
    rows = [
        {
            "policy": policy,
            "policy_seed": policy_seed,
            "suite": "toy",
            "split": "test",
            "stratum": "seen",
            "family": "cut_out",
            "seed": seed,
            "instance_hash": str(seed),
            "cost_setting": "loc_8",
            "cost_usd": 100.0 * seed + 10.0 * policy_seed,
        }
        for policy in ("a", "b")
        for policy_seed in (0, 1)
        for seed in (1, 2, 3)
    ]
    for k, change in changes:
        rows[k] = None if change is None else rows[k] | change
    return pa.Table.from_pylist([row for row in rows if row is not None])


def test_costs_and_catastrophes_are_means_over_policy_seeds():
    # row 4: policy a, policy seed 1, instance 2
    pairs = align(records((4, {"cost_usd": 60_000.0})), ["a", "b"])
    # instance 2: (200 + 60,000) / 2
    assert pairs.cost["a"].tolist() == [105.0, 30_100.0, 305.0]
    # a mean below 50,000 US$ hides no catastrophe
    assert pairs.catastrophes["a"].tolist() == [0.0, 0.5, 0.0]
    assert pairs.catastrophes["b"].tolist() == [0.0, 0.0, 0.0]
    assert pairs.family.tolist() == ["cut_out"] * 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        # instance 3 is missing altogether for b
        ([(8, None), (11, None)], "seen/cut_out, seed 3: .*b did not drive this one"),
        # and for a, named first
        ([(2, None), (5, None)], "seen/cut_out, seed 3: .*a did not drive this one"),
        ([(11, None)], "seed 3: b drove it 1 times"),
        ([(11, {"instance_hash": "x"})], "seed 3: b drove two different instances"),
        (
            [(8, {"instance_hash": "x"}), (11, {"instance_hash": "x"})],
            "seen/cut_out, seed 3: b and a drove different instances",
        ),
        ([(0, {"split": "train"})], "split: got test, train in one table"),
        ([(0, {"cost_setting": "off"})], "cost_setting: got loc_8, off"),
        ([(0, {"suite": "v2"})], "suite: got toy, v2"),
    ],
)
def test_what_cannot_be_paired_is_refused_by_name(changes, words):
    with pytest.raises(UserError, match=words):
        align(records(*changes), ["a", "b"])


def test_order_of_records_and_policies_does_not_matter():
    table = records()
    there = align(table, ["a", "b"])
    back = align(table.take(pa.array(range(11, -1, -1))), ["b", "a"])
    assert there.cost["a"].tolist() == back.cost["a"].tolist() == [105.0, 205.0, 305.0]
