"""Every wrapper of Gymnasium works on every environment, or refuses it for a reason of Gymnasium's own."""

import functools
import re
import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import wrappers
from gymnasium.wrappers import vector

NUM_STEPS = 3

DEBRIS = {"id": "envs:roadworld/Debris-v1", "scenario": "lone_object"}
INJECT = {"id": "envs:roadworld/Inject-v1", "objects": ["mattress"]}
DREAM = {"id": "policies.world_model.dream:roadworld/Dream-v1"}
SINGLE = {
    "reference": DEBRIS,
    "discrete": {**DEBRIS, "action": "discrete"},
    "merge": {**INJECT, "base": "merge-v1"},
    "racetrack": {**INJECT, "base": "racetrack-v1"},
    "dream": DREAM,
}
# NormalizeObservation takes this mode only
NATIVE = {"vectorization_mode": "vector_entry_point", "autoreset_mode": "NextStep"}
MANY = {
    "twin": {**DEBRIS, **NATIVE},
    "dreams": {**DREAM, **NATIVE},
    "reference": {**DEBRIS, "vectorization_mode": "sync"},
}

MISSING = "not installed|No module named"
"""Gymnasium's words where a package that a wrapper needs is not part of this installation."""

NO_BOX_ACTION = dict.fromkeys(("discrete", "merge"), "Box")
UNBOUNDED = dict.fromkeys(("merge", "racetrack"), "finite|unbounded")


NOTHING = MappingProxyType({})
REFUSALS = (TypeError, ValueError, AttributeError, ImportError, AssertionError, gym.error.Error)


class Case(NamedTuple):
    """How a wrapper is put around an environment, and why Gymnasium refuses some."""

    arguments: Mapping = NOTHING
    before: str = ""  # the wrapper that has to come before
    is_drawn: bool = False
    refusals: Mapping = NOTHING  # subject -> pattern of Gymnasium's message
    needs: str = ""  # a package


FLAT, PICTURE = "FlattenObservation", "AddRenderObservation"
ARRAYS = {"env_xp": np, "target_xp": np}

CASES = {
    "AtariPreprocessing": Case(needs="cv2", refusals=dict.fromkeys(SINGLE, "get_action_meanings|Atari|ALE")),
    "DelayObservation": Case({"delay": 2}),
    "DtypeObservation": Case({"dtype": np.float64}, FLAT),
    "DiscretizeObservation": Case({"bins": 3, "multidiscrete": True}, FLAT, refusals=UNBOUNDED),
    "FilterObservation": Case(
        {"filter_keys": ["ego"]}, refusals=dict.fromkeys(("merge", "racetrack"), "`Dict` and `Tuple`")
    ),
    "FlattenObservation": Case(),
    "FrameStackObservation": Case({"stack_size": 3}),
    "GrayscaleObservation": Case({}, PICTURE, is_drawn=True),
    "TransformObservation": Case({"func": lambda value: value, "observation_space": None}),
    "MaxAndSkipObservation": Case({}, FLAT),
    "NormalizeObservation": Case({}, FLAT),
    "AddRenderObservation": Case(is_drawn=True),
    "ResizeObservation": Case({"shape": (64, 64)}, PICTURE, is_drawn=True, needs="cv2"),
    "ReshapeObservation": Case({"shape": (2, 163)}, FLAT, refusals=dict.fromkeys(("merge", "racetrack"), "product")),
    "RescaleObservation": Case({"min_obs": -1, "max_obs": 1}, FLAT, refusals=UNBOUNDED),
    # highway-env's merge has no longest episode
    "TimeAwareObservation": Case(refusals={"merge": "max_episode_steps"}),
    "ClipAction": Case(refusals=NO_BOX_ACTION),
    "DiscretizeAction": Case({"bins": 3}, refusals=NO_BOX_ACTION),
    "TransformAction": Case({"func": lambda value: value, "action_space": None}),
    "RescaleAction": Case({"min_action": 0, "max_action": 1}, refusals=NO_BOX_ACTION),
    "StickyAction": Case({"repeat_action_probability": 0.3}),
    "RepeatAction": Case({"num_repeats": 2}),
    "ClipReward": Case({"min_reward": -1, "max_reward": 1}),
    "TransformReward": Case({"func": lambda value: value}),
    "NormalizeReward": Case(),
    "TimeLimit": Case({"max_episode_steps": 2}),
    "Autoreset": Case(),
    "PassiveEnvChecker": Case(),
    "OrderEnforcing": Case(),
    "RecordEpisodeStatistics": Case(),
    "AddWhiteNoise": Case({"probability_of_noise_per_pixel": 0.1}, is_drawn=True),
    "ObstructView": Case({"obstructed_pixels_ratio": 0.1, "obstruction_width": 8}, is_drawn=True),
    "RenderCollection": Case(is_drawn=True),
    "RecordVideo": Case({"video_folder": "videos"}, is_drawn=True, needs="moviepy"),
    "HumanRendering": Case(is_drawn=True),
    "ArrayConversion": Case(ARRAYS, needs="array_api_compat"),
    "JaxToNumpy": Case(needs="jax"),
    "JaxToTorch": Case(needs="jax"),
    "NumpyToTorch": Case(needs="array_api_compat"),
}  # fmt: skip

NOT_DRAWN = dict.fromkeys(("twin", "dreams"), "[Rr]ender.?mode")
NO_IMAGES = dict.fromkeys(MANY, "Box observation space")

VECTOR_CASES = {
    "VectorizeTransformObservation": Case({"wrapper": wrappers.FlattenObservation}),
    "VectorizeTransformAction": Case({"wrapper": wrappers.RescaleAction, "min_action": 0, "max_action": 1}),
    "VectorizeTransformReward": Case({"wrapper": wrappers.ClipReward, "min_reward": -1, "max_reward": 1}),
    "DictInfoToList": Case(),
    "TransformObservation": Case({"func": lambda value: value}),
    "FilterObservation": Case({"filter_keys": ["ego"]}),
    "FlattenObservation": Case(),
    "GrayscaleObservation": Case(refusals=NO_IMAGES),
    "ResizeObservation": Case({"shape": (64, 64)}, refusals=NO_IMAGES),
    "ReshapeObservation": Case({"shape": (2, 163)}, FLAT),
    "RescaleObservation": Case({"min_obs": -1, "max_obs": 1}, FLAT),
    "DtypeObservation": Case({"dtype": np.float64}, FLAT),
    "NormalizeObservation": Case({}, FLAT),
    "TransformAction": Case({"func": lambda value: value}),
    "ClipAction": Case(),
    "RescaleAction": Case({"min_action": 0, "max_action": 1}),
    "TransformReward": Case({"func": lambda value: value}),
    "ClipReward": Case({"min_reward": -1, "max_reward": 1}),
    "NormalizeReward": Case(),
    "RecordEpisodeStatistics": Case(),
    "RecordVideo": Case({"video_folder": "videos"}, is_drawn=True, needs="moviepy", refusals=NOT_DRAWN),
    "HumanRendering": Case(is_drawn=True, needs="cv2", refusals=NOT_DRAWN),
    "ArrayConversion": Case(ARRAYS, needs="array_api_compat"),
    "JaxToNumpy": Case(needs="jax"),
    "JaxToTorch": Case(needs="jax"),
    "NumpyToTorch": Case(needs="array_api_compat"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _work_in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")


@functools.cache
def make_single(subject, *, is_drawn):
    return gym.make(**SINGLE[subject], render_mode="rgb_array" if is_drawn else None)


@functools.cache
def make_many(subject, *, is_drawn):
    can_draw = is_drawn and subject == "reference"
    return gym.make_vec(num_envs=2, **MANY[subject], **({"render_mode": "rgb_array"} if can_draw else {}))  # fmt: skip


def wrap(module, env, name, case):
    """The wrapper around an environment; an argument of ``None`` is the environment's own attribute."""
    if case.before:
        env = getattr(module, case.before)(env)
    arguments = {
        key: getattr(env, key) if value is None else value for key, value in case.arguments.items()
    }
    return getattr(module, name)(env, **arguments)


def drive(env, name, *, is_drawn):
    """A few steps, whose observations are in the wrapper's own space."""
    env.action_space.seed(1)
    observation, _ = env.reset(seed=3)
    for _ in range(NUM_STEPS):
        assert "Torch" in name or env.observation_space.contains(observation)
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        assert "Torch" in name or np.isfinite(reward).all()
        if is_drawn:
            env.render()
        if np.any(terminated) or np.any(truncated):
            break
    assert "Torch" in name or env.observation_space.contains(observation)
    if is_drawn:
        env.close()


def is_there(package):
    """Whether a package is part of this installation."""
    try:
        __import__(package)
    except ImportError:
        return False
    return True


def check(module, env, name, case, reason):
    """The wrapper works, or refuses with the expected words."""
    if case.needs and not is_there(case.needs):
        reason = f"{reason}|{MISSING}" if reason else MISSING
    with warnings.catch_warnings():
        # videos are overwritten, spaces are unbounded: Gymnasium's own advice
        warnings.simplefilter("ignore")
        if not reason:
            drive(wrap(module, env, name, case), name, is_drawn=case.is_drawn)
            return
        with pytest.raises(REFUSALS) as refused:
            drive(wrap(module, env, name, case), name, is_drawn=case.is_drawn)
    assert re.search(reason, str(refused.value)), refused.value
    # the reason is Gymnasium's own
    assert any(str(entry.path).startswith(gym.__path__[0]) for entry in refused.traceback[-4:])


@pytest.mark.parametrize("subject", SINGLE)
@pytest.mark.parametrize("name", sorted(set(wrappers.__all__) - {"vector"}))
def test_wrapper_of_one_world(name, subject):
    case = CASES[name]
    env = make_single(subject, is_drawn=case.is_drawn)
    check(wrappers, env, name, case, case.refusals.get(subject, ""))


@pytest.mark.parametrize("subject", MANY)
@pytest.mark.parametrize("name", sorted(vector.__all__))
def test_wrapper_of_many_worlds(name, subject):
    case = VECTOR_CASES[name]
    env = make_many(subject, is_drawn=case.is_drawn)
    check(vector, env, name, case, case.refusals.get(subject, ""))
