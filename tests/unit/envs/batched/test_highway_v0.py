"""The parity scene environment: its errors, and that worlds do not see each other."""

import numpy as np
import pytest

from envs.batched.highway_v0 import HighwayVectorEnv
from envs.specification import vehicle


def make_env(num_worlds, **changes):
    return HighwayVectorEnv(num_worlds, vehicles_count=5, lanes_count=3, **changes)


def run(seeds, actions, obstacles=None):
    """Observations and rewards of five decisions with the same action in all worlds."""
    num_obstacles = 0 if obstacles is None else obstacles.shape[1]
    env = make_env(len(seeds), num_obstacles=num_obstacles)
    seen = [env.reset(seeds, obstacles).copy()]
    rewards = []
    for action in actions:
        observation, reward, _, _ = env.step(np.full(len(seeds), action))
        seen.append(observation.copy())
        rewards.append(reward.copy())
    return np.array(seen), np.array(rewards)


def test_worlds_do_not_depend_on_their_neighbours():
    actions = [0, 2, 3, 4, 1]
    together = run([7, 8, 9], actions)
    for world, seed in enumerate([7, 8, 9]):
        alone = run([seed], actions)
        np.testing.assert_array_equal(together[0][:, world], alone[0][:, 0])
        np.testing.assert_array_equal(together[1][:, world], alone[1][:, 0])


def test_obstacle_ahead_is_observed_and_hit():
    env = make_env(1, num_obstacles=1)
    env.reset([3], np.array([[[0.0, 0.0, 0.0]]]))
    x, y = env.vehicle_f[0, [vehicle.X, vehicle.Y], 0]
    observation = env.reset([3], np.array([[[x + 10.0, y, 0.3]]]))
    assert observation[0, 1, 1] == np.float32(10.0 / 200.0)
    assert observation[0, 1, 3] == np.float32(-25.0 / 80.0)
    _, reward, terminated, truncated = env.step(np.array([1]))
    assert terminated.tolist() == [True]
    assert truncated.tolist() == [False]
    assert reward[0] < 0.5


def test_clock_is_upstreams_running_sum():
    env = make_env(1, policy_frequency=5, duration=0.6)
    env.reset([0])
    # 0.2 + 0.2 + 0.2 = 0.6000000000000001 >= 0.6
    assert [bool(env.step(np.array([1]))[3][0]) for _ in range(3)] == [False, False, True]
    assert env.ticks == 3


def test_reset_says_what_does_not_fit():
    with pytest.raises(ValueError, match="expected 2 seeds, one per world, got 1"):
        make_env(2).reset([0])
    with pytest.raises(ValueError, match=r"expected obstacles of shape \(1, 2, 3\), got None"):
        make_env(1, num_obstacles=2).reset([0])
