"""Environments that the tests of copies make, what is done to them, and results in a form that compares bit by bit."""

import copy
import functools
import pickle
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import cloudpickle
import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorWrapper
from gymnasium.wrappers import Autoreset, OrderEnforcing, PassiveEnvChecker, TimeLimit

from envs.batched.env import DebrisVectorEnv
from envs.errors import UserError
from envs.highway.env import DebrisEnv
from envs.inject.env import InjectEnv
from envs.scenario.generator import FAMILIES
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISIONS_PER_EPISODE, TICKS_PER_DECISION, episode
from policies.world_model.dream.env import DreamEnv
from policies.world_model.dream.simulation.settings import read_imagination
from policies.world_model.dream.vector_env import DreamVectorEnv

SMALL = {"screen_width": 320, "screen_height": 208}
"""Size of the pictures: with the read-out, without the close-up."""

STEPS = 3
"""Length of an episode where a wrapper or an argument limits it."""


def ends_soon(rng, source, setting):
    """An episode of which at most four decisions are left, so that automatic restarts are frequent."""
    name = ("boxed_in", "lone_object", "spill", "falling_load")[int(rng.integers(4))]
    instance = FAMILIES[name](rng, source, setting)
    arrays = instance.copy_arrays()
    decision = DECISIONS_PER_EPISODE - int(rng.integers(1, 5))
    arrays["episode_i"][episode.DECISION] = decision
    arrays["episode_i"][episode.TICK] = decision * TICKS_PER_DECISION
    return ScenarioInstance(name, instance.variant, instance.debris_types, **arrays)


imagination = functools.cache(read_imagination)


def wrapped(env, steps=STEPS):
    """The wrappers of ``gym.make``, and automatic restarts."""
    return Autoreset(TimeLimit(OrderEnforcing(PassiveEnvChecker(env)), steps))


def reference():
    return DebrisEnv(render_mode="rgb_array", config=SMALL)


def inject(base):
    config = {**SMALL, "policy_frequency": 5}
    return InjectEnv(base, render_mode="rgb_array", config=config, num_objects=3, split="all")


def twin(num_envs, mode=AutoresetMode.SAME_STEP):
    return DebrisVectorEnv(num_envs, scenario=ends_soon, autoreset_mode=mode)


def dream(num_envs=None, mode=AutoresetMode.SAME_STEP):
    settings = {"checkpoint": imagination("shipped"), "horizon": STEPS}
    if num_envs is None:
        return DreamEnv(render_mode="rgb_array", **settings)
    return DreamVectorEnv(num_envs, autoreset_mode=mode, **settings)


class Engine(NamedTuple):
    """A kind of environment.

    Attributes
    ----------
    makers
        Functions that make one, in several variants.
    can
        Names of what it can do besides ``reset`` and ``step``.
    """

    makers: tuple[Callable[[], Any], ...]
    can: frozenset[str] = frozenset()


ENGINES = {
    "reference": Engine((lambda: wrapped(reference()),), frozenset({"render", "sample"})),
    "twin": Engine(
        (
            lambda: twin(1),
            lambda: twin(5),
            lambda: VectorWrapper(VectorWrapper(twin(2))),
            lambda: twin(3, AutoresetMode.NEXT_STEP),
            lambda: twin(2, AutoresetMode.DISABLED),
        ),
        # its state does not hold the generator of the action space
        frozenset({"mask", "state", "load", "branch"}),
    ),
    "inject": Engine(
        (lambda: wrapped(inject("two-way-v0")), lambda: wrapped(inject("merge-v1"))),
        frozenset({"render", "sample"}),
    ),
    "dream": Engine(
        (lambda: dream(3), lambda: dream(1), lambda: dream(2, AutoresetMode.NEXT_STEP)),
        frozenset({"mask", "sample"}),
    ),
    "drawn dream": Engine((lambda: wrapped(dream(), 100),), frozenset({"render", "sample"})),
}

WAYS = {
    # a wrapper is Gymnasium's: its shallow copy shares the environment, as Python says
    "copy": lambda env: (copy.copy if env.unwrapped is env else copy.deepcopy)(env),
    "deepcopy": copy.deepcopy,
    "pickle": lambda env: pickle.loads(pickle.dumps(env)),  # noqa: S301 (our own)
    "cloudpickle": lambda env: pickle.loads(cloudpickle.dumps(env)),  # noqa: S301
}


def frozen(value):
    """Nested tuples that are equal only if every bit, type and shape is."""
    if isinstance(value, Mapping):
        return tuple((key, frozen(value[key])) for key in sorted(value))
    if isinstance(value, tuple | list):
        return tuple(map(frozen, value))
    if isinstance(value, ScenarioInstance):
        return value.hash
    if value is None or isinstance(value, str | bool | int):
        return value
    array = np.asarray(value)
    if array.dtype == object:
        return array.shape, frozen(array.ravel().tolist())
    if array.dtype.names:
        return tuple(frozen(array[name]) for name in array.dtype.names)
    return array.dtype.str, array.shape, array.tobytes()


def action_of(space, number):
    """The action that belongs to a number."""
    rng = np.random.default_rng(number)
    if isinstance(space, gym.spaces.Box):
        return rng.uniform(-1.0, 1.0, space.shape).astype(np.float32)
    return int(rng.integers(space.n))


def apply(env, name, number):
    """Do something to an environment; the frozen result, or the text of the refusal."""
    try:
        return frozen([call(env, name, number), look_into(env.unwrapped)])
    except UserError as error:
        return str(error)


def call(env, name, number):
    """Do something to an environment; the result."""
    inner = env.unwrapped
    if name == "reset":
        return env.reset(seed=number)
    if name == "mask":
        mask = np.random.default_rng(number).random(inner.num_envs) < 0.5
        mask[number % inner.num_envs] = True
        return env.reset(options={"reset_mask": mask})
    if name == "step":
        return env.step(action_of(env.action_space, number))
    if name == "sample":
        return env.action_space.sample()
    if name == "render":
        return env.render()
    if name == "state":
        return inner.state_dict()
    plans = np.random.default_rng(number).uniform(-1.0, 1.0, (inner.num_envs, 2, 2, 2))
    return tuple(inner.branch(plans))


def look_into(env):
    """What an Inject does not show in its results: the places of objects and vehicles."""
    if not isinstance(env, InjectEnv):
        return None
    vehicles = [[*item.position, item.heading, item.speed] for item in env.base.road.vehicles]
    return [np.array(vehicles), env.world.debris_f, env.world.episode_i]
