"""Mean and tail of imagined costs, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.planning.risk import cvar, weighted_mean

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
