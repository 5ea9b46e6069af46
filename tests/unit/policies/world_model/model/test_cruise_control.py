"""The cruise control inside imagination: the real one, except for whom a plan leads past."""

import math

import numpy as np
import pytest

from envs.specification import column
from policies.following import follow
from policies.perception.velocity_filter import NUM_SPEEDS
from policies.world_model.model.cruise_control import STRAIGHT_ON, cruise_limit, time_to_reach
from policies.world_model.model.state import empty_state, read_observation


def observe(dx, dy, heading=0.0, speed=0.0, length=4.5, width=1.8):
    """The ego at 30 m/s in the middle of three lanes behind one vehicle."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = 4.0, 30.0, 30.0
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 10.0
    ego[0, column.E_NUM_LANES], ego[0, column.E_GRIP] = 3, 0.9
    vehicles = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    car = vehicles[0, 2]
    car[column.V_TRACKED] = car[column.V_VISIBLE] = 1.0
    car[column.V_DX], car[column.V_DY], car[column.V_VX] = dx, dy, speed
    car[column.V_LENGTH], car[column.V_WIDTH], car[column.V_HEADING] = length, width, heading
    debris = np.zeros((1, 4, column.NUM_DEBRIS), np.float32)
    return {"ego": ego, "vehicles": vehicles, "debris": debris}


def imagined(seen):
    """The state that is imagined from."""
    root = empty_state()
    rows = (seen[name][0] for name in ("ego", "vehicles", "debris"))
    read_observation(*rows, np.zeros((8, NUM_SPEEDS)), root)
    return root


@pytest.mark.parametrize(
    ("dx", "dy", "heading", "speed"),
    [(40.0, 0.5, 0.0, 20.0), (25.0, -2.4, 0.3, 3.0), (60.0, 3.9, 0.0, 5.0)],
)
def test_the_imagined_cruise_control_is_the_real_one(dx, dy, heading, speed):
    seen = observe(dx, dy, heading, speed, length=12.0, width=2.5)
    wanted = pytest.approx(follow(seen, 30.0)[0], rel=1e-5, abs=1e-5)
    assert cruise_limit(imagined(seen), STRAIGHT_ON) == wanted
    # a plan that stays in its lane is held back as well
    assert cruise_limit(imagined(seen), np.full(25, 4.0)) == wanted


def test_a_plan_that_leads_past_a_wreck_is_not_held_back_by_it():
    # 55.5 m of free space at 30 m/s: 1.85 s, and a lane change that is over after 1.4 s
    root = imagined(observe(60.0, 0.0))
    changing = np.full(25, 8.0)
    changing[:7] = np.linspace(4.0, 8.0, 7)
    assert cruise_limit(root, STRAIGHT_ON) < -8.0
    assert cruise_limit(root, changing) == pytest.approx(0.0)
    # begun 1 s later, it comes too late
    late = np.concatenate([np.full(5, 4.0), changing[:20]])
    assert cruise_limit(root, late) < -8.0
    # half a lane is not enough to pass
    assert cruise_limit(root, np.minimum(changing, 6.0)) < -8.0


def test_who_comes_into_the_new_lane_holds_back():
    seen = observe(60.0, 0.0)
    seen["vehicles"][0, 3] = seen["vehicles"][0, 2]
    seen["vehicles"][0, 3, column.V_DX], seen["vehicles"][0, 3, column.V_DY] = 45.0, 1.5
    changing = np.full(25, 8.0)
    changing[:7] = np.linspace(4.0, 8.0, 7)
    assert cruise_limit(imagined(seen), changing) < -8.0


@pytest.mark.parametrize(
    ("room", "speed", "lead", "braking", "expected"),
    [
        (20.0, 30.0, 10.0, 0.0, 1.0),  # closing at 20 m/s
        (20.0, 30.0, 10.0, 2.0, 1.0),  # who accelerates is not trusted to go on
        (20.0, 10.0, 30.0, 0.0, math.inf),
        (0.0, 30.0, 10.0, 0.0, 0.0),
        (30.0, 20.0, 10.0, -10.0, 1.75),  # stands after 1 s and 5 m: 35 m at 20 m/s
        (6.0, 20.0, 20.0, -3.0, 2.0),  # 3/2 t^2 = 6
        (6.0, 0.0, 0.0, -3.0, math.inf),
    ],
)
def test_time_to_reach(room, speed, lead, braking, expected):
    assert time_to_reach(room, speed, lead, braking) == pytest.approx(expected)
