"""The argument ``camera``: pictures in the observation of every environment, and nothing else changes."""

import functools
import re
import subprocess
import sys
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import FilterObservation, FrameStackObservation, TransformObservation
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as sb3_check_env
from stable_baselines3.common.vec_env import VecExtractDictObs, VecFrameStack

from envs.errors import UserError
from experiments.cli.loading import load_policy
from experiments.rollout.loop import Rollout
from policies.adapters import StableBaselines3, from_discrete
from policies.sb3_adapter import TwinVecEnv
from policies.world_model.dream.drawn_worlds import drawn_worlds
from tests.contract.camera_run import CAMERA
from tests.parity.vector_math import ROOT, run_exactly

DEBRIS, INJECT = "envs:roadworld/Debris-v1", "envs:roadworld/Inject-v1"
DREAM = "policies.world_model.dream:roadworld/Dream-v1"


def make_twin(num_envs, name=DEBRIS, camera=CAMERA, **settings):
    return gym.make_vec(
        name, num_envs=num_envs, vectorization_mode="vector_entry_point", camera=camera, **settings
    )


def actions_of(count, num_envs, seed=3):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (count, num_envs, 2))


@pytest.mark.parity
def test_both_engines_give_the_same_bytes_also_through_restarts():
    done = run_exactly("-m", "tests.contract.camera_run")
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"pictures: (1[5-9]\d|200)$", done.stdout, re.MULTILINE), done.stdout
    assert all(int(count) > 0 for count in re.findall(r"(\d+) terminated", done.stdout))


def test_picture_is_the_same_alone_and_among_others():
    many, actions = make_twin(5), actions_of(30, 5)
    many.reset(seed=40)
    seen = [many.step(action)[0]["camera"] for action in actions]
    for b in range(5):
        alone = make_twin(1)
        alone.reset(seed=40 + b)
        for action, others in zip(actions, seen, strict=True):
            np.testing.assert_array_equal(alone.step(action[[b]])[0]["camera"][0], others[b])


def test_picture_is_the_same_after_a_saved_state():
    # most pictures repeat the one before, so that the first ones after the state are old
    camera = {**CAMERA, "dropped": 0.8}
    env, actions = make_twin(4, camera=camera), actions_of(30, 4)
    env.reset(seed=6)
    for action in actions[:10]:
        env.step(action)
    state = env.state_dict()
    first = [env.step(action) for action in actions[10:]]
    other = make_twin(4, camera=camera)
    other.load_state_dict(state)
    for action, expected in zip(actions[10:], first, strict=True):
        found = other.step(action)
        np.testing.assert_array_equal(found[0]["camera"], expected[0]["camera"])
        np.testing.assert_array_equal(found[4]["camera_masks"], expected[4]["camera_masks"])


def test_branching_leaves_the_picture_alone():
    env, other, actions = make_twin(2), make_twin(2), actions_of(4, 2)
    env.reset(seed=6)
    other.reset(seed=6)
    for action in actions:
        env.branch(np.zeros((2, 3, 5, 2)))
        np.testing.assert_array_equal(
            env.step(action)[0]["camera"], other.step(action)[0]["camera"]
        )


def test_state_of_an_environment_without_a_camera_gives_new_pictures():
    camera = {"preset": "64x96", "noise": 2.0}
    env, plain = make_twin(2, camera=camera), make_twin(2, camera=None)
    env.reset(seed=6)
    plain.reset(seed=6)
    later = make_twin(2, camera=camera)
    later.load_state_dict(plain.state_dict())
    action = actions_of(1, 2)[0]
    np.testing.assert_array_equal(later.step(action)[0]["camera"], env.step(action)[0]["camera"])


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_last_picture_of_an_episode_is_drawn_before_the_restart(name):
    env, waiting = make_twin(4, name), make_twin(4, name, autoreset_mode="Disabled")
    env.reset(seed=9)
    waiting.reset(seed=9)
    for action in actions_of(110, 4):
        observation, _, terminated, truncated, info = env.step(action)
        expected, _, *_, last = waiting.step(action)
        over = terminated | truncated
        if over.any():
            break
    assert over.any()
    for b in np.flatnonzero(over):
        np.testing.assert_array_equal(info["final_obs"][b]["camera"], expected["camera"][b])
        masks = info["final_info"]["camera_masks"][b]
        np.testing.assert_array_equal(masks, last["camera_masks"][b])
        assert (observation["camera"][b] != expected["camera"][b]).any()
        assert (info["camera_masks"][b] != masks).any()
    fresh, info_of_reset = waiting.reset(options={"reset_mask": over})
    np.testing.assert_array_equal(observation["camera"][over], fresh["camera"][over])
    np.testing.assert_array_equal(info["camera_masks"][over], info_of_reset["camera_masks"][over])


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_camera_changes_nothing_else(name):
    env, plain = make_twin(3, name), make_twin(3, name, camera=None)
    found, expected = env.reset(seed=5), plain.reset(seed=5)
    for action in actions_of(40, 3):
        for key in ("ego", "vehicles", "debris"):
            np.testing.assert_array_equal(found[0][key], expected[0][key])
        assert set(found[0]) - set(expected[0]) == {"camera"}
        found, expected = env.step(action), plain.step(action)
        np.testing.assert_array_equal(found[1], expected[1])
        np.testing.assert_array_equal(found[4]["state_hash"], expected[4]["state_hash"])


NO_CAMERA = """
import sys
import gymnasium as gym
import numpy as np
import policies.world_model.dream
gym.make("envs:roadworld/Debris-v1").reset(seed=1)
worlds = gym.make_vec("envs:roadworld/Debris-v1", num_envs=2, vectorization_mode="vector_entry_point")
worlds.reset(seed=1)
worlds.step(np.zeros((2, 2)))
gym.make("envs:roadworld/Inject-v1", base="merge-v1").reset(seed=1)
gym.make("roadworld/Dream-v1").reset(seed=1)
print(sorted(name for name in sys.modules if name.startswith("envs.camera") or "camera_sensor" in name))
"""


def test_without_a_camera_its_modules_are_not_loaded():
    done = subprocess.run(
        [sys.executable, "-c", NO_CAMERA], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_masks_come_only_where_they_are_wanted():
    for make in (
        lambda camera: gym.make(DEBRIS, camera=camera),
        functools.partial(make_twin, 2, DEBRIS),
    ):
        info = make("64x96").reset(seed=2)[1]
        assert not any("mask" in key for key in info)
        masks = make({"masks": True}).reset(seed=2)[1]["camera_masks"]
        assert masks.dtype == np.uint8
        assert masks.shape[-3:] == (2, 64, 96)


def test_picture_shows_the_state():
    env = gym.make(DEBRIS, camera="64x96", scenario="lone_object")
    pictures = [env.reset(seed=seed)[0]["camera"] for seed in (1, 2, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[2])
    assert (pictures[0] != pictures[1]).any()
    assert pictures[0].std() > 10.0


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_gymnasium_check_env(name):
    check_env(gym.make(name, camera=CAMERA).unwrapped, skip_render_check=True)


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_stable_baselines3_check_env(name):
    with warnings.catch_warnings():
        # slots x columns is the promised shape; MultiInputPolicy flattens it
        warnings.filterwarnings("ignore", message="Your observation .* has an unconventional shape")
        sb3_check_env(gym.make(name, camera="64x96").unwrapped)


def picture_alone(env):
    """The line of envs/README.md that turns an environment with a camera into one with a plain picture."""
    return TransformObservation(env, lambda o: o["camera"], env.observation_space["camera"])


def test_picture_alone_passes_both_checks_without_a_warning():
    sb3_check_env(picture_alone(gym.make(DEBRIS, camera="64x96")))


def test_cnn_policy_learns_from_the_picture_alone():
    small = {"n_steps": 8, "batch_size": 8, "n_epochs": 1, "device": "cpu"}
    many = VecExtractDictObs(TwinVecEnv(make_twin(2, camera="64x96")), "camera")
    PPO("CnnPolicy", many, **small).learn(32)
    PPO("CnnPolicy", VecFrameStack(many, 3), **small).learn(16)
    PPO("CnnPolicy", picture_alone(gym.make(DEBRIS, camera="64x96")), **small).learn(16)


def test_multi_input_policy_learns_from_picture_and_numbers():
    env = TwinVecEnv(make_twin(2, camera="64x96"))
    PPO("MultiInputPolicy", env, n_steps=8, batch_size=16, n_epochs=1, device="cpu").learn(32)


def test_frames_stack():
    env = FrameStackObservation(
        FilterObservation(gym.make(DEBRIS, camera="64x96"), ["camera"]), stack_size=3
    )
    first, _ = env.reset(seed=1)
    second, *_ = env.step(np.zeros(2, np.float32))
    assert first["camera"].shape == (3, 64, 96, 3)
    np.testing.assert_array_equal(second["camera"][:2], first["camera"][1:])
    assert (second["camera"][2] != second["camera"][1]).any()


@pytest.mark.parametrize("name", ["rule_tuned", "world_model", "ppo"])
def test_policies_that_read_numbers_act_as_without_a_picture(name):
    def drive(camera):
        env, policy = make_twin(2, camera=camera), load_policy(name)
        observation, _ = env.reset(seed=4)
        policy.reset(np.ones(2, bool), np.arange(2))
        actions = []
        for _ in range(5):
            actions.append(policy.act(observation).copy())
            observation, *_ = env.step(actions[-1])
        return np.array(actions)

    np.testing.assert_array_equal(drive("64x96"), drive(None))


@pytest.mark.parametrize("base", ["merge-v1", "two-way-v0"])
def test_inject_on_a_straight_road(base):
    env = gym.make(INJECT, base=base, objects=["mattress"], camera=CAMERA).unwrapped
    with warnings.catch_warnings():
        # highway-env's own spaces are unbounded
        warnings.simplefilter("ignore")
        check_env(env, skip_render_check=True)
    observation, info = env.reset(seed=3)
    plain = gym.make(INJECT, base=base, objects=["mattress"]).unwrapped
    expected, _ = plain.reset(seed=3)
    np.testing.assert_array_equal(observation["base"], expected)
    assert info["camera_masks"].shape == (2, 64, 96)
    # the object lies 20 to 90 m ahead in the ego's lane
    assert info["camera_masks"][1].any()
    for _ in range(3):
        (found, reward, *_), (other, wanted, *_) = env.step(1), plain.step(1)
        np.testing.assert_array_equal(found["base"], other)
        assert reward == wanted
        assert (found["camera"] != observation["camera"]).any()


@pytest.mark.parametrize("base", ["roundabout-v1", "intersection-v2", "racetrack-v1"])
def test_inject_on_a_curved_road_is_refused_in_one_line(base):
    with pytest.raises(UserError, match="straight roads only: merge-v1, two-way-v0") as caught:
        gym.make(INJECT, base=base, camera="64x96")
    assert "\n" not in str(caught.value)


def test_dream_is_drawn_alike_alone_and_among_others():
    many, alone = make_twin(3, DREAM), gym.make(DREAM, camera=CAMERA)
    observation, info = many.reset(seed=11)
    one, told = alone.reset(seed=12)
    for action in actions_of(10, 3):
        np.testing.assert_array_equal(one["camera"], observation["camera"][1])
        np.testing.assert_array_equal(told["camera_masks"], info["camera_masks"][1])
        observation, _, terminated, truncated, info = many.step(action)
        one, _, *over, told = alone.step(action[1])
        if any(over) or (terminated | truncated).any():
            break


@pytest.mark.parametrize("name", [DEBRIS, DREAM])
def test_first_picture_of_an_episode_is_never_a_dropped_one(name):
    camera = {"preset": "64x96", "dropped": 0.9}
    first, plain = (make_twin(8, name, camera=one).reset(seed=2)[0] for one in (camera, "64x96"))
    np.testing.assert_array_equal(first["camera"], plain["camera"])


def test_drawn_dream_has_the_dreamt_objects_and_vehicles():
    env = gym.make(DREAM, camera="64x96").unwrapped
    env.reset(seed=1)
    things = env.core.dreams.things[0]
    # slots that are not in a row
    things[:, 0] = 0.0, 1.0, 0.0, 1.0
    things[:, 1:3] = [[10.0, 0.0], [20.0, 1.0], [30.0, 2.0], [40.0, 3.0]]
    live = np.array([1, 3])
    world = drawn_worlds(env.core)[0]
    assert world["episode_i"][2] == live.size
    np.testing.assert_array_equal(world["debris_f"][:2, : live.size].T, things[live, 1:3])
    cars = env.core.dreams.cars[0]
    near = np.flatnonzero(cars[:, 0] > 0.0)
    np.testing.assert_array_equal(world["vehicle_f"][0, near + 1], cars[near, 1])


def test_render_mode_camera_draws_the_drivers_view_at_film_size():
    env = gym.make(DEBRIS, render_mode="camera", scenario="lone_object")
    env.reset(seed=1)
    first = env.render()
    assert first.shape == (360, 640, 3)
    assert first.dtype == np.uint8
    env.step(np.zeros(2, np.float32))
    assert (env.render() != first).any()
    assert "camera" in env.metadata["render_modes"]


def test_render_mode_camera_has_no_use_for_settings_of_the_other_picture():
    with pytest.raises(UserError, match="config: scaling: render_mode 'camera' does not use it"):
        gym.make(DEBRIS, render_mode="camera", config={"scaling": 5.0})


def test_agent_trained_on_pictures_is_evaluated_from_its_zip(tmp_path):
    small = {"n_steps": 8, "batch_size": 8, "n_epochs": 1, "device": "cpu"}
    worlds = TwinVecEnv(make_twin(2, camera="64x96", action="discrete"))
    bare, mixed = str(tmp_path / "bare.zip"), str(tmp_path / "mixed.zip")
    model = PPO("CnnPolicy", VecExtractDictObs(worlds, "camera"), **small).learn(16)
    model.save(bare)
    PPO("MultiInputPolicy", worlds, **small).learn(16).save(mixed)
    instances = [gym.make(DEBRIS).unwrapped.settings.sampler.sample(np.random.default_rng(1))]
    for path in (bare, mixed):
        agent = StableBaselines3(path, camera="64x96")
        ((_, episode),) = Rollout(agent, instances).episodes()
        assert len(episode.total_usd) > 0
        with pytest.raises(UserError, match=r"camera: missing: .* was trained on pictures"):
            StableBaselines3(path)
        with pytest.raises(UserError, match=r"camera: got pictures of shape \(128, 192, 3\)"):
            StableBaselines3(path, camera="128x192")
    env = make_twin(1, camera="64x96")
    observation, _ = env.reset(options={"instance": instances[0]})
    chosen, _ = model.predict(observation["camera"], deterministic=True)
    bare_agent = StableBaselines3(bare, camera="64x96")
    bare_agent.reset(np.ones(1, bool), np.zeros(1, np.int64))
    np.testing.assert_array_equal(
        bare_agent.act(observation), from_discrete(observation, chosen.astype(np.int64))
    )


def test_agent_trained_on_numbers_takes_no_camera(tmp_path):
    path = str(tmp_path / "agent.zip")
    PPO(
        "MultiInputPolicy",
        TwinVecEnv(make_twin(2, camera=None)),
        n_steps=8,
        batch_size=16,
        device="cpu",
    ).save(path)
    with pytest.raises(UserError, match=r"camera: .* was trained without pictures: leave it out"):
        StableBaselines3(path, camera="64x96")
