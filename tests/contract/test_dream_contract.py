"""Dream-v1 keeps the promises of Gymnasium, of Stable-Baselines3 and of Debris-v1: a policy cannot tell them apart."""

import ast
import warnings
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as sb3_check_env

import policies.world_model.dream as package
from envs.errors import UserError
from experiments.cli.loading import load_policy
from policies.base import Privileged
from policies.world_model.dream.sb3 import DreamSB3VecEnv

REAL = "envs:roadworld/Debris-v1"
DREAM = "policies.world_model.dream:roadworld/Dream-v1"
OWN = {"epistemic", "aleatoric", "p_terminated", "member", "theta", "ood"}


def vector(name, num_envs, **settings):
    return gym.make_vec(
        name, num_envs=num_envs, vectorization_mode="vector_entry_point", **settings
    )


def test_gymnasium_check_env():
    check_env(gym.make(DREAM).unwrapped, skip_render_check=True)


def test_stable_baselines3_check_env():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Your observation .* has an unconventional shape")
        sb3_check_env(gym.make(DREAM).unwrapped)


def test_spaces_are_those_of_the_twin():
    real, dream = vector(REAL, 3), vector(DREAM, 3)
    assert dream.single_observation_space == real.single_observation_space
    assert dream.observation_space == real.observation_space
    assert dream.single_action_space == real.single_action_space
    assert dream.action_space == real.action_space
    assert dream.metadata["autoreset_mode"] == AutoresetMode.SAME_STEP
    assert gym.make(DREAM).observation_space == gym.make(REAL).observation_space


def keys(info):
    return {
        key: sorted(value) if isinstance(value, dict) and "final" not in key else None
        for key, value in info.items()
    }


def test_info_is_that_of_debris_and_more():
    for make in (lambda name: gym.make(name), lambda name: vector(name, 2)):
        real, dream = make(REAL), make(DREAM)
        _, first = real.reset(seed=0)
        _, second = dream.reset(seed=0)
        assert set(second) - set(first) == OWN
        action = np.zeros(real.action_space.shape, np.float32)
        told, dreamt = real.step(action)[4], dream.step(action)[4]
        assert {k: v for k, v in keys(dreamt).items() if k not in OWN} == keys(told)


def test_contacts_say_what_the_twins_say():
    found = {}
    for name in (REAL, DREAM):
        env = vector(name, 32)
        env.reset(seed=1)
        for _ in range(60):
            info = env.step(np.tile([0.5, -0.33], (32, 1)))[4]
            for of_one in info["contacts"]:
                found.setdefault(name, set()).update(tuple(sorted(one)) for one in of_one)
    assert found[DREAM] == found[REAL]
    assert len(found[DREAM]) == 1


@pytest.mark.parametrize("name", ["rule", "world_model", "catalogue_planner", "keep"])
def test_a_policy_drives_in_dreams(name):
    policy, env = load_policy(name), vector(DREAM, 6)
    assert not isinstance(policy, Privileged)
    observation, _ = env.reset(seed=5)
    policy.reset(np.ones(6, np.bool_), np.arange(6))
    # longer than an episode
    for _ in range(110):
        observation, reward, terminated, truncated, _ = env.step(
            np.asarray(policy.act(observation))
        )
        assert observation in env.observation_space
        assert np.isfinite(reward).all()
        over = terminated | truncated
        if over.any():
            policy.reset(over, np.arange(6))


def test_autoreset_returns_the_first_observation_and_keeps_the_last():
    env = vector(DREAM, 24, horizon=9)
    env.reset(seed=0)
    ends = 0
    for _ in range(30):
        observation, _, terminated, truncated, info = env.step(np.tile([0.46, 0.0], (24, 1)))
        over = terminated | truncated
        assert ("final_obs" in info) == over.any()
        for b in np.flatnonzero(over):
            last = info["final_obs"][b]
            assert last in env.single_observation_space
            assert last["ego"][-1] < observation["ego"][b, -1]
            assert info["instance_hash"][b]
        ends += int(over.sum())
    assert ends >= 60


def test_ppo_trains_and_is_told_of_truncations():
    env = DreamSB3VecEnv(10, horizon=20)
    env.seed(3)
    kinds = set()
    env.reset()
    for _ in range(25):
        _, _, done, infos = env.step(np.tile([0.46, 0.0], (10, 1)))
        for b in np.flatnonzero(done):
            kinds.add(infos[b]["TimeLimit.truncated"])
            assert infos[b]["TimeLimit.truncated"] != any(infos[b]["events"].values())
            assert "terminal_observation" in infos[b]
    assert True in kinds
    model = PPO("MultiInputPolicy", env, n_steps=20, batch_size=100, n_epochs=2, seed=0)
    model.learn(2_000)
    action, _ = model.predict(env.reset(), deterministic=True)
    assert np.isfinite(action).all()


def test_picture_is_drawn_and_goes_on():
    env = gym.make(DREAM, render_mode="rgb_array")
    env.reset(seed=3)
    first = env.render()
    for _ in range(3):
        env.step(np.array([0.46, 0.0], np.float32))
    second = env.render()
    env.close()
    assert first.shape == second.shape == (320, 1280, 3)
    assert first.dtype == np.uint8
    assert (first != second).any()
    assert gym.make(DREAM).unwrapped.render() is None


def test_no_module_of_the_dream_imports_motion_contact_or_the_engines():
    allowed = {"borrow", "compilation", "noise"}
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                parts = name.split(".")
                assert parts[:2] not in (["envs", "batched"], ["envs", "scenario"]), path
                if parts[:2] == ["envs", "physics"]:
                    assert parts[2] in allowed, (path, name)


def test_a_wrong_action_is_shown_with_the_shapes_of_one_world():
    env = gym.make(DREAM, disable_env_checker=True)
    env.reset(seed=1)
    with pytest.raises(UserError, match=r"action: got shape \(3,\), expected \(2,\)"):
        env.step(np.zeros(3))
