"""Mean, tail and doubt of imagined costs, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.errors import UserError
from policies.planning.risk import (
    RiskWeights,
    check_risk,
    cvar,
    member_sd,
    risk_score,
    weighted_mean,
)

COST = np.array([10.0, 100.0, 0.0])
WEIGHTS = np.array([0.4, 0.1, 0.5])


def test_mean_by_hand():
    # 0.4 * 10 + 0.1 * 100 + 0.5 * 0
    assert weighted_mean(COST, WEIGHTS) == pytest.approx(14.0)


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [
        (0.1, 100.0),
        (0.2, 55.0),  # (0.1 * 100 + 0.1 * 10) / 0.2: the second atom counts in part
        (0.5, 28.0),  # (0.1 * 100 + 0.4 * 10) / 0.5
        (1.0, 14.0),  # the mean
    ],
)
def test_cvar_by_hand(alpha, expected):
    assert cvar(COST, WEIGHTS, alpha) == pytest.approx(expected)


def test_cvar_keeps_leading_axes():
    both = np.stack([COST, 2.0 * COST])
    np.testing.assert_allclose(cvar(both, WEIGHTS, 0.2), [55.0, 110.0])


def test_sd_between_members_by_hand():
    # member 0 expects (0.1 * 10 + 0.3 * 30) / 0.4 = 25, member 1 (0.2 * 0 + 0.4 * 60) / 0.6 = 40
    cost, weights = np.array([10.0, 30.0, 0.0, 60.0]), np.array([0.1, 0.3, 0.2, 0.4])
    members = np.array([0, 0, 1, 1])
    # mean 0.4 * 25 + 0.6 * 40 = 34; variance 0.4 * 81 + 0.6 * 36 = 54
    assert member_sd(cost, weights, members) == pytest.approx(np.sqrt(54.0))
    assert member_sd(cost, weights, np.zeros(4, np.int64)) == 0.0


def test_score_by_hand():
    members = np.array([0, 0, 1])
    # member 0: (4 + 10) / 0.5 = 28, member 1: 0; mean 14, sd 14
    score, mean, worst = risk_score(COST, WEIGHTS, members, RiskWeights(0.5, 0.2, 0.2))
    assert mean == pytest.approx(14.0)
    assert worst == pytest.approx(55.0)
    assert score == pytest.approx(0.5 * 14.0 + 0.5 * 55.0 + 0.2 * 14.0)


@given(
    st.lists(st.tuples(st.floats(0.0, 1e6), st.floats(0.01, 1.0)), min_size=1, max_size=8),
    st.floats(0.05, 1.0),
    st.randoms(use_true_random=False),
)
def test_cvar_lies_between_mean_and_worst_and_ignores_order(atoms, alpha, shuffle):
    def of(pairs):
        cost, weight = np.array(pairs).T
        return cvar(cost, weight / weight.sum(), alpha), weighted_mean(cost, weight / weight.sum())

    tail, mean = of(atoms)
    worst = max(cost for cost, _ in atoms)
    assert mean - 1e-6 * (1.0 + mean) <= tail <= worst + 1e-6 * (1.0 + worst)
    shuffled = list(atoms)
    shuffle.shuffle(shuffled)
    assert of(shuffled)[0] == pytest.approx(tail, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (RiskWeights(1.5), "tail_share: got 1.5, expected a number from 0 to 1"),
        (RiskWeights(alpha=0.0), "alpha: got 0.0"),
        (RiskWeights(doubt=-1.0), "doubt: got -1.0"),
    ],
)
def test_weights_out_of_range_are_refused(weights, message):
    with pytest.raises(UserError, match=message):
        check_risk(weights)
