"""Debris-v1 keeps the promises of Gymnasium and of Stable-Baselines3, in both engines."""

import re
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import FlattenObservation
from stable_baselines3.common.env_checker import check_env as sb3_check_env

from envs.action import DISCRETE_NAMES
from envs.observation import TABLE
from envs.scenario.generator import FAMILIES
from tests.parity.vector_math import run_exactly

ID = "envs:roadworld/Debris-v1"
BOTH_ACTIONS = ("continuous", "discrete")


def make_twin(num_envs, **settings):
    return gym.make_vec(ID, num_envs=num_envs, vectorization_mode="vector_entry_point", **settings)


def make_sync(num_envs, **settings):
    return gym.make_vec(
        ID,
        num_envs=num_envs,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": gym.vector.AutoresetMode.SAME_STEP},
        **settings,
    )


@pytest.mark.parametrize("action", BOTH_ACTIONS)
def test_gymnasium_check_env(action):
    # the picture has its own tests
    check_env(gym.make(ID, action=action).unwrapped, skip_render_check=True)


@pytest.mark.parametrize("action", BOTH_ACTIONS)
def test_stable_baselines3_check_env(action):
    with warnings.catch_warnings():
        # slots x columns is the promised shape; MultiInputPolicy flattens it
        warnings.filterwarnings("ignore", message="Your observation .* has an unconventional shape")
        sb3_check_env(gym.make(ID, action=action).unwrapped)


@pytest.mark.parametrize("action", BOTH_ACTIONS)
def test_stable_baselines3_check_env_of_the_flat_observation_is_silent(action):
    sb3_check_env(FlattenObservation(gym.make(ID, action=action)))


def test_flat_observation_holds_every_column_in_the_tables_order():
    env = FlattenObservation(gym.make(ID, scenario="lone_object"))
    # 18 + 8 x 19 + 4 x 39 = 18 + 152 + 156 = 326
    assert env.observation_space.shape == (326,)
    flat, _ = env.reset(seed=3)
    plain, _ = gym.make(ID, scenario="lone_object").reset(seed=3)
    # Gymnasium sorts the keys of a Dict
    expected = np.concatenate([plain[key].ravel() for key in ("debris", "ego", "vehicles")])
    np.testing.assert_array_equal(flat, expected)


def test_spaces_are_the_promised_ones():
    env = gym.make(ID)
    shapes = {key: space.shape for key, space in env.observation_space.items()}
    assert shapes == {"ego": (18,), "vehicles": (8, 19), "debris": (4, 39)}
    assert all(space.dtype == np.float32 for space in env.observation_space.values())
    for key, table in TABLE.items():
        low = np.atleast_2d(env.observation_space[key].low)[0]
        assert low.tolist() == [np.float32(min(column.low, 0.0)) for column in table]
    assert env.action_space == gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
    discrete = gym.make(ID, action="discrete").action_space
    assert discrete == gym.spaces.Discrete(len(DISCRETE_NAMES))
    twin = make_twin(3)
    assert twin.single_observation_space == env.observation_space
    assert twin.single_action_space == env.action_space
    assert twin.action_space.shape == (3, 2)


@pytest.mark.parametrize("family", FAMILIES)
def test_reference_observation_stays_in_its_space_for_a_whole_random_episode(family):
    env = gym.make(ID, scenario=family, split="all")
    env.action_space.seed(4)
    observation, _ = env.reset(seed=11)
    assert observation in env.observation_space
    over = False
    while not over:
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert observation in env.observation_space
        assert np.isfinite(reward)
        assert info["cost"]["total"] >= 0.0
        over = terminated or truncated
    assert not (terminated and truncated)


@pytest.mark.parametrize("action", BOTH_ACTIONS)
def test_twin_observation_stays_in_its_space_for_random_episodes_of_every_family(action):
    env = make_twin(len(FAMILIES) * 3, scenario=list(FAMILIES), split="all", action=action)
    env.action_space.seed(4)
    observation, _ = env.reset(seed=20)
    assert observation in env.observation_space
    ends = 0
    for _ in range(220):
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert observation in env.observation_space
        assert np.isfinite(reward).all()
        over = terminated | truncated
        for b in np.flatnonzero(over):
            assert info["final_obs"][b] in env.single_observation_space
        ends += int(over.sum())
    # 36 worlds x 220 decisions: each ends at least twice
    assert ends >= 72


def test_reward_is_minus_the_cost_over_the_scale():
    env = make_twin(5, scenario="boxed_in", reward_scale_usd=250.0)
    env.reset(seed=8)
    for _ in range(60):
        _, reward, _, _, info = env.step(np.tile([-1.0, 0.3], (5, 1)))
        np.testing.assert_array_equal(reward, info["cost"]["total"] / -250.0)
        parts = sum(info["cost"][name] for name in info["cost"] if name != "total")
        np.testing.assert_allclose(parts, info["cost"]["total"], rtol=1e-12)


def test_autoreset_is_gymnasiums_in_every_mode():
    done = run_exactly("-m", "tests.contract.autoreset_run")
    if done.returncode == 3:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    counts = re.findall(r"(\w+): (\d+) terminated, (\d+) truncated", done.stdout)
    assert [mode for mode, _, _ in counts] == [mode.value for mode in gym.vector.AutoresetMode]
    # the run means something only if episodes ended in both ways, and more than once
    assert all(int(terminated) >= 3 and int(truncated) >= 3 for _, terminated, truncated in counts)


def test_world_b_of_seed_s_is_the_reference_of_seed_s_plus_b():
    twin = make_twin(7)
    observation, info = twin.reset(seed=100)
    reference = gym.make(ID)
    for b in range(7):
        first, described = reference.reset(seed=100 + b)
        assert described["instance_hash"] == info["instance_hash"][b]
        for key in first:
            np.testing.assert_array_equal(first[key], observation[key][b])
    sync = make_sync(7)
    _, described = sync.reset(seed=100)
    assert described["instance_hash"].tolist() == info["instance_hash"].tolist()


def test_reset_without_a_seed_goes_on_with_the_worlds_own_generator():
    twin, reference = make_twin(2), gym.make(ID)
    twin.reset(seed=9)
    reference.reset(seed=10)
    _, info = twin.reset()
    _, described = reference.reset()
    assert info["instance_hash"][1] == described["instance_hash"]
    assert info["instance_hash"][0] != info["instance_hash"][1]


def test_reset_mask_leaves_the_other_worlds_alone():
    twin = make_twin(3)
    _, before = twin.reset(seed=1)
    twin.step(np.zeros((3, 2)))
    state = twin.batch.copy()
    mask = np.array([False, True, False])
    _, after = twin.reset(options={"reset_mask": mask})
    changed = [a != b for a, b in zip(before["instance_hash"], after["instance_hash"], strict=True)]
    assert changed == [False, True, False]
    assert twin.batch[0].tobytes() == state[0].tobytes()
    assert twin.batch[2].tobytes() == state[2].tobytes()


def test_returned_arrays_are_the_callers_own():
    twin = make_twin(2)
    observation, _ = twin.reset(seed=0)
    kept = {key: value.copy() for key, value in observation.items()}
    result = twin.step(np.zeros((2, 2)))
    described = {name: np.copy(part) for name, part in result[4]["cost"].items()}
    twin.step(np.ones((2, 2)))
    for key, value in kept.items():
        np.testing.assert_array_equal(observation[key], value)
    for name, part in described.items():
        np.testing.assert_array_equal(result[4]["cost"][name], part)


def test_registering_twice_changes_nothing():
    import envs

    spec = gym.registry["roadworld/Debris-v1"]
    envs.register()
    assert gym.registry["roadworld/Debris-v1"] is spec
