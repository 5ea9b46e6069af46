"""Wrecks in the way call for a plan as soon as they are wrecks."""

import numpy as np
import pytest

from envs.specification import column
from policies.perception.crashed_vehicles import has_crash_ahead
from policies.perception.velocity_filter import HARSHEST, NUM_SPEEDS


def scene(dx=60.0, dy=0.0, speed=10.0, heading=0.0, harshest=20.0):
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_SPEED] = 25.0
    cars = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    car = cars[0, 4]
    car[column.V_TRACKED] = 1.0
    car[column.V_DX], car[column.V_DY], car[column.V_VX] = dx, dy, speed
    car[column.V_LENGTH], car[column.V_WIDTH], car[column.V_HEADING] = 10.0, 2.5, heading
    speeds = np.zeros((1, 8, NUM_SPEEDS))
    speeds[0, 4, HARSHEST] = harshest
    return {"ego": ego, "vehicles": cars}, speeds


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"harshest": 6.0}, False),  # it brakes
        ({"speed": 24.0}, False),  # it has driven over something, and drives on
        ({"dy": 4.0}, False),  # in the next lane
        ({"dy": 4.0, "heading": 1.2}, True),  # across both
        ({"dx": -20.0}, False),
        ({"dx": 140.0}, False),  # 133 m to where it will lie: 5.3 s away
        ({"dx": 110.0}, True),
    ],
)
def test_wreck_in_the_way(changes, expected):
    assert has_crash_ahead(*scene(**changes), 5.0).tolist() == [expected]
