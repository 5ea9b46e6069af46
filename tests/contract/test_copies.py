"""Copies and pickles step as their original and share nothing with it; ``test_copy_sequences.py``: in any order."""

import copy
import enum
import functools
import pickle
import subprocess
import sys
import types

import gymnasium as gym
import numpy as np
import pytest

import policies.world_model.dream  # noqa: F401 (registers its environment)
from envs.copies import Immutable
from envs.inject.crossing import CrossingVehicle
from envs.inject.env import BASES
from envs.scenario.instance import ARRAYS
from experiments.training.dreamer_v3.world import DreamerWorld
from policies.model_free.sight import Sight
from policies.reactive.command_env import CommandEnv
from policies.sb3_adapter import TwinVecEnv
from policies.world_model.dream.sb3 import DreamSB3VecEnv
from policies.world_model.dream.simulation.arrays import Model, Sources
from tests.contract.copied_environments import WAYS, apply, dream, frozen, inject, reference, twin

DEBRIS, INJECT, DREAM = "envs:roadworld/Debris-v1", "envs:roadworld/Inject-v1", "roadworld/Dream-v1"
FAR = frozenset({type, types.FunctionType, types.MethodType, types.ModuleType})
NUMBER = {"num_envs": 3, "vectorization_mode": "vector_entry_point"}
CAMERA = {"preset": "64x96", "noise": 2.0, "dropped": 0.5}

MADE = {
    "reference": lambda: gym.make(DEBRIS, scenario="spill", max_episode_steps=5),
    "discrete reference": lambda: gym.make(DEBRIS, action="discrete"),
    "twin": lambda: gym.make_vec(DEBRIS, scenario="spill", **NUMBER),
    "inject": lambda: gym.make(INJECT, base="two-way-v0"),
    "dream": lambda: gym.make(DREAM),
    "dreams": lambda: gym.make_vec(DREAM, **NUMBER),
    "reference with a camera": lambda: gym.make(DEBRIS, scenario="spill", camera=CAMERA),
    "twin with a camera": lambda: gym.make_vec(DEBRIS, scenario="spill", camera=CAMERA, **NUMBER),
    "inject with a camera": lambda: gym.make(INJECT, base="two-way-v0", camera=CAMERA),
    "dreams with a camera": lambda: gym.make_vec(DREAM, camera=CAMERA, **NUMBER),
    **{base: functools.partial(inject, base) for base in BASES},
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("way", WAYS)
def test_copy_steps_as_the_original(name, way):
    env = MADE[name]()
    early = WAYS[way](env)
    for one in (env, early):
        apply(one, "reset", 3)
        apply(one, "step", 5)
        apply(one, "step", 6)
    late = WAYS[way](env)
    # one after the other: what one does must not change what the next one finds
    results = [[apply(one, "step", k) for k in range(4)] for one in (late, early, env)]
    assert results[0] == results[1] == results[2]
    assert repr(late.spec) == repr(env.spec)


def adapters():
    """Everything that wraps the twin or the dream for another library."""
    twins = functools.partial(gym.make_vec, DEBRIS, scenario="spill", **NUMBER)
    return {
        "twin for SB3": lambda: TwinVecEnv(twins()),
        "dream for SB3": lambda: DreamSB3VecEnv(3),
        "commands": lambda: CommandEnv(
            TwinVecEnv(twins()), functools.partial(Sight, None), 5000.0, 20000.0
        ),
    }


@pytest.mark.parametrize("name", adapters())
@pytest.mark.parametrize("way", WAYS)
def test_copy_of_an_adapter_steps_as_the_original(name, way):
    def drive(env, seed, count):
        rng, results = np.random.default_rng(seed), []
        for _ in range(count):
            env.action_space.seed(int(rng.integers(1000)))
            actions = np.stack([env.action_space.sample() for _ in range(3)])
            observation, reward, ended, infos = env.step(actions)
            for info in infos:
                info.get("episode", {}).pop("t", None)  # the time of day
            results.append(frozen([observation, reward, ended, infos]))
        return results

    env = adapters()[name]()
    env.seed(3)
    env.reset()
    drive(env, 0, 4)
    other = (copy.copy if way == "copy" else WAYS[way])(env)
    assert type(other) is type(env)
    assert drive(other, 1, 6) == drive(env, 1, 6)


@pytest.mark.parametrize("way", WAYS)
def test_copy_of_the_world_of_dreamer_steps_as_the_original(way):
    env = DreamerWorld(["spill"], 5000.0, 20000.0, 0.0, 3, 0)
    env.reset()
    env.step(np.array([1, 0]))
    other = WAYS[way](env)
    results = [frozen([one.step(np.array([1, 0])) for _ in range(4)]) for one in (other, env)]
    assert results[0] == results[1]


def reach(value, found):
    """Every array that may be written to, list, dictionary and generator below an object, by address."""
    is_fixed = isinstance(value, Immutable | Model | Sources | enum.Enum | str | bytes | np.dtype)
    if is_fixed or type(value) in FAR or id(value) in found:
        return found
    if isinstance(value, np.ndarray):
        if value.flags.writeable and value.size:
            found[value.__array_interface__["data"][0]] = value
        return found
    if isinstance(value, list | dict | set | np.random.Generator) or hasattr(value, "__dict__"):
        found[id(value)] = value
    parts = [*vars(value).values()] if hasattr(value, "__dict__") else []
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set):
        parts = [*value]
    for part in parts:
        reach(part, found)
    return found


@pytest.mark.parametrize(
    "make",
    [reference, lambda: twin(2), lambda: inject("merge-v1"), dream, lambda: dream(2)],
    ids=["reference", "twin", "inject", "dream", "dreams"],
)
def test_copy_shares_nothing_that_can_change(make):
    env = make()
    env.reset(seed=1)
    other = copy.deepcopy(env)
    mine, its = reach(env, {}), reach(other, {})
    assert [mine[key] for key in mine.keys() & its.keys()] == []


CONTINUE = """
import pickle, sys
from tests.contract.copied_environments import apply
for env in pickle.load(sys.stdin.buffer):
    print([apply(env, "step", k) for k in range(4)])
"""


def test_pickle_continues_in_another_process():
    kinds = [reference(), twin(2), inject("intersection-v2"), dream(2)]
    for env in kinds:
        env.reset(seed=3)
    sent = pickle.dumps(kinds)
    expected = [str([apply(env, "step", k) for k in range(4)]) for env in kinds]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CONTINUE],
        input=sent,
        capture_output=True,
        check=True,
    )
    printed = done.stdout.decode().splitlines()
    assert [line for line in printed if line.startswith("[")] == expected


def test_instance_stays_frozen_in_its_copies():
    env = twin(1)
    env.reset(seed=1)
    instance = env.instances[0]
    other = WAYS["pickle"](instance)
    assert other.hash == instance.hash
    assert not any(getattr(other, name).flags.writeable for name in ARRAYS)
    assert copy.deepcopy(instance) is instance


def test_seed_of_the_action_space_holds_beyond_a_reset():
    env = reference()
    env.action_space.seed(5)
    expected = [env.action_space.sample() for _ in range(3)]
    env.action_space.seed(5)
    for action in expected:
        env.reset(seed=1)
        np.testing.assert_array_equal(env.action_space.sample(), action)


@pytest.mark.parametrize("base", BASES)
def test_first_info_of_inject_depends_on_the_seed_only(base):
    infos = [inject(base).reset(seed=2)[1] for _ in range(3)]
    assert frozen(infos[0]) == frozen(infos[1]) == frozen(infos[2])


def test_traffic_of_the_intersection_has_the_habits_that_highway_env_wants(monkeypatch):
    names = ("DISTANCE_WANTED", "COMFORT_ACC_MAX", "COMFORT_ACC_MIN")
    ours = [getattr(CrossingVehicle, name) for name in names]
    for name in names:
        monkeypatch.setattr(CrossingVehicle, name, None)
    inject("intersection-v2").reset(seed=0)
    assert [getattr(CrossingVehicle, name) for name in names] == ours
