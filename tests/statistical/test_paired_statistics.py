"""Do the intervals keep their promises? Simulated suites like ours, fixed seeds, stated false-alarm rates.

Each count below is binomial over ``RUNS`` independent suites; bounds leave a false-alarm rate below 1 in 1,000 at the
coverage stated, and were met by the code as it is.
"""

import numpy as np
import pytest

from experiments.stats.interquartile import interquartile_mean
from experiments.stats.paired import paired_difference
from experiments.stats.proportion import wilson
from experiments.stats.score import score
from experiments.stats.verdict import decide, pairs_needed

pytestmark = pytest.mark.statistical

RUNS = 300
FAMILIES, PER_FAMILY = 12, 40
CLUSTER = [f"family {k}" for k in range(FAMILIES) for _ in range(PER_FAMILY)]
OPTIONS = {"level": 0.95, "num_resamples": 400}


def draw(rng, mean, between):
    """Paired differences: families differ by ``between``, seeds within a family by 100."""
    effects = rng.normal(mean, between, FAMILIES)
    return np.repeat(effects, PER_FAMILY) + rng.normal(0.0, 100.0, FAMILIES * PER_FAMILY)


def compare(rng, values):
    return paired_difference(values, np.zeros_like(values), CLUSTER, rng=rng, **OPTIONS)


@pytest.mark.parametrize("between", [0.0, 30.0])
def test_paired_interval_covers_the_true_difference(between):
    # 0.95 promised; a cluster bootstrap of twelve families is a little narrow where families differ and wide where
    # they do not: at least 0.86 of 300 at a true coverage of 0.92 (z = 3.8)
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(RUNS):
        low, high = compare(rng, draw(rng, 50.0, between)).mean[1:]
        hits += low <= 50.0 <= high
    assert hits / RUNS >= 0.86


def test_cluster_bootstrap_is_needed():
    # families that differ: as if all pairs were independent, the interval misses far more often than one in twenty
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(RUNS):
        values = draw(rng, 50.0, 60.0)
        found = paired_difference(
            values, np.zeros_like(values), ["one"] * len(values), rng=rng, **OPTIONS
        )
        hits += found.mean.low <= 50.0 <= found.mean.high
    assert hits / RUNS < 0.7


def test_equal_policies_are_tied():
    rng = np.random.default_rng(3)
    costs = rng.lognormal(5.0, 2.0, len(CLUSTER))
    found = paired_difference(costs, costs, CLUSTER, rng=rng, **OPTIONS)
    assert found.mean == (0.0, 0.0, 0.0)
    assert decide("a", "a too", found, level=0.95).better == "tied"


def test_exchangeable_policies_are_seldom_told_apart():
    # heavy tails like ours: most episodes cost tens, one in a hundred costs 100,000. 5 % promised, at most 10 % of 300
    # accepted (z = 4 at 5 %)
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(RUNS):
        size = (2, len(CLUSTER))
        costs = np.where(rng.random(size) < 0.01, 1e5, 0.0) + rng.lognormal(3.0, 1.5, size)
        found = paired_difference(costs[0], costs[1], CLUSTER, rng=rng, **OPTIONS)
        alarms += decide("a", "b", found, level=0.95).better != "tied"
    assert alarms / RUNS <= 0.10


def test_planted_difference_is_found_with_the_promised_power():
    # as many pairs as the verdict asks for: 80 % power promised for independent pairs; 70 % of 300 is z = -4.3
    rng = np.random.default_rng(5)
    num = pairs_needed(10.0, 50.0, level=0.95)
    found = 0
    for _ in range(RUNS):
        values = rng.normal(-10.0, 50.0, num)
        result = paired_difference(
            values, np.zeros(num), ["one"] * num, rng=rng, level=0.95, num_resamples=400
        )
        found += decide("a", "b", result, level=0.95).better == "A"
    assert 0.7 <= found / RUNS <= 0.9


def test_swapping_the_policies_swaps_the_verdict():
    rng = np.random.default_rng(6)
    a, b = rng.lognormal(5.0, 1.0, len(CLUSTER)), rng.lognormal(5.5, 1.0, len(CLUSTER))
    there = paired_difference(a, b, CLUSTER, rng=np.random.default_rng(0), **OPTIONS)
    back = paired_difference(b, a, CLUSTER, rng=np.random.default_rng(0), **OPTIONS)
    np.testing.assert_allclose(there.mean[0], -back.mean[0])
    np.testing.assert_allclose(there.mean[1:], [-back.mean[2], -back.mean[1]])
    assert decide("a", "b", there, level=0.95).better == "A"
    assert decide("b", "a", back, level=0.95).better == "B"


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_wilson_interval_covers(rate):
    # between 0.92 and 0.99 of 2,000: Wilson's coverage oscillates around 0.95 (Brown, Cai, DasGupta 2001)
    rng = np.random.default_rng(7)
    counts = rng.binomial(200, rate, 2000)
    intervals = {int(k): wilson(int(k), 200, level=0.95) for k in np.unique(counts)}
    hits = np.mean([intervals[int(k)].low <= rate <= intervals[int(k)].high for k in counts])
    assert 0.92 <= hits <= 0.99


def test_interquartile_interval_covers():
    # ten seeds, normal: the interquartile mean of the distribution is its centre. 0.83 of 300 at a true 0.90 is z = -4
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(RUNS):
        low, high = interquartile_mean(rng.normal(3.0, 1.0, (10, 4)), rng=rng, **OPTIONS)[1:]
        hits += low <= 3.0 <= high
    assert 0.83 <= hits / RUNS <= 0.99


def test_score_interval_covers():
    # policy half way between floor and clairvoyant, families differ: 0.86 of 300 at a true 0.92 (z = -3.8)
    rng = np.random.default_rng(9)
    hits = 0
    for _ in range(RUNS):
        level = np.repeat(rng.uniform(500.0, 1500.0, FAMILIES), PER_FAMILY)
        cost, floor, best = (
            level * k + rng.normal(0.0, 200.0, level.shape) for k in (1.5, 2.0, 1.0)
        )
        low, high = score(cost, floor, best, CLUSTER, rng=rng, **OPTIONS)[1:]
        hits += low <= 50.0 <= high
    assert hits / RUNS >= 0.86
