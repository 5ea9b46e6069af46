"""The three instances that show a comparison: largest win, largest loss, a typical one."""

import pyarrow as pa

from experiments.presentation.summaries.instances import LOSS, TYPICAL, WIN, find_picks


def make(mine, other):
    """Records of two policies; the k-th instance has the seed k."""
    return pa.Table.from_pylist(
        [
            {
                "policy": policy, "stratum": "seen", "family": "spill", "seed": seed, "objects": "rock",
                "cost_usd": float(cost),
            }
            for policy, costs in (("mine", mine), ("other", other))
            for seed, cost in enumerate(costs)
        ]
    )  # fmt: skip


def test_win_loss_and_typical():
    table = make([10, 900, 50, 60, 70], [5000, 100, 52, 61, 90])
    picks = find_picks(table, "mine", "other")
    assert [(one.role, one.seed) for one in picks] == [(WIN, 0), (LOSS, 1), (TYPICAL, 3)]
    assert picks[0][-4:] == ("mine", 10.0, "other", 5000.0)
    # the other way round a win is a loss
    swapped = find_picks(table, "other", "mine")
    assert [(one.role, one.seed) for one in swapped] == [(WIN, 1), (LOSS, 0), (TYPICAL, 3)]


def test_what_does_not_exist_is_not_picked():
    picks = find_picks(make([1, 2, 3], [1, 2, 3]), "mine", "other")
    assert [(one.role, one.seed) for one in picks] == [(TYPICAL, 1)]
    picks = find_picks(make([1.0], [50.0]), "mine", "other")
    assert [(one.role, one.seed) for one in picks] == [(WIN, 0)]


def test_seeds_of_a_policy_are_averaged():
    table = pa.concat_tables([make([10, 0], [100, 40]), make([30, 0], [100, 40])])
    first = find_picks(table, "mine", "other")[0]
    assert (first.role, first.seed, first.cost_usd) == (WIN, 0, 20.0)
