"""The way sideways arrives, stays within its acceleration, and goes on from one decision to the next."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.specification import DECISION_S, LANE_WIDTH_M
from policies.planning.ways import EASES_S, ease, ease_each

metres = st.floats(-8.0, 8.0)


def drive(target, goal, ramp_s, decisions=80, drift=0.0):
    """Lateral targets from now on, the present one first."""
    found = [target]
    for _ in range(decisions):
        target, drift = ease(target, drift, goal, ramp_s)
        found.append(target)
    return np.array(found)


@pytest.mark.parametrize("ramp_s", EASES_S)
@pytest.mark.parametrize("goal", [-4.0, 1.2])
def test_eased_way_is_half_a_cosine(ramp_s, goal):
    path = drive(0.0, goal, ramp_s)
    # at rest means equal targets before and now: the cosine began half a decision ago
    time = (np.arange(81) + 0.5) * DECISION_S
    half = 0.5 - 0.5 * np.cos(np.pi * np.minimum(time / ramp_s, 1.0))
    start = half[0]
    expected = goal * (half - start) / (1.0 - start)
    np.testing.assert_allclose(path, expected, atol=1e-9)


@given(st.sampled_from(EASES_S), metres, metres, st.floats(-1.5, 1.5))
def test_eased_way_arrives_whatever_was_under_way(ramp_s, target, goal, drift):
    path = drive(target, goal, ramp_s, decisions=200, drift=drift)
    assert abs(path[-1] - goal) < 1e-6
    most = 0.5 * np.pi**2 * LANE_WIDTH_M / ramp_s**2
    before = np.concatenate([[target - drift * DECISION_S], path])
    assert np.abs(np.diff(before, 2)).max() / DECISION_S**2 <= most + 1e-9


@given(st.sampled_from(EASES_S), metres, metres, st.floats(-1.0, 1.0))
def test_left_and_right_are_alike(ramp_s, target, goal, drift):
    one = ease(target, drift, goal, ramp_s)
    other = ease(-target, -drift, -goal, ramp_s)
    np.testing.assert_array_equal(one, np.negative(other))


def test_arrays_and_numbers_give_the_same():
    target, drift, goal = np.array([0.0, 1.0]), np.array([0.1, -0.2]), np.array([1.0, 1.0])
    together = ease(target, drift, goal, 3.5)
    for k in range(2):
        alone = ease(target[k], drift[k], goal[k], 3.5)
        np.testing.assert_array_equal(alone, [together[0][k], together[1][k]])


def test_every_world_may_have_its_own_duration():
    target, drift, goal = np.array([0.0, 1.0]), np.array([0.1, -0.2]), np.array([1.0, -1.0])
    ramp_s = np.array([2.5, 7.0])
    together = ease_each(target, drift, goal, ramp_s)
    for k in range(2):
        alone = ease(target[k], drift[k], goal[k], ramp_s[k])
        np.testing.assert_allclose(alone, [together[0][k], together[1][k]], rtol=1e-12)
