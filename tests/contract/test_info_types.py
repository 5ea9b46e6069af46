"""One type and shape per key of ``info``, from the first reset on, alike for one world and for many."""

import json

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from envs.inject.base import BASES

DEBRIS = {"id": "envs:roadworld/Debris-v1", "scenario": "boxed_in"}
DREAM = {"id": "policies.world_model.dream:roadworld/Dream-v1", "horizon": 4}
INJECT = "envs:roadworld/Inject-v1"
SINGLE = {
    "debris": DEBRIS,
    "dream": DREAM,
    **{base: {"id": INJECT, "base": base, "objects": ["concrete_block"]} for base in BASES},
}
NUM_WORLDS = 3


def kinds(info, path=""):
    """Type, or dtype and shape, of every leaf that is not a mask, by its path."""
    found = {}
    for key, value in info.items():
        here = f"{path}{key}"
        if isinstance(value, dict):
            found |= kinds(value, f"{here}/")
        elif isinstance(value, np.ndarray):
            found[here] = (value.dtype, value.shape)
        else:
            found[here] = type(value)
    return {key: kind for key, kind in found.items() if "/_" not in f"/{key}"}


def without_arrays(info):
    return {key: value for key, value in info.items() if not isinstance(value, np.ndarray)}


def remember(known, info):
    """Compare with the kinds of earlier infos, and add new keys."""
    for key, kind in kinds(info).items():
        assert known.setdefault(key, kind) == kind, key


def steer(space, step):
    """Full throttle, turning more and more, so that episodes end; whatever a discrete space has."""
    if isinstance(space, gym.spaces.Discrete):
        return step % int(space.n)
    wild = np.full(space.shape, 1.0, space.dtype)
    wild[..., -1] = 1.0 if step % 2 else -1.0
    return wild


@pytest.mark.parametrize("name", SINGLE)
def test_info_of_one_world_keeps_its_types_and_is_json(name):
    env, known = gym.make(**SINGLE[name]), {}
    for episode in range(3):
        _, info = env.reset(seed=episode)
        remember(known, info)
        json.dumps(without_arrays(info))
        for step in range(12):
            *_, terminated, truncated, info = env.step(steer(env.action_space, step))
            remember(known, info)
            json.dumps(without_arrays(info))
            if terminated or truncated:
                break
    assert known["cost/total"] is float
    leaves = {kind for kind in known.values() if isinstance(kind, type)}
    assert leaves <= {float, int, bool, str, tuple}


@pytest.mark.parametrize("settings", [DEBRIS, DREAM], ids=["debris", "dream"])
def test_info_of_many_worlds_has_the_types_of_a_sync_vector_env_in_every_mode(settings):
    expected = {}
    for mode in AutoresetMode:
        sync = SyncVectorEnv([lambda: gym.make(**settings)] * NUM_WORLDS, autoreset_mode=mode)
        twin = gym.make_vec(
            num_envs=NUM_WORLDS,
            vectorization_mode="vector_entry_point",
            autoreset_mode=mode,
            **settings,
        )
        for env in (sync, twin):
            env.reset(seed=7)
            remember(expected, env.reset(seed=5)[1])
            num_ends = 0
            for step in range(100):
                *_, terminated, truncated, info = env.step(steer(env.action_space, step))
                remember(expected, info)
                ended = terminated | truncated
                num_ends += int(ended.sum())
                if mode is AutoresetMode.DISABLED and ended.any():
                    remember(expected, env.reset(options={"reset_mask": ended})[1])
            assert num_ends >= 1
    assert expected["cost/total"] == (np.float64, (NUM_WORLDS,))
    assert expected["events/collision"] == (np.bool_, (NUM_WORLDS,))
    assert expected["final_info/cost/total"] == (np.float64, (NUM_WORLDS,))


def test_reset_of_some_worlds_describes_the_others_as_they_were():
    env = gym.make_vec(num_envs=2, vectorization_mode="vector_entry_point", **DEBRIS)
    env.reset(seed=2)
    info = env.step(np.tile([-1.0, 0.3], (2, 1)))[4]
    assert (info["cost"]["total"] > 0.0).all()
    after = env.reset(options={"reset_mask": np.array([True, False])})[1]
    assert after["cost"]["total"].tolist() == [0.0, info["cost"]["total"][1]]
    assert after["_cost"].tolist() == after["_instance_hash"].tolist() == [True, False]
