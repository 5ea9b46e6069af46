"""The outcomes that a suite fixes: strata in equal parts, caps, and unavoidable instances in none of them."""

import numpy as np
import pyarrow as pa
import pytest

from envs.errors import UserError
from envs.scenario.suite import Outcomes, read_outcomes
from experiments.presentation.publish import find_outcomes
from experiments.presentation.summaries.outcomes import summarise_outcomes
from experiments.records.matching import Pairs, split_unavoidable
from experiments.stats.resampling import Bootstrap

OUTCOMES = Outcomes({"mean_usd": None, "capped_mean_usd": 20_000.0}, ("median_usd",))
# two strata of different size; the second holds one catastrophe
STRATUM = np.array(["a"] * 8 + ["b"] * 2)
FAMILY = np.array(["x", "y"] * 4 + ["x", "x"])
CHEAP = np.array([100.0] * 8 + [0.0, 200.0])
COSTLY = np.array([100.0] * 8 + [0.0, 100_000.0])


def summary(num_resamples=2000):
    count = {"cheap": np.zeros(10), "costly": np.zeros(10)}
    pairs = Pairs(STRATUM, FAMILY, {"cheap": CHEAP, "costly": COSTLY}, count)
    draws = Bootstrap(0.95, num_resamples, np.random.default_rng(0))
    return summarise_outcomes(pairs, OUTCOMES, ["cheap", "costly"], "cheap", draws)


def test_means_are_over_strata_in_equal_parts():
    cheap, costly = summary().rows
    assert cheap.primary["mean_usd"].value == pytest.approx((100.0 + 100.0) / 2)
    assert costly.primary["mean_usd"].value == pytest.approx((100.0 + 50_000.0) / 2)
    # not 10,080, the mean over instances
    assert costly.primary["capped_mean_usd"].value == pytest.approx((100.0 + 10_000.0) / 2)
    assert cheap.primary["mean_usd"] == cheap.primary["capped_mean_usd"]
    assert (cheap.above.value, costly.above.value) == (0.0, 0.1)
    assert (cheap.median_usd, costly.median_usd) == (100.0, 100.0)


def test_resamples_stay_within_stratum_and_family():
    # the two pairs of stratum b, family x: none, one or both of the resampled pairs are the catastrophe
    (one,) = summary().comparisons
    low, high = one.primary["mean_usd"].mean.low, one.primary["mean_usd"].mean.high
    assert one.primary["mean_usd"].mean.value == pytest.approx(99_800.0 / 4)
    assert (low, high) == pytest.approx((0.0, 99_800.0 / 2))
    assert one.primary["capped_mean_usd"].mean.high == pytest.approx(19_800.0 / 2)
    assert one.verdicts["mean_usd"].better == "tied"
    assert (one.above.only_a, one.above.only_b) == (1, 0)


def test_outcomes_of_provenance_are_those_of_the_suite():
    given = {"suite": {"outcomes": OUTCOMES.to_values()}}
    assert find_outcomes(given) == OUTCOMES == find_outcomes({"runs": [given]})
    assert find_outcomes({}) == read_outcomes("x", None)


def test_unavoidable_instances_are_set_apart():
    table = pa.table({"cost_usd": [1.0, 2.0, 9e6], "unavoidable": [False, False, True]})
    counted, apart = split_unavoidable(table)
    assert counted["cost_usd"].to_pylist() == [1.0, 2.0]
    assert apart["cost_usd"].to_pylist() == [9e6]
    with pytest.raises(UserError, match="all instances are labelled as unavoidable"):
        split_unavoidable(apart)
