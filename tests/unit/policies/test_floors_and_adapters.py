"""Floors do what their name says; adapters hand over what they are given."""

import numpy as np
import pytest

from envs.action import DISCRETE_NAMES
from envs.batched.env import DebrisVectorEnv
from envs.errors import UserError
from envs.specification import column
from policies.adapters import FromFunction, OnePerWorld, from_discrete
from policies.base import BRAKE, KEEP
from policies.command import to_action
from policies.floors import Constant, Uniform
from policies.following import follow

MINUS_3 = 2.0 * 5.0 / 11.0 - 1.0  # -3 m/s2 on a scale from -8 to +3


def observe(object_dx=50.0, object_dy=0.5, speed=30.0, y=4.0, worlds=1):
    """Three lanes, ego in the middle one, one tracked object."""
    ego = np.zeros((worlds, column.NUM_EGO), np.float32)
    ego[:, column.E_Y], ego[:, column.E_SPEED], ego[:, column.E_SET_SPEED] = y, speed, speed
    ego[:, column.E_LEFT_EDGE], ego[:, column.E_RIGHT_EDGE] = -2.0, 10.0
    debris = np.zeros((worlds, 4, column.NUM_DEBRIS), np.float32)
    debris[:, 2, column.D_TRACKED] = 1.0
    debris[:, 2, column.D_DX], debris[:, 2, column.D_DY] = object_dx, object_dy
    vehicles = np.zeros((worlds, 8, column.NUM_VEHICLE), np.float32)
    return {"ego": ego, "vehicles": vehicles, "debris": debris}


def start(policy, worlds=1):
    policy.reset(np.ones(worlds, np.bool_), np.arange(worlds))
    return policy


def lateral_m(action):
    # the car is 1.8 m wide: its centre moves between -1.1 and 9.1 m
    return -1.1 + 0.5 * (action[0, 1] + 1.0) * 10.2


def test_brake_straddle_brakes_for_an_object_ahead_only():
    policy = start(Constant("straddle", 3.0))
    np.testing.assert_allclose(policy.act(observe())[0, 0], MINUS_3)
    assert policy.explain().labels[0] == BRAKE
    behind = policy.act(observe(object_dx=-3.0))
    np.testing.assert_allclose(behind[0, 0], 2.0 * 8.0 / 11.0 - 1.0)
    assert policy.explain().labels[0] == KEEP


@pytest.mark.parametrize(
    ("place", "dy", "expected"),
    [
        ("centre", 0.5, 4.0),
        ("straddle", 0.5, 4.5),
        ("straddle", 3.0, 4.8),
        ("edge", 0.5, 3.2),
        ("edge", -0.5, 4.8),
        ("left", 0.0, 0.0),
        ("right", 0.0, 8.0),
    ],
)
def test_floor_reaches_its_place(place, dy, expected):
    policy = start(Constant(place))
    for _ in range(30):
        action = policy.act(observe(object_dy=dy))
    assert lateral_m(action) == pytest.approx(expected, abs=0.05)


def test_floor_keeps_its_lane_after_the_object():
    policy = start(Constant("left"))
    for _ in range(20):
        policy.act(observe())
    for _ in range(20):
        action = policy.act(observe(object_dx=-5.0))
    assert lateral_m(action) == pytest.approx(0.0, abs=0.05)


def test_follow_by_hand():
    scene = observe(speed=20.0)
    # alone the gap term is zero, (20 / 25)^4 is 0.4096, and 1.5 times the rest is 0.8856
    np.testing.assert_allclose(follow(scene, 25.0), [0.8856], atol=1e-4)
    car = scene["vehicles"][0, 3]
    car[column.V_TRACKED], car[column.V_DX], car[column.V_VX] = 1.0, 34.5, 15.0
    car[column.V_LENGTH] = 4.5
    # gap 34.5 - 4.5 = 30, 6 s away; wanted 3 + 20 + 20 * 5 / (2 sqrt 3) = 51.868;
    # 1.5 (1 - 0.4096 - (51.868 / 30)^2) = -3.598, cut to -2.5
    np.testing.assert_allclose(follow(scene, 25.0), [-2.5], atol=1e-3)
    car[column.V_DY] = 4.0
    np.testing.assert_allclose(follow(scene, 25.0), [0.8856], atol=1e-4)
    car[column.V_DY], car[column.V_AGE_SINCE_SEEN] = 0.0, 2.0
    # two seconds later it is 10 m nearer: gap 20, 4 s away, and a collision is in sight just below that
    car[column.V_DX] -= 0.1
    np.testing.assert_allclose(
        follow(scene, 25.0), [1.5 * (0.5904 - (51.868 / 19.9) ** 2)], atol=1e-3
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"place": "middle"}, "allowed are centre"),
        ({"braking_mps2": 9.0}, "braking_mps2: got 9.0"),
        ({"lateral_mps2": float("nan")}, "lateral_mps2: got nan"),
    ],
)
def test_floor_refuses_what_it_cannot_do(arguments, message):
    with pytest.raises(UserError, match=message):
        Constant(**arguments)


def test_random_draws_depend_on_the_seed_of_the_world_only():
    one, two = Uniform(), Uniform()
    one.reset(np.ones(2, np.bool_), np.array([5, 9]))
    two.reset(np.ones(3, np.bool_), np.array([7, 9, 5]))
    for _ in range(3):
        a, b = one.act(observe(worlds=2)), two.act(observe(worlds=3))
        np.testing.assert_array_equal(a, b[[2, 1]])
    assert np.abs(a[0] - a[1]).max() > 0.0


def test_function_and_single_world_policy_see_what_they_should():
    seen = []

    class Single:
        def reset(self, seed):
            self.seed = seed

        def act(self, observation):
            seen.append(observation["ego"].shape)
            return np.full(2, self.seed / 10.0)

    policy = OnePerWorld(Single)
    policy.reset(np.ones(2, np.bool_), np.array([1, 2]))
    np.testing.assert_array_equal(policy.act(observe(worlds=2)), [[0.1, 0.1], [0.2, 0.2]])
    policy.reset(np.array([False, True]), np.array([0, 5]))
    np.testing.assert_array_equal(policy.act(observe(worlds=2)), [[0.1, 0.1], [0.5, 0.5]])
    assert seen[0] == (column.NUM_EGO,)
    whole = FromFunction(lambda observation: np.zeros((len(observation["ego"]), 2)))
    assert whole.act(observe(worlds=3)).shape == (3, 2)


def test_discrete_index_means_what_the_environment_means():
    env = DebrisVectorEnv(1, scenario="lone_object", action="discrete")
    plain = DebrisVectorEnv(1, scenario="lone_object")
    for index in range(len(DISCRETE_NAMES)):
        observation, _ = plain.reset(seed=3)
        env.reset(seed=3)
        plain.step(from_discrete(observation, np.array([index])))
        env.step(np.array([index]))
        for row in ("COMMAND", "TARGET_Y"):
            k = getattr(__import__("envs.specification.episode", fromlist=[row]), row)
            assert plain.batch["episode_f"][0, k] == pytest.approx(
                env.batch["episode_f"][0, k], abs=1e-5
            )


def test_to_action_clips_to_what_is_allowed():
    action = to_action(observe(), np.array([-20.0]), np.array([50.0]))
    np.testing.assert_array_equal(action, [[-1.0, 1.0]])
