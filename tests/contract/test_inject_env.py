"""Inject-v1: the contract of every base, and contacts that happen."""

import warnings
from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from highway_env.vehicle.behavior import IDMVehicle
from stable_baselines3.common.env_checker import check_env as check_env_sb3

from envs.errors import UserError
from envs.inject.base import BASES
from envs.specification import debris, vehicle


@pytest.fixture(autouse=True)
def _restore_drivers():
    """Undo what highway-env's intersection does to a class that every other environment uses."""
    names = [name for name in vars(IDMVehicle) if name.isupper()]
    saved = {name: getattr(IDMVehicle, name) for name in names}
    yield
    for name, value in saved.items():
        setattr(IDMVehicle, name, value)


@pytest.mark.parametrize("base", BASES)
def test_checkers_pass(base):
    env = gym.make("envs:roadworld/Inject-v1", base=base).unwrapped
    with warnings.catch_warnings():
        # highway-env's own spaces are unbounded, and its routes warn about themselves
        warnings.simplefilter("ignore")
        check_env(env, skip_render_check=True)
        check_env_sb3(env)


def test_same_seed_same_objects_and_rewards():
    def episode():
        env = gym.make("envs:roadworld/Inject-v1", base="merge-v1", num_objects=3)
        _, info = env.reset(seed=4)
        rewards = [env.step(1)[1] for _ in range(5)]
        return info["debris"], env.unwrapped.world.debris_f.copy(), rewards

    one, other = episode(), episode()
    assert one[0] == other[0]
    assert np.array_equal(one[1], other[1])
    assert one[2] == other[2]


def test_object_on_the_path_is_hit_and_paid_for():
    env = gym.make(
        "envs:roadworld/Inject-v1", base="merge-v1", objects=["concrete_block"]
    ).unwrapped
    env.reset(seed=0)
    ego, d = env.base.vehicle, env.world.debris_f
    d[[debris.X, debris.Y, debris.HEIGHT], 0] = ego.position[0] + 25.0, ego.position[1], 0.3
    costs, contacts = [], []
    for _ in range(4):
        _, _, terminated, _, info = env.step(1)
        costs.append(info["cost"]["total"])
        contacts += info["contacts"]
        if terminated:
            break
    assert [c["object"] for c in contacts if c["vehicle"] == 0] == ["concrete_block"]
    assert sum(costs) > 100.0
    assert env.world.vehicle_f[vehicle.SPEED, 0] < 30.0


def test_object_far_away_costs_nothing():
    env = gym.make("envs:roadworld/Inject-v1", base="merge-v1", objects=["rock"]).unwrapped
    env.reset(seed=0)
    env.world.debris_f[debris.X, 0] = 5_000.0
    assert all(env.step(1)[4]["cost"]["total"] == 0.0 for _ in range(3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base": "merge-v9"}, "base: got 'merge-v9', allowed are merge-v1"),
        ({"objects": ["matress"]}, "objects: got 'matress'.*did you mean 'mattress'"),
        ({"num_objects": 0}, "num_objects: got 0, expected an integer from 1 to 4"),
        ({"num_objects": 5}, "num_objects: got 5"),
        ({"objects": []}, r"objects: got \[\], expected a list of 1 to 4 names"),
        ({"objects": "rock"}, "objects: got 'rock', expected a list of 1 to 4 names"),
        ({"objects": ["rock"] * 5}, "objects: got .*, expected a list of 1 to 4 names"),
        ({"objects": ["rock"], "num_objects": 1}, "num_objects: got 1 together with objects"),
        ({"objects": ["rock"], "split": "all"}, "split: got 'all' together with objects"),
        ({"render_mode": "gif"}, "render_mode: got 'gif', allowed are human, rgb_array"),
        ({"config": 3}, "config: got 3, expected a mapping"),
        ({"config": {"policy_freqency": 1}}, "config: got 'policy_f.*mean 'policy_frequency'"),
        ({"config": {"duration": 9}}, "config: got 'duration', allowed are observation"),
        ({"split": "tset"}, "split: got 'tset'"),
        ({"reward_scale_usd": 0}, "reward_scale_usd: got 0"),
        ({"reward_scale_usd": True}, "reward_scale_usd: got True"),
        ({"objets": ["rock"]}, "argument: got 'objets', allowed are base, .*mean 'objects'"),
        ({"cost": 3}, "cost: got 3, expected a mapping"),
        ({"catalogue_dirs": "/data"}, "catalogue_dirs: got '/data', expected a list"),
    ],
)
def test_bad_argument_gets_one_line(arguments, message, recwarn):
    # Gymnasium may say beforehand that it does not know this render mode
    del recwarn
    with pytest.raises(UserError, match=message):
        gym.make("envs:roadworld/Inject-v1", **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed: got -1, expected an integer >= 0 or None"),
        ({"options": {"instance": 1}}, "options: got 'instance', allowed are config"),
        ({"options": {"config": {"x": 1}}}, "config: got 'x', allowed are observation"),
        ({"options": {"config": {"screen_width": 64}}}, "screen_width: nothing is drawn"),
    ],
)
def test_bad_argument_of_a_reset_gets_one_line(arguments, message):
    env = gym.make("envs:roadworld/Inject-v1", base="merge-v1")
    with pytest.raises(UserError, match=message):
        env.reset(**arguments)


def test_base_is_set_up_anew_by_an_option():
    env = gym.make("envs:roadworld/Inject-v1", base="racetrack-v1").unwrapped
    assert env.action_space.shape == (1,)
    action = {"type": "ContinuousAction"}
    env.reset(seed=1, options={"config": {"action": action, "duration": 0.5}})
    assert env.action_space == env.base.action_space == gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
    # 0.2 s each
    assert env.longest_episode == 3


def test_attributes_and_metadata_are_those_of_the_base():
    env = gym.make("envs:roadworld/Inject-v1", base="racetrack-v1", render_mode="rgb_array")
    other = gym.make("envs:roadworld/Inject-v1", base="merge-v1", config={"policy_frequency": 5})
    inner = env.unwrapped.base
    for name in ("road", "vehicle", "config", "time", "controlled_vehicles"):
        assert env.get_wrapper_attr(name) is getattr(inner, name)
    assert not env.has_wrapper_attr("no_such_attribute")
    assert type(env.unwrapped).metadata["render_modes"] == ["human", "rgb_array"]
    # highway-env: two pictures a decision for a viewer, every tick for a recorder
    assert (env.metadata["render_fps"], other.metadata["render_fps"]) == (10, 10)
    other.unwrapped.set_record_video_wrapper(SimpleNamespace())
    assert (env.metadata["render_fps"], other.metadata["render_fps"]) == (10, 30)


def test_picture_shows_the_road_and_is_refused_where_it_would_be_black(monkeypatch):
    env = gym.make("envs:roadworld/Inject-v1", base="merge-v1", render_mode="rgb_array")
    env.reset(seed=1)
    assert len(np.unique(env.render().reshape(-1, 3), axis=0)) > 5
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    observed = {"observation": {"type": "GrayscaleObservation"}}
    for refused in (
        env.render,
        lambda: gym.make("envs:roadworld/Inject-v1", render_mode="rgb_array"),
        lambda: gym.make("envs:roadworld/Inject-v1", config=observed),
    ):
        with pytest.raises(UserError, match="SDL_VIDEODRIVER: got 'dummy', which draws black"):
            refused()
    gym.make("envs:roadworld/Inject-v1").reset(seed=1)


def test_intersection_keeps_its_drivers_to_itself():
    before = IDMVehicle.COMFORT_ACC_MAX, IDMVehicle.COMFORT_ACC_MIN, IDMVehicle.DISTANCE_WANTED
    gym.make("envs:roadworld/Inject-v1", base="intersection-v2").reset(seed=0)
    after = IDMVehicle.COMFORT_ACC_MAX, IDMVehicle.COMFORT_ACC_MIN, IDMVehicle.DISTANCE_WANTED
    assert after == before


def test_intersection_does_not_change_the_drivers_of_debris_v0():
    def state_hash():
        env = gym.make("envs:roadworld/Debris-v1", scenario="boxed_in")
        env.reset(seed=3)
        for _ in range(10):
            info = env.step(np.array([0.4, 0.0], np.float32))[4]
        return info["state_hash"]

    before = state_hash()
    gym.make("intersection-v2").reset(seed=0)
    assert IDMVehicle.COMFORT_ACC_MAX != 3.0
    assert state_hash() == before
