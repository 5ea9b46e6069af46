"""Likelihoods of tracks, against the multivariate normal density written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from envs.sensing.measure import DECISION_SHARE, TRACK_SHARE
from experiments.studies.observer.likelihood import IMPOSSIBLE, cumulate, of_jolt


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), min_size=1, max_size=8),
    st.floats(0.05, 1.0),
)
def test_cumulated_log_likelihood_is_the_joint_normal_density(measured, slack):
    r, sd = np.array(measured).T
    covariance = np.diag((DECISION_SHARE * sd) ** 2 + slack**2)
    covariance += np.outer(TRACK_SHARE * sd, TRACK_SHARE * sd)
    normal = multivariate_normal(cov=covariance)
    # the constant is that of a residual of zero
    expected = normal.logpdf(r) - normal.logpdf(np.zeros(len(r)))
    found = cumulate(r[:, None], sd, slack)
    assert found[-1, 0] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_lasting_error_is_not_averaged_away():
    steady = cumulate(np.full((50, 1), 1.0), np.ones(50), 1e-3)[-1, 0]
    # 50 equal residuals of one deviation: an independent error would make this -25/0.36, a lasting one leaves 0.8^2
    assert steady == pytest.approx(-0.5 / (TRACK_SHARE**2 + DECISION_SHARE**2 / 50), rel=1e-3)


def test_missing_measurements_change_nothing():
    r = np.array([[1.0], [np.nan], [0.5]])
    sd = np.array([1.0, 2.0, 1.5])
    with_gap = cumulate(r, sd, 0.1)
    without = cumulate(r[[0, 2]], sd[[0, 2]], 0.1)
    assert with_gap[[0, 2], 0] == pytest.approx(without[:, 0])
    assert with_gap[1, 0] == with_gap[0, 0]


def test_jolt_counts_once_and_none_is_a_censored_measurement():
    measured, deviation = np.array([0.0, 0.05, 0.02]), np.full(3, 0.02)
    simulated = np.array([[0.0, 0.05], [0.0, 0.05], [0.0, 0.04]])
    found = of_jolt(measured, simulated, deviation)
    assert found[0] == pytest.approx([0.0, norm.logcdf(-2.5)])
    assert found[1] == pytest.approx([IMPOSSIBLE, norm.logpdf(0.0) - np.log(0.02)])
    # the smaller one afterwards has the same error and adds nothing
    assert found[2] == pytest.approx(found[1])
