"""The driver behind: closed form against envs/physics/SOURCES.md 8.5, a step-by-step simulation, laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from envs.physics.follower import (
    closing_speed,
    hit_probability,
    latest_reaction_time,
    reaction_time_given_hit,
)

MEDIAN, SIGMA, B = 1.25, 0.30, 6.5

# gap, v_f, v0, v1, a -> t_max, P, conditional median t_0.5, closing speed c, all for b = 6.5
GOLDEN = [
    ((20, 30, 30, 0, 3), (2.6795, 0.0055178, 2.8739, 4.5893)),
    ((20, 30, 30, 0, 5), (1.3587, 0.3905, 1.6173, 5.0009)),
    ((20, 30, 30, 0, 6), (0.85897, 0.89445, 1.3008, 6.7814)),
    ((20, 30, 30, 0, 8), (0.23397, 1, 1.25, 11.885)),
    ((48, 30, 30, 0, 6), (1.7923, 0.11484, 2.0061, 9.1311)),
    ((48, 30, 30, 0, 4), (3.0423, 0.0015139, 3.2373, 5.6998)),
    ((20, 30, 30, 20, 6), (2.0641, 0.047278, 2.2666, 5.1308)),
    ((10, 25, 27, 20, 4), (2.8404, 0.0031097, 3.0348, 3.5549)),
    ((8, 32, 30, 24, 5), (0.83462, 0.91092, 1.2927, 6.902)),
    ((25, 30, 30, 15, 20), (0.88782, 0.87295, 1.3114, 9.0887)),
]
CASES = st.tuples(
    st.floats(1.0, 80.0),
    st.floats(5.0, 38.0),
    st.floats(5.0, 36.0),
    st.floats(0.0, 34.0),
    st.floats(1.0, 9.0),
)


def simulate(t, gap, v_f, v0, v1, a, b, dt=1e-3):
    """Closing speed of the first contact, or None: both cars step by step."""
    now, lead, follower = 0.0, v0, v_f
    while now < 60.0:
        speeds = lead, follower
        lead = max(v1, lead - a * dt)
        follower = follower if now < t else follower - b * dt
        gap += 0.5 * (lead + speeds[0] - follower - speeds[1]) * dt
        now += dt
        if gap <= 0.0:
            return follower - lead
        if now >= t and follower <= lead:
            return None
    return None


@pytest.mark.parametrize(("case", "expected"), GOLDEN)
def test_follower_is_golden(case, expected):
    case = [float(x) for x in case]
    latest = latest_reaction_time(*case, B)
    hit = hit_probability(latest, MEDIAN, SIGMA)
    median = reaction_time_given_hit(hit, 0.5, MEDIAN, SIGMA)
    found = latest, hit, median, closing_speed(median, *case, B)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("case", [g[0] for g in GOLDEN])
@pytest.mark.parametrize("b", [3.5, 6.0, 8.5])
def test_follower_equals_a_step_by_step_simulation(case, b):
    case = [float(x) for x in case]
    latest = latest_reaction_time(*case, b)
    if latest > 0.05:
        assert simulate(latest - 0.02, *case, b) is None
    late = max(latest, 0.0) + 0.3
    assert closing_speed(late, *case, b) == pytest.approx(simulate(late, *case, b), abs=0.05)


@given(case=CASES, b=st.floats(2.5, 9.0))
def test_latest_reaction_lies_between_its_two_expressions(case, b):
    gap, v_f, v0, v1, a = case
    assume(v_f > v1 + 0.1 and v0 > v1 + 0.1 and b > a + 0.1)
    q = (v_f - v0) ** 2 + 2.0 * a * gap
    first = (v0 - v_f + math.sqrt((1.0 - a / b) * q)) / a
    second = (gap + (v0 - v1) ** 2 / (2.0 * a) - (v_f - v1) ** 2 / (2.0 * b)) / (v_f - v1)
    latest = latest_reaction_time(*case, b)
    assert first - 1e-9 <= latest <= second + 1e-9


@given(case=CASES, b=st.floats(2.5, 9.0), grow=st.floats(1.0, 1.5))
def test_hit_probability_rises_with_braking_and_falls_with_the_gap(case, b, grow):
    gap, v_f, v0, v1, a = case
    assume(v0 > v1)

    def hit(gap, v_f, a):
        return hit_probability(latest_reaction_time(gap, v_f, v0, v1, a, b), MEDIAN, SIGMA)

    here = hit(gap, v_f, a)
    assert hit(gap * grow, v_f, a) <= here + 1e-12
    assert hit(gap, v_f, a * grow) >= here - 1e-12
    assert hit(gap, v_f * grow, a) >= here - 1e-12


@given(case=CASES, b=st.floats(2.5, 9.0), later=st.floats(0.0, 5.0))
def test_closing_speed_is_between_zero_and_the_speed_difference(case, b, later):
    _, v_f, v0, v1, _ = case
    assume(v_f > v1 and v0 >= v1)
    t = max(latest_reaction_time(*case, b), 0.01) + later
    assert 0.0 <= closing_speed(t, *case, b) <= v_f - v1 + 1e-9


@given(case=CASES, b=st.floats(2.5, 9.0))
def test_who_reacts_just_in_time_touches_at_no_speed(case, b):
    latest = latest_reaction_time(*case, b)
    assume(0.01 < latest < 60.0)
    # the root of a difference of squares of up to 60 m/s
    assert closing_speed(latest, *case, b) == pytest.approx(0.0, abs=1e-4)


@given(st.floats(1e-9, 1.0), st.floats(0.01, 0.99))
def test_driver_who_hits_reacts_after_the_latest_time(hit, level):
    t = reaction_time_given_hit(hit, level, MEDIAN, SIGMA)
    # P(reaction > t) = hit (1 - level)
    assert hit_probability(t, MEDIAN, SIGMA) == pytest.approx(hit * (1.0 - level), rel=1e-9)


def test_follower_at_the_edges():
    assert (
        latest_reaction_time(20.0, 20.0, 30.0, 20.0, 5.0, B) == math.inf
    )  # never faster than the ego
    assert (
        latest_reaction_time(20.0, 30.0, 30.0, 30.0, 0.0, B) == math.inf
    )  # the ego does not brake
    assert latest_reaction_time(0.0, 30.0, 30.0, 20.0, 5.0, B) == 0.0  # no gap
    assert hit_probability(math.inf, MEDIAN, SIGMA) == 0.0
    assert hit_probability(0.0, MEDIAN, SIGMA) == 1.0
    assert hit_probability(-1.0, MEDIAN, SIGMA) == 1.0
    assert closing_speed(1.0, 20.0, 20.0, 30.0, 20.0, 5.0, B) == 0.0
    # equal braking, a = b = 5, reaction 1 s, gap 1 m: left 1 - 2.5 < 0 at 1 s: hit before, sqrt(2 x
    # 5 x 1)
    assert closing_speed(1.0, 1.0, 30.0, 30.0, 0.0, 5.0, 5.0) == pytest.approx(math.sqrt(10.0))
    # gap 4 m: 1.5 m left at 1 s, closing at 5 m/s without change: hit at 1.3 s
    assert closing_speed(1.0, 4.0, 30.0, 30.0, 0.0, 5.0, 5.0) == pytest.approx(5.0)
