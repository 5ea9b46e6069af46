"""Statistics on numbers small enough for pen and paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from experiments.stats.improvement import paired_improvement, unpaired_improvement
from experiments.stats.interquartile import interquartile_mean
from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.mcnemar import mcnemar
from experiments.stats.multiplicity import holm
from experiments.stats.paired import PairedDifference, paired_difference
from experiments.stats.proportion import wilson
from experiments.stats.resampling import Bootstrap, cluster_weights
from experiments.stats.score import score
from experiments.stats.tail import cvar, cvar95
from experiments.stats.verdict import MOST_PAIRS, decide, pairs_needed


def rng():
    return np.random.default_rng(0)


def bootstrap(level=0.95, num_resamples=500, **more):
    return Bootstrap(level, num_resamples, rng(), **more)


def test_wilson_by_hand():
    # Wilson (1927) for 5 of 20, z = 1.959964: centre (0.25 + 3.8415/40) / (1 + 3.8415/20) = 0.2903,
    # half width 1.96 / 1.19207 * sqrt(0.25 * 0.75 / 20 + 3.8415 / 1600) = 0.1784
    found = wilson(5, 20, level=0.95)
    assert found.value == 0.25
    assert found.low == pytest.approx(0.1119, abs=1e-4)
    assert found.high == pytest.approx(0.4687, abs=1e-4)
    assert np.isnan(wilson(0, 0, level=0.95)).all()
    assert wilson(7, 7, level=0.95).high == 1.0


def test_mcnemar_by_hand():
    a = np.array([1, 1, 1, 1, 1, 0, 0, 1], bool)
    b = np.array([0, 0, 0, 0, 0, 1, 0, 1], bool)
    # five against one of six discordant pairs: 2 (C(6,0) + C(6,1)) / 2^6 = 14 / 64
    assert mcnemar(a, b) == (5, 1, pytest.approx(14 / 64))
    assert mcnemar(a, a).p_value == 1.0


def test_interquartile_mean_by_hand():
    # the middle four of eight
    found = interquartile_mean(np.arange(8.0) ** 2, bootstrap())
    assert found.value == (4 + 9 + 16 + 25) / 4
    assert found.low < found.value < found.high
    one_seed = interquartile_mean(np.array([[1.0, 5.0, 3.0, 9.0]]), bootstrap())
    assert one_seed == (4.0, 4.0, 4.0)
    # of sixteen the middle eight, 4 to 11 squared, in every resample too: 492 / 8
    sixteen = interquartile_mean(np.arange(16.0)[None] ** 2, bootstrap())
    assert sixteen == (61.5, 61.5, 61.5)


def test_cvar_by_hand():
    cost = np.array([10.0, 0.0, 40.0, 20.0])
    # the costliest quarter is one of four; the costliest 40 % is 40 and 0.6 of 20
    assert cvar(cost, 0.25)[0] == 40.0
    assert cvar(cost, 0.4)[0] == pytest.approx((40.0 + 0.6 * 20.0) / 1.6)
    assert cvar(cost, 1.0)[0] == cost.mean()
    assert cvar(cost, 0.25).shape == (1,)
    # a weight of two counts like two observations
    twice = cvar(np.array([10.0, 0.0, 40.0]), 0.5, np.array([[2.0, 1.0, 1.0]]))
    assert twice[0] == (40.0 + 10.0) / 2


def test_cvar95_is_the_mean_of_the_costliest_twentieth():
    # of forty the two dearest, 38 and 39; eight families of five
    found = cvar95(np.arange(40.0), [str(k // 5) for k in range(40)], bootstrap())
    assert found.value == 38.5
    # a resample may leave out the costliest family, and cannot hold more than it
    assert found.low < 38.5 < found.high <= 39.0
    assert found.low > 20.0


def test_score_by_hand():
    floor, best = np.array([100.0, 300.0]), np.array([0.0, 100.0])
    # means 200 and 50; a policy at 125 is half way
    found = score(np.array([50.0, 200.0]), floor, best, ["a", "a"], bootstrap())
    assert found.value == 50.0
    assert score(floor, floor, best, ["a", "a"], bootstrap()) == (0.0, 0.0, 0.0)
    assert score(best, floor, best, ["a", "a"], bootstrap()) == (100.0, 100.0, 100.0)
    assert np.isnan(score(best, best, floor, ["a", "a"], bootstrap())).all()
    # half a dollar between floor and best is room enough
    near = score(best + 0.25, best + 0.5, best, ["a", "a"], bootstrap())
    assert near.value == pytest.approx(50.0)
    # no room at all between floor and best: no score, and no division by nothing
    assert np.isnan(score(best, floor, floor, ["a", "a"], bootstrap())).all()


def test_paired_difference_by_hand():
    found = paired_difference(
        np.array([3.0, 5.0, 4.0]), np.array([1.0, 1.0, 1.0]), ["x", "x", "y"], bootstrap()
    )
    assert found.mean.value == 3.0
    assert found.sd == 1.0
    # within x (2, 4): variance 2, twice; y alone shows none: sqrt(2 * 2) / 3
    assert found.seeds_error == pytest.approx(2 / 3)
    # no resample has a mean of 0 or less: 2 (0 + 1) / (500 + 1)
    assert found.p_value == pytest.approx(2 / 501)
    assert (found.num_pairs, found.num_clusters) == (3, 2)
    # 4.0 occurs only alone in a resample, 3.0 and 5.0 only together or not: never beyond 2 and 4
    assert 2.0 <= found.mean.low <= 3.0 <= found.mean.high <= 4.0
    same = paired_difference(np.ones(3), np.ones(3), ["x", "x", "y"], bootstrap())
    assert (same.mean, same.p_value) == ((0.0, 0.0, 0.0), 1.0)
    with pytest.raises(ValueError, match="equal lengths"):
        paired_difference(np.zeros(2), np.zeros(3), ["x"] * 2, bootstrap())
    with pytest.raises(ValueError, match="equal lengths"):
        paired_difference(np.zeros(0), np.zeros(0), [], bootstrap())


def test_paired_difference_of_one_two_and_four_pairs():
    nothing = np.zeros(4)
    one = paired_difference(np.array([3.0]), nothing[:1], ["x"], bootstrap())
    assert (one.mean.value, one.sd, one.seeds_error) == (3.0, 0.0, 0.0)
    two = paired_difference(np.array([3.0, 5.0]), nothing[:2], ["x"] * 2, bootstrap())
    assert two.sd == pytest.approx(np.sqrt(2.0))
    # 1, 2, 3 within x: variance 1, three times; y alone shows none: sqrt(3) / 4
    cost = np.array([1.0, 2.0, 3.0, 9.0])
    four = paired_difference(cost, nothing, ["x", "x", "x", "y"], bootstrap())
    assert four.seeds_error == pytest.approx(np.sqrt(3.0) / 4)


def test_p_value_counts_the_resamples_on_the_other_side():
    cost, cluster = np.array([2.0, -1.0, 3.0, 1.0]), ["w", "x", "y", "z"]
    weights = cluster_weights(cluster, 500, rng())
    below = int((weights @ cost <= 0.0).sum())
    assert 5 < below < 100
    found = paired_difference(cost, np.zeros(4), cluster, bootstrap())
    assert found.p_value == pytest.approx(2.0 * (below + 1) / 501)


def test_equal_draws_are_drawn_once():
    drawn, cluster = {}, ["a", "b", "b"]

    def draw(families, generator):
        return Bootstrap(0.95, 50, generator, drawn=drawn).weights(families)

    first = draw(cluster, rng())
    np.testing.assert_array_equal(first, cluster_weights(cluster, 50, rng()))
    assert draw(cluster, rng()) is first
    assert draw(cluster, np.random.default_rng(1)) is not first
    assert draw(["a", "a", "b"], rng()) is not first
    assert not first.flags.writeable
    # without a memory every draw is a new one
    alone = Bootstrap(0.95, 50, rng())
    assert (alone.weights(cluster) != alone.weights(cluster)).any()


def test_cluster_weights_draw_whole_clusters():
    weights = cluster_weights(["a", "b", "b", "c"], 4000, rng())
    sizes = {"a": weights[:, 0], "b": weights[:, 1] + weights[:, 2], "c": weights[:, 3]}
    # the number of clusters drawn is always three, so a + b / 2 + c = 3
    np.testing.assert_array_equal(sizes["a"] + sizes["b"] / 2 + sizes["c"], 3.0)
    # each cluster is missing with probability (2/3)^3 = 0.2963; sd of the share 0.0072
    for size in sizes.values():
        assert (size == 0).mean() == pytest.approx(8 / 27, abs=0.03)
    # one cluster: the ordinary bootstrap
    np.testing.assert_array_equal(cluster_weights(["a"] * 5, 100, rng()).sum(axis=1), 5.0)


def test_improvement_by_hand():
    a, b = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 1.0, 9.0])
    # cheaper, equal, costlier, cheaper
    found = paired_improvement(a, b, ["x"] * 4, bootstrap())
    assert found.value == 2.5 / 4
    # 1 below 2 and 3, 2 below 3 and level with 2: 3.5 of 4
    seeds = unpaired_improvement(np.array([1.0, 2.0]), np.array([2.0, 3.0]), bootstrap())
    assert seeds.value == 3.5 / 4
    assert seeds.low < seeds.value <= seeds.high == 1.0
    # three against one: 0 is below all of them, 5 above; of no width
    sure = unpaired_improvement(np.array([0.0]), np.array([1.0, 2.0, 3.0]), bootstrap())
    assert sure == (1.0, 1.0, 1.0)
    mixed = unpaired_improvement(np.array([0.0, 5.0]), np.array([1.0, 2.0, 3.0]), bootstrap())
    assert mixed == (0.5, 0.0, 1.0)
    three = unpaired_improvement(np.array([1.0, 2.0, 3.0]), np.array([4.0]), bootstrap())
    assert three == (1.0, 1.0, 1.0)
    equal = unpaired_improvement(np.array([5.0, 5.0]), np.array([5.0]), bootstrap())
    assert equal == (0.5, 0.5, 0.5)


def test_percentile_interval_contains_its_estimate():
    assert percentile_interval(9.0, np.arange(5.0), 0.9) == (9.0, pytest.approx(0.2), 9.0)
    assert np.isnan(percentile_interval(1.0, np.full(3, np.nan), 0.9).low)
    for level in (0.0, 1.0, 1.1, 95.0):
        with pytest.raises(ValueError, match="level"):
            percentile_interval(1.0, np.arange(5.0), level)


def test_holm_by_hand():
    assert holm([0.01, 0.02, 0.03, 0.5]) == [0.04, 0.06, 0.06, 0.5]
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def difference(value, low, high, error=0.0, seeds_error=0.0, clusters=1):
    """Of 50 pairs."""
    return PairedDifference(
        Interval(value, low, high), 100.0, 50, clusters, 0.5, error, seeds_error
    )


def test_verdict_in_words():
    better = decide("new", "old", difference(-812.4, -1204.0, -430.0), level=0.95)
    assert better.better == "A"
    assert better.text == (
        "new costs 812 US$ less per episode than old (95 % CI -1,204 to -430, 50 paired episodes)"
    )
    barely = decide("new", "old", difference(-5.0, -10.0, 0.5), level=0.95)
    assert barely.better == "tied"
    worse = decide("new", "old", difference(12.0, 5.0, 20.0), level=0.95)
    assert (worse.better, worse.pairs_needed) == ("B", None)
    assert worse.text.startswith(
        "new costs 12 US$ more per episode than old (95 % CI +5.00 to +20,"
    )
    error = 100.0 / np.sqrt(50.0)
    tied = decide("new", "old", difference(-10.0, -40.0, 20.0, error, error), level=0.95)
    # one family: (1.959964 + 0.841621)^2 * 100^2 / 10^2 = 784.9
    assert (tied.better, tied.pairs_needed) == ("tied", 785)
    assert tied.text == (
        "No significant difference: new costs 10 US$ less per episode than old (95 % CI -40 to +20, "
        "50 paired episodes); it would take about 780 pairs to make it significant"
    )


def test_pairs_needed_by_hand_where_families_differ():
    # four families: c = 2 - 1/4; s^2 = 16 = c 2^2 + 9, and 9 is what the families differ by.
    # a difference of 10: (10 / 2.801585)^2 = 12.741; 50 * 7 / (12.741 - 9) = 93.6
    close = difference(10.0, -1.0, 21.0, error=4.0, seeds_error=2.0, clusters=4)
    assert pairs_needed(close, level=0.95) == 94
    # a difference of 8: (8 / 2.801585)^2 = 8.154 < 9
    never = difference(8.0, -1.0, 17.0, error=4.0, seeds_error=2.0, clusters=4)
    assert pairs_needed(never, level=0.95) == np.inf
    text = decide("a", "b", never, level=0.95).text
    assert text.endswith("(95 % CI -1.00 to +17, 50 paired episodes)")


def test_pairs_needed_by_hand_where_much_of_the_spread_is_between_two_families():
    # c = 1.5, c v = 6 of 9; (5 / 2.801585)^2 = 3.185168, less 3: 50 * 6 / 0.185168
    assert pairs_needed(difference(-5.0, -11.0, 1.0, 3.0, 2.0, 2), level=0.95) == 1621


def test_pairs_needed_are_more_than_there_are():
    # a skewed interval may reach 0 although the standard error is small: 51, not 2
    tied = difference(10.0, -1.0, 12.0, error=0.5, seeds_error=0.5)
    assert pairs_needed(tied, level=0.95) == 51


def test_verdict_on_no_difference_at_all():
    same = decide("a", "b", difference(0.0, 0.0, 0.0), level=0.95)
    assert (same.better, same.pairs_needed) == ("tied", None)
    assert same.text == (
        "No significant difference: a costs 0.00 US$ more per episode than b "
        "(95 % CI +0.00 to +0.00, 50 paired episodes)"
    )
    tiny = difference(1e-9, -1e6, 1e6, error=1e6, seeds_error=1e6)
    assert pairs_needed(tiny, level=0.95) == MOST_PAIRS
    assert "more than 1,000,000 pairs" in decide("a", "b", tiny, level=0.95).text


def test_fixed_families_keep_their_number_of_pairs():
    weights = cluster_weights(["a", "b", "b", "c"], 2000, rng(), families="fixed")
    np.testing.assert_array_equal(weights[:, [0, 3]], 1.0)
    np.testing.assert_array_equal(weights[:, 1] + weights[:, 2], 2.0)
    # both, one of them, the other: 1/2, 1/4, 1/4; sd of the share 0.0097
    assert (weights[:, 1] == 2.0).mean() == pytest.approx(0.25, abs=0.04)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    st.sampled_from(["sampled", "fixed"]),
    st.floats(-1e3, 1e3),
)
def test_paired_difference_is_mirrored_by_a_swap_and_blind_to_a_shift(values, families, shift):
    a = np.array(values)
    b = np.roll(a, 1) * 0.5
    cluster = [str(k % 3) for k in range(len(a))]
    options = {"level": 0.9, "num_resamples": 50, "families": families}
    there = paired_difference(a, b, cluster, bootstrap(**options))
    back = paired_difference(b, a, cluster, bootstrap(**options))
    assert there.mean.value == -back.mean.value
    np.testing.assert_allclose(there.mean[1:], [-back.mean[2], -back.mean[1]], rtol=1e-9, atol=1e-6)
    assert there.p_value == back.p_value or abs(there.mean.value) < 1e-6
    both = paired_difference(a + shift, b + shift, cluster, bootstrap(**options))
    np.testing.assert_allclose(both.mean, there.mean, rtol=1e-6, atol=1e-6)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_is_the_interval_of_scipy(count, total):
    count = min(count, total)
    found = wilson(count, total, level=0.95)
    expected = binomtest(count, total).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose(found[1:], [expected.low, expected.high], atol=1e-12)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_wilson_takes_half_an_event():
    # two seeds, one of them crashed once in 40 instances
    half = wilson(0.5, 40, level=0.95)
    assert half.value == 0.0125
    assert wilson(0, 40, level=0.95).high < half.high < wilson(1, 40, level=0.95).high
