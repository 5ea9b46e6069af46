"""The longest episode is stated in ``spec``, and Gymnasium's ``TimeLimit`` changes nothing."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import TimeLimit

from envs.errors import UserError
from envs.inject.base import BASES, count_steps

DEBRIS = "envs:roadworld/Debris-v1"
DREAM = "policies.world_model.dream:roadworld/Dream-v1"
INJECT = "envs:roadworld/Inject-v1"
NATIVE = {"vectorization_mode": "vector_entry_point"}


def wrappers_of(env):
    while isinstance(env, gym.Wrapper):
        yield type(env)
        env = env.env


def drive_to_the_end(env, action):
    # nothing happens in the first 100 decisions of this phantom's traffic
    env.reset(seed=2)
    for step in range(1, 200):
        *_, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            return step, terminated, truncated
    raise AssertionError("no end")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"id": DEBRIS, "scenario": "phantom"}, 100),
        ({"id": DREAM, "horizon": 7}, 7),
        ({"id": INJECT, "base": "merge-v1"}, None),
        ({"id": INJECT, "base": "two-way-v0"}, 15),
        ({"id": INJECT, "base": "roundabout-v1"}, 11),
        ({"id": INJECT, "base": "roundabout-v1", "config": {"duration": 3}}, 3),
        ({"id": INJECT, "base": "intersection-v2"}, 13),
        ({"id": INJECT, "base": "racetrack-v1"}, 1501),
    ],
)
def test_spec_states_the_longest_episode_without_a_time_limit(settings, expected):
    env = gym.make(**settings)
    assert env.spec.max_episode_steps == env.unwrapped.spec.max_episode_steps == expected
    assert TimeLimit not in set(wrappers_of(env))


def test_last_decision_is_truncated_and_a_copy_from_the_spec_ends_alike():
    env = gym.make(DEBRIS, scenario="phantom")
    calm = np.array([0.45, 0.1], np.float32)
    assert drive_to_the_end(env, calm) == (100, False, True)
    assert drive_to_the_end(gym.make(env.spec), calm) == (100, False, True)
    dream = gym.make(DREAM, horizon=3)
    assert drive_to_the_end(dream, calm)[0] <= 3


@pytest.mark.parametrize("base", BASES)
def test_steps_of_a_base_are_counted_as_its_clock_counts(base):
    unwrapped = gym.make(INJECT, base=base).unwrapped
    config, time_s, steps = unwrapped.base.config, 0.0, 0
    if "duration" not in config:
        return
    while time_s < config["duration"]:
        time_s += 1 / config["policy_frequency"]
        steps += 1
    assert count_steps(base, config) == steps


def test_inject_keeps_the_limit_with_which_its_base_is_registered():
    env = gym.make(INJECT, base="two-way-v0", objects=["bag_empty"]).unwrapped
    env.reset(seed=0)
    for vehicle in env.road.vehicles[1:]:
        # out of the way
        vehicle.position[0] += 5_000.0
    flags = [env.step(1)[2:4] for _ in range(15)]
    assert flags == [(False, False)] * 14 + [(False, True)]


@pytest.mark.parametrize(("name", "expected"), [(DEBRIS, 100), (DREAM, 50)])
def test_vector_environments_can_be_made_from_their_spec(name, expected):
    env = gym.make_vec(name, num_envs=2, autoreset_mode="NextStep", **NATIVE)
    assert env.spec.max_episode_steps == expected
    again = gym.make_vec(env.spec)
    assert (again.num_envs, again.autoreset_mode) == (2, AutoresetMode.NEXT_STEP)
    with pytest.raises(UserError, match=f"max_episode_steps: got 30, expected {expected} or None"):
        gym.make_vec(name, num_envs=2, max_episode_steps=30, **NATIVE)


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_autoreset_mode_is_an_argument_of_each_environment(name):
    one = gym.make_vec(name, num_envs=1, autoreset_mode=AutoresetMode.DISABLED, **NATIVE)
    other = gym.make_vec(name, num_envs=1, **NATIVE)
    assert one.metadata["autoreset_mode"] is AutoresetMode.DISABLED
    assert other.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    for wrong in ("same_step", None, 3):
        with pytest.raises(UserError, match=r"^autoreset_mode: got .*, allowed are NextStep, Same"):
            gym.make_vec(name, num_envs=1, autoreset_mode=wrong, **NATIVE)


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_without_autoreset_an_ended_world_is_not_stepped(name):
    env = gym.make_vec(name, num_envs=2, autoreset_mode="Disabled", **NATIVE)
    env.reset(seed=1)
    ended = np.zeros(2, bool)
    while not ended.any():
        _, _, terminated, truncated, _ = env.step(np.full((2, 2), 0.9))
        ended = terminated | truncated
    pattern = rf"^step: the episodes of worlds \[{np.flatnonzero(ended)[0]}.*have ended"
    with pytest.raises(UserError, match=pattern):
        env.step(np.zeros((2, 2)))
    env.reset(options={"reset_mask": ended})
    env.step(np.zeros((2, 2)))


def test_a_saved_state_knows_which_episodes_are_over():
    env = gym.make_vec(DEBRIS, num_envs=2, autoreset_mode="NextStep", **NATIVE)
    env.reset(seed=1)
    ended = np.zeros(2, bool)
    while not ended.any():
        _, _, terminated, truncated, _ = env.step(np.full((2, 2), 0.9))
        ended = terminated | truncated
    state = env.state_dict()
    expected = env.step(np.zeros((2, 2)))
    other = gym.make_vec(DEBRIS, num_envs=2, autoreset_mode="NextStep", **NATIVE)
    other.reset(seed=5)
    other.load_state_dict(state)
    found = other.step(np.zeros((2, 2)))
    for key, rows in expected[0].items():
        np.testing.assert_array_equal(found[0][key], rows)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(found[4]["_instance_hash"], ended)
