"""Do the intervals keep their promises? Simulated suites like ours, fixed seeds, stated false-alarm rates.

Each count below is binomial over ``RUNS`` independent suites; bounds leave a false-alarm rate below 1 in 1,000 at the
coverage stated, and were met by the code as it is.
"""

import numpy as np
import pytest

from experiments.stats.improvement import paired_improvement, unpaired_improvement
from experiments.stats.interquartile import interquartile_mean
from experiments.stats.interval import Interval
from experiments.stats.mcnemar import mcnemar
from experiments.stats.multiplicity import holm
from experiments.stats.paired import PairedDifference, paired_difference
from experiments.stats.proportion import wilson
from experiments.stats.resampling import Bootstrap
from experiments.stats.score import score
from experiments.stats.tail import cvar, cvar95
from experiments.stats.verdict import decide, pairs_needed

pytestmark = pytest.mark.statistical

RUNS = 300
FAMILIES, PER_FAMILY = 12, 40
CLUSTER = [f"family {k}" for k in range(FAMILIES) for _ in range(PER_FAMILY)]


def bootstrap(rng, families="sampled"):
    return Bootstrap(0.95, 400, rng, families)


def draw(rng, mean, between):
    """Paired differences: families differ by ``between``, seeds within a family by 100."""
    effects = rng.normal(mean, between, FAMILIES)
    return np.repeat(effects, PER_FAMILY) + rng.normal(0.0, 100.0, FAMILIES * PER_FAMILY)


def compare(rng, values):
    return paired_difference(values, np.zeros_like(values), CLUSTER, bootstrap(rng))


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
            values, np.zeros_like(values), ["one"] * len(values), bootstrap(rng)
        )
        hits += found.mean.low <= 50.0 <= found.mean.high
    assert hits / RUNS < 0.7


def test_equal_policies_are_tied():
    rng = np.random.default_rng(3)
    costs = rng.lognormal(5.0, 2.0, len(CLUSTER))
    found = paired_difference(costs, costs, CLUSTER, bootstrap(rng))
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
        found = paired_difference(costs[0], costs[1], CLUSTER, bootstrap(rng))
        alarms += decide("a", "b", found, level=0.95).better != "tied"
    assert alarms / RUNS <= 0.10


def test_planted_difference_is_found_with_the_promised_power():
    # as many pairs as the verdict asks for: 80 % power promised for independent pairs; 70 % of 300 is z = -4.3
    rng = np.random.default_rng(5)
    error = 50.0 / np.sqrt(30.0)
    seen = PairedDifference(Interval(-10.0, -25.0, 5.0), 50.0, 30, 1, 0.5, error, error)
    num = int(pairs_needed(seen, level=0.95))
    found = 0
    for _ in range(RUNS):
        values = rng.normal(-10.0, 50.0, num)
        result = paired_difference(values, np.zeros(num), ["one"] * num, bootstrap(rng))
        found += decide("a", "b", result, level=0.95).better == "A"
    assert 0.7 <= found / RUNS <= 0.9


def test_swapping_the_policies_swaps_the_verdict():
    rng = np.random.default_rng(6)
    a, b = rng.lognormal(5.0, 1.0, len(CLUSTER)), rng.lognormal(5.5, 1.0, len(CLUSTER))
    there = paired_difference(a, b, CLUSTER, bootstrap(np.random.default_rng(0)))
    back = paired_difference(b, a, CLUSTER, bootstrap(np.random.default_rng(0)))
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
        low, high = interquartile_mean(rng.normal(3.0, 1.0, (10, 4)), bootstrap(rng))[1:]
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
        low, high = score(cost, floor, best, CLUSTER, bootstrap(rng))[1:]
        hits += low <= 50.0 <= high
    assert hits / RUNS >= 0.86


def heavy(rng, size):
    """Costs like real ones, US$: mostly small, one in ten larger, one in a hundred a catastrophe."""
    small = np.where(
        rng.random(size) < 0.9, rng.uniform(0.0, 500.0, size), rng.lognormal(7.0, 1.0, size)
    )
    return np.where(rng.random(size) < 0.01, rng.uniform(1e5, 3e5, size), small)


def mean_of_heavy():
    """0.99 (0.9 * 250 + 0.1 exp(7.5)) + 0.01 * 200,000."""
    return 0.99 * (0.9 * 250.0 + 0.1 * np.exp(7.5)) + 2000.0


@pytest.mark.parametrize(("families", "least"), [("sampled", 0.88), ("fixed", 0.85)])
def test_paired_interval_covers_with_heavy_tails(families, least):
    # measured 0.95 and 0.92 for 480 pairs, of which five are catastrophes: z = -5.6 and -4.5
    rng = np.random.default_rng(10)
    hits = 0
    for _ in range(RUNS):
        values = heavy(rng, len(CLUSTER))
        found = paired_difference(values, np.zeros_like(values), CLUSTER, bootstrap(rng, families))
        hits += found.mean.low <= mean_of_heavy() <= found.mean.high
    assert hits / RUNS >= least


def test_fixed_interval_covers_these_families_and_no_others():
    # families of 2 to 90 pairs with a fixed mixture. 0.95 promised for these: 0.89 to 0.99 of 300 is z = -4.8 and +3.2
    sizes = np.array([2, 5, 10, 20, 40, 90])
    cluster = np.repeat(np.arange(6), sizes).astype(str).tolist()
    rng = np.random.default_rng(11)
    these = others = 0
    for _ in range(RUNS):
        effects = rng.normal(0.0, 100.0, 6)
        values = np.repeat(effects, sizes) + rng.normal(0.0, 100.0, sizes.sum())
        low, high = paired_difference(
            values, np.zeros_like(values), cluster, bootstrap(rng, "fixed")
        ).mean[1:]
        these += low <= effects @ sizes / sizes.sum() <= high
        others += low <= 0.0 <= high
    assert 0.89 <= these / RUNS <= 0.99
    assert others / RUNS < 0.5


def test_p_value_is_small_as_often_as_it_says_and_holm_keeps_the_family():
    # six strata without a difference. One p-value below 0.05 in 5 % of 1,800 (3 % to 8 %: z = -3.9 and 5.8, for the
    # bootstrap is a little liberal); any of six: 26 % uncorrected, 5 % with Holm's correction (10 % of 300: z = 4)
    rng = np.random.default_rng(12)
    cluster = CLUSTER[:160]
    single = family = 0
    for _ in range(RUNS):
        values = [
            paired_difference(a, b, cluster, bootstrap(rng, "fixed")).p_value
            for a, b in rng.lognormal(3.0, 1.5, (6, 2, 160))
        ]
        single += sum(value <= 0.05 for value in values)
        family += min(holm(values)) <= 0.05
    assert 0.03 <= single / (6 * RUNS) <= 0.08
    assert 0.0 < family / RUNS <= 0.10


def test_pairs_needed_keep_their_promise_over_twelve_families():
    # the two-stage interval is wide where families do not differ, so it asks for more pairs and has more power than
    # 80 %: Phi((2.80 - 1.96) sqrt(23 / 12)) = 88 %; 80 % to 96 % of 300 is z = -4.3 and +4.3
    rng = np.random.default_rng(13)
    seen = paired_difference(
        rng.normal(-10.0, 100.0, 480), np.zeros(480), CLUSTER, bootstrap(rng)
    )._replace(
        mean=Interval(-10.0, -30.0, 10.0),
        seeds_error=100.0 / 480**0.5,
        standard_error=100.0 * (23 / 12 / 480) ** 0.5,
    )
    per_family = int(pairs_needed(seen, level=0.95)) // FAMILIES
    cluster = [f"family {k}" for k in range(FAMILIES) for _ in range(per_family)]
    found = 0
    for _ in range(RUNS):
        values = rng.normal(-10.0, 100.0, len(cluster))
        result = paired_difference(values, np.zeros_like(values), cluster, bootstrap(rng))
        found += decide("a", "b", result, level=0.95).better == "A"
    assert 0.80 <= found / RUNS <= 0.96


def test_tail_interval_covers():
    # measured 0.95 for 480 heavy-tailed costs: 0.89 of 300 is z = -4.8. The truth is a mean over four million
    truth = float(cvar(heavy(np.random.default_rng(99), 4_000_000), 0.05)[0])
    rng = np.random.default_rng(14)
    hits = 0
    for _ in range(RUNS):
        low, high = cvar95(heavy(rng, len(CLUSTER)), CLUSTER, bootstrap(rng))[1:]
        hits += low <= truth <= high
    assert hits / RUNS >= 0.89


def test_improvement_intervals_cover():
    # a of four and b of five equally likely values: a < b in 10 of 20, equal in 4; normal seeds one sd apart:
    # Phi(1 / sqrt(2)) = 0.7602. Measured 0.94 (480 pairs) and 0.93 (ten seeds each): z = -4.4 and -4 at 0.88 and 0.87
    rng = np.random.default_rng(15)
    paired = unpaired = 0
    for _ in range(RUNS):
        a, b = rng.integers(0, 4, len(CLUSTER)) * 1.0, rng.integers(0, 5, len(CLUSTER)) * 1.0
        low, high = paired_improvement(a, b, CLUSTER, bootstrap(rng, "fixed"))[1:]
        paired += low <= 0.6 <= high
        seeds = rng.normal(0.0, 1.0, 10), rng.normal(1.0, 1.0, 10)
        low, high = unpaired_improvement(*seeds, bootstrap(rng))[1:]
        unpaired += low <= 0.7602 <= high
    assert 0.88 <= paired / RUNS <= 0.99
    assert 0.87 <= unpaired / RUNS <= 0.99


def test_mcnemar_is_exact():
    # the level is never exceeded: at most 5 % of 2,000, measured 3 % (discrete); 0.065 would be z = 3.1
    rng = np.random.default_rng(16)
    alarms = 0
    for _ in range(2000):
        a, b = rng.random((2, 400)) < 0.03
        alarms += mcnemar(a, b).p_value <= 0.05
    assert 0.01 <= alarms / 2000 <= 0.065
