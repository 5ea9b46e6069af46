"""Commands last, keep within the road and out of lanes that are taken."""

import numpy as np

from envs.specification import column
from policies.reactive.command import AS_BEFORE, LANE_LEFT, LANE_RIGHT, LEFT, OVER, RIGHT, Driver
from policies.world_model.model import actor_features as ft

ROAD = (-2.0, 10.0)


def observe(y=4.0):
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = y, 30.0, 30.0
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = ROAD
    ego[0, column.E_NUM_LANES] = 3
    return {"ego": ego, "vehicles": np.zeros((1, 8, column.NUM_VEHICLE), np.float32)}


def see(aside_m=None, half_width_m=0.3):
    features = np.zeros((1, ft.NUM_FEATURES), np.float32)
    if aside_m is not None:
        features[0, ft.FIRST_OBJECT] = 1.0
        features[0, ft.FIRST_OBJECT + ft.ASIDE] = aside_m / ft.ASIDE_SCALE_M
        features[0, ft.FIRST_OBJECT + ft.HALF_WIDTH] = half_width_m
    return features


def drive(moves, features=None, steps=30):
    """Lateral position after some moves, if the car goes half of the way to its target in a decision."""
    driver, y = Driver(1), 4.0
    driver.begin(np.ones(1, np.bool_), observe(y))
    for k in range(steps):
        seen = see() if features is None else features(y)
        driver.describe(observe(y), seen)
        move = np.array([moves[k] if k < len(moves) else AS_BEFORE])
        action = driver.act(observe(y), seen, np.zeros(1, np.int64), move)
        low, high = ROAD[0] + 0.9, ROAD[1] - 0.9
        y += 0.5 * (low + 0.5 * (action[0, 1] + 1.0) * (high - low) - y)
    return y


def test_a_lane_is_changed_once_and_kept():
    assert abs(drive([LANE_LEFT])) < 0.01
    assert abs(drive([LANE_RIGHT, AS_BEFORE, LANE_LEFT]) - 4.0) < 0.01
    # there is no further lane
    assert abs(drive([LANE_LEFT, LANE_LEFT, LANE_LEFT])) < 0.01


def test_an_object_is_passed_with_a_margin_or_straddled():
    def there(y):
        return see(aside_m=4.2 - y)

    # half of 0.6 m, half of 1.8 m, and 0.35 m
    assert abs(drive([1 + LEFT], there) - (4.2 - 1.55)) < 0.01
    assert abs(drive([1 + RIGHT], there) - (4.2 + 1.55)) < 0.01
    assert abs(drive([1 + OVER], there) - 4.2) < 0.01
    # without an object the course is the lane's centre again
    assert abs(drive([1 + LEFT]) - 4.0) < 0.01


def test_a_lane_that_is_taken_is_not_entered():
    def taken(_y):
        features = see()
        features[0, ft.NUM_EGO + ft.LEFT * ft.NUM_CAR] = 1.0
        return features

    assert abs(drive([LANE_LEFT], taken) - 3.1) < 0.01
    assert abs(drive([LANE_RIGHT], taken) - 8.0) < 0.01
