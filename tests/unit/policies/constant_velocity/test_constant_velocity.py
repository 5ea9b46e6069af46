"""The simplest planner: straight lines, prices by height, and no knowledge of contents."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.errors import UserError
from envs.specification import column, debris
from experiments.cli.loading import load_policy
from policies.base import KEEP, STEER_LEFT, Explaining
from policies.constant_velocity import ConstantVelocity
from policies.constant_velocity.policy import price


def scene(speed=30.0):
    """An empty road of three lanes, the ego in the middle one."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = 4.0, speed, speed
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 10.0
    ego[0, column.E_NUM_LANES], ego[0, column.E_GRIP] = 3, 0.8
    ego[0, column.E_SIGHT_RANGE], ego[0, column.E_TIME_LEFT] = 150.0, 18.0
    return {
        "ego": ego,
        "vehicles": np.zeros((1, 8, column.NUM_VEHICLE), np.float32),
        "debris": np.zeros((1, 4, column.NUM_DEBRIS), np.float32),
    }


def add_object(seen, dx=80.0, dy=0.0, height=0.4, **values):
    row = seen["debris"][0, 0]
    row[column.D_TRACKED] = row[column.D_VISIBLE] = 1.0
    row[column.D_DX], row[column.D_DY] = dx, dy
    row[column.D_LENGTH], row[column.D_WIDTH], row[column.D_HEIGHT] = 0.5, 0.5, height
    row[column.D_SD_X], row[column.D_SD_Y], row[column.D_SD_V] = 0.5, 0.1, 0.3
    for name, value in values.items():
        row[getattr(column, name)] = value
    return seen


def add_vehicle(seen, slot, dx, dy, speed=30.0):
    row = seen["vehicles"][0, slot]
    row[column.V_TRACKED] = row[column.V_VISIBLE] = 1.0
    row[column.V_DX], row[column.V_DY], row[column.V_VX] = dx, dy, speed
    row[column.V_LENGTH], row[column.V_WIDTH], row[column.V_HEIGHT] = 4.5, 1.8, 1.5
    return seen


def decide(seen):
    """Lateral target after the first decision, m, and the explanation."""
    policy = ConstantVelocity()
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    action = policy.act(seen)
    return -1.1 + 0.5 * (action[0, 1] + 1.0) * 10.2, policy.explain()


def test_a_tall_object_is_avoided_and_a_flat_one_is_not():
    _, tall = decide(add_object(scene()))
    assert tall.labels[0] != KEEP
    best = tall.options.plans.path[0, tall.reasons[0]]
    beside = np.abs(best[np.abs(best[:, 0] - 80.0) < 6.0, 1] - 4.0)
    assert (beside > 0.9 + 0.25).all()
    _, flat = decide(add_object(scene(), height=0.01))
    assert flat.reasons[0] == 0 or flat.labels[0] == KEEP


def test_contents_and_look_change_nothing():
    one, _ = decide(add_object(scene()))
    other = add_object(scene(), D_RADAR=1.0, D_THERMAL=1.0)
    other["debris"][0, 0, column.D_LOOK + debris.LOOKS.index("box")] = 1.0
    assert decide(other)[0] == one


def test_what_moves_is_met_where_it_goes():
    # it crosses to the right at 1.5 m/s and is a lane further when it is reached
    away, found = decide(add_object(scene(), dy=-0.5, D_VY=1.5))
    assert away < 4.0 + 1e-6
    assert found.labels[0] in {KEEP, STEER_LEFT}
    # it runs ahead as fast as the ego
    _, same = decide(add_object(scene(), dx=30.0, D_VX=30.0))
    assert same.labels[0] == KEEP


def test_an_occupied_lane_is_left_alone():
    seen = add_object(scene(), dx=70.0, dy=0.2)
    for slot, dx in enumerate((3.0, -9.0, 15.0)):
        add_vehicle(seen, slot, dx, -4.0)
    _, found = decide(seen)
    assert found.options.plans.path[0, found.reasons[0], :, 1].min() > 2.5


def test_a_standing_vehicle_is_not_driven_into():
    _, found = decide(add_vehicle(scene(), 0, 80.0, 0.0, speed=0.0))
    path = found.options.plans.path[0, found.reasons[0]]
    inside = (np.abs(path[:, 0] - 80.0) < 4.5) & (np.abs(path[:, 1] - 4.0) < 1.8)
    assert path[0, 0] > 4.0
    assert not inside.any()


def test_left_and_right_are_alike():
    left, _ = decide(add_object(scene(), dy=0.3))
    right, _ = decide(add_object(scene(), dy=-0.3))
    assert left - 4.0 == pytest.approx(4.0 - right, abs=1e-6)
    assert abs(left - 4.0) > 1e-3


def test_the_price_steps_up_with_the_height():
    found = price(np.array([0.0, 0.1, 0.15, 0.2, 1.0]), 100.0)
    assert (np.diff(found) > 0.0).all()
    assert found[2] == pytest.approx(50.0)
    assert found[0] < 1.0 < 99.0 < found[-1]


def test_worlds_do_not_depend_on_each_other():
    env = DebrisVectorEnv(3, scenario="lone_object")
    seen, _ = env.reset(seed=5)
    policy, alone = ConstantVelocity(), ConstantVelocity()
    policy.reset(np.ones(3, np.bool_), np.zeros(3, np.int64))
    alone.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    moved = 0.0
    for _ in range(40):
        action = policy.act(seen)
        one = alone.act({key: value[1:2] for key, value in seen.items()})
        np.testing.assert_array_equal(one[0], action[1])
        moved = max(moved, np.ptp(action[:, 1]))
        seen = env.step(action)[0]
    assert moved > 0.0
    assert isinstance(policy, Explaining)


@pytest.mark.parametrize(
    ("key", "value"), [("horizon_s", 1.0), ("object_usd", -1.0), ("rest_sd", float("nan"))]
)
def test_bad_values_are_named(key, value):
    with pytest.raises(UserError, match=key):
        ConstantVelocity(**{key: value})


def test_file_loads():
    assert load_policy("constant_velocity").privileged is False
