"""Steering of the rules: gentle ways where there is time, sharp ones where there is none."""

import math

import numpy as np
import pytest

from envs.specification import DECISION_S, column
from policies.rule.steering import RETURN_S, Steering

ONE = np.zeros(1, np.intp)


def start():
    """The ego in the middle lane of three."""
    ego = np.zeros((1, column.NUM_EGO))
    ego[0, column.E_Y], ego[0, column.E_NUM_LANES] = 4.0, 3.0
    steering = Steering(1)
    steering.begin(ego, np.ones(1, np.bool_))
    return steering, ego


def follow(steering, decisions, urgency=0.6):
    """Lateral targets, decision by decision."""
    return np.array([4.0, *(steering.steer(np.array([urgency]))[0] for _ in range(decisions))])


def peak(path):
    """Largest lateral acceleration, m/s2."""
    return np.abs(np.diff(path, 2)).max() / DECISION_S**2


def aim(steering, shift, left_s, calm=0.6):
    """Steer for a position."""
    steering.aim(
        ONE, np.array([4.0 + shift]), np.array([0.3]), np.array([left_s]), np.array([calm])
    )


def test_with_time_a_shift_follows_half_a_cosine():
    steering, _ = start()
    aim(steering, 1.2, 4.35)  # 0.9 of 4.0 s are 3.6 s
    path = follow(steering, 20)
    assert path[-1] == pytest.approx(5.2, abs=0.02)
    # half a cosine over 1.2 m in 3.6 s peaks at pi^2 1.2 / 2 / 3.6^2
    assert peak(path) == pytest.approx(0.5 * math.pi**2 * 1.2 / 3.6**2, rel=0.15)
    assert (np.diff(path) >= -1e-9).all()


def test_without_time_it_glides_with_its_urgency():
    steering, _ = start()
    aim(steering, 1.2, 2.0)
    assert peak(follow(steering, 12, urgency=1.5)) == pytest.approx(1.5, rel=0.4)


def test_what_is_no_gentler_than_a_calm_glide_is_not_eased():
    steering, _ = start()
    aim(steering, 4.0, 4.35)  # a lane in 3.6 s would peak at 1.5 m/s2
    assert peak(follow(steering, 25)) <= 0.61


def test_it_jumps_when_that_is_urgent():
    steering, _ = start()
    aim(steering, 1.2, 1.0)
    assert follow(steering, 1, urgency=2.5)[-1] == 5.2


def test_a_way_goes_on_while_the_goal_stays():
    once, _ = start()
    again, _ = start()
    aim(once, 1.2, 4.35)
    left, path = 4.35, [4.0]
    for _ in range(20):
        aim(again, 1.2, left)
        path.append(again.steer(np.array([0.6]))[0])
        left -= DECISION_S
    assert np.array(path) == pytest.approx(follow(once, 20))


@pytest.mark.parametrize("shift", [-1.2, 1.2])
def test_when_all_is_past_it_returns_to_its_lane(shift):
    steering, ego = start()
    aim(steering, shift, 4.35)
    follow(steering, 20)
    ego[0, column.E_Y] = 4.0 + shift
    steering.settle(ego, np.ones(1, np.bool_))
    path = follow(steering, round(RETURN_S / DECISION_S) + 3)
    assert path[-1] == pytest.approx(4.0, abs=0.02)
