"""Distributions of a property: hand-computed quantiles, then laws, then refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.debris.distribution import Choice, Constant, LogUniform, Uniform

unit = st.floats(0.0, 1.0)
positive = st.floats(1e-6, 1e6)
MIXTURE = Choice((0.45, 0.25, 0.10), (0.7, 0.2, 0.1))


def test_uniform_quantile_by_hand():
    # 2 + (10 - 2) 0.25 = 4
    assert Uniform(2.0, 10.0).quantile(0.25) == 4.0


def test_log_uniform_quantile_by_hand():
    # 2 (32/2)^0.75 = 2 x 8 = 16
    assert LogUniform(2.0, 32.0).quantile(0.75) == pytest.approx(16.0, rel=1e-14)


@pytest.mark.parametrize(
    ("u", "value"),
    [(0.0, 0.45), (0.699, 0.45), (0.701, 0.25), (0.899, 0.25), (0.901, 0.1), (1, 0.1)],
)
def test_choice_takes_the_value_whose_share_holds_u(u, value):
    assert MIXTURE.quantile(u) == value


def test_constant_ignores_u():
    assert {Constant(4.0).quantile(u) for u in (0.0, 0.3, 1.0)} == {4.0}


def test_low_and_high_are_the_ends():
    assert (MIXTURE.low, MIXTURE.high) == (0.10, 0.45)
    assert (Constant(3.0).low, Constant(3.0).high) == (3.0, 3.0)


@given(a=positive, b=positive, u=unit)
@pytest.mark.parametrize("family", [Uniform, LogUniform])
def test_quantile_stays_within_the_ends(family, a, b, u):
    distribution = family(min(a, b), max(a, b))
    assert distribution.low <= distribution.quantile(u) <= distribution.high


@given(a=positive, b=positive, u=unit, v=unit)
@pytest.mark.parametrize("family", [Uniform, LogUniform])
def test_quantile_rises_with_u(family, a, b, u, v):
    distribution = family(min(a, b), max(a, b))
    assert distribution.quantile(min(u, v)) <= distribution.quantile(max(u, v))


def test_log_uniform_marginal_is_uniform_in_the_logarithm():
    rng = np.random.default_rng(11)
    distribution = LogUniform(2.0, 30.0)
    n = 4000
    logs = sorted(math.log(distribution.quantile(rng.random()) / 2.0) for _ in range(n))
    shares = [x / math.log(15.0) for x in logs]
    distance = max(abs(share - (k + 0.5) / n) for k, share in enumerate(shares))
    # Kolmogorov-Smirnov at a false-alarm rate of 0.1 %: 1.95/sqrt(4000) = 0.031; the seed is fixed.
    assert distance < 0.031
    # A plain uniform on the same range would have its median at 16, not at sqrt(60) = 7.7.
    assert 2.0 * math.exp(logs[n // 2]) == pytest.approx(math.sqrt(60.0), rel=0.05)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Uniform(2.0, 1.0), "got [2, 1], expected [low, high] with low <= high"),
        (lambda: Uniform(math.nan, 1.0), "got [nan, 1], expected finite numbers"),
        (lambda: LogUniform(0.0, 1.0), "got [0, 1], expected log_uniform with low > 0"),
        (lambda: LogUniform(3.0, 1.0), "got [3, 1], expected [low, high] with low <= high"),
        (lambda: LogUniform(3.0, math.inf), "got [3, inf], expected finite numbers"),
        (lambda: Constant(math.inf), "got inf, expected a finite number"),
        (lambda: Choice((), ()), "got [], expected at least one [value, weight]"),
        (lambda: Choice((1.0,), (0.5,)), "got [[1.0, 0.5]], expected weights that add up to 1"),
        (
            lambda: Choice((1.0, 2.0), (1.5, -0.5)),
            "got [[1.0, 1.5], [2.0, -0.5]], expected weights > 0",
        ),
        (lambda: Choice((math.nan,), (1.0,)), "got [[nan, 1.0]], expected finite numbers"),
    ],
)
def test_impossible_distribution_is_refused(build, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the whole message is compared)
        build()
    assert str(caught.value) == message
