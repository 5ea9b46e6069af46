"""The base environments of Inject-v1: their settings, their longest episodes, and the types of their ``info``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import gymnasium as gym
import highway_env  # noqa: F401 (registers the base environments)
import numpy as np
from gymnasium.envs.registration import load_env_creator

from envs.errors import UserError, not_allowed
from envs.highway.picture_settings import (
    check_driver,
    check_mapping,
    check_picture,
    check_render_mode,
)

BASES: Final = ("merge-v1", "two-way-v0", "roundabout-v1", "intersection-v2", "racetrack-v1")
"""Environments that objects can be put into."""

UNLISTED: Final[Mapping[str, tuple[str, ...]]] = {
    "roundabout-v1": ("on_road_reward",),
    "intersection-v2": ("on_road_reward",),
    "racetrack-v1": ("on_road_reward",),
}
"""Settings that a base reads although its default configuration does not list them."""

USUAL: Final[Mapping[str, Mapping[str, Any]]] = {
    "intersection-v2": {"other_vehicles_type": "envs.inject.crossing.CrossingVehicle"},
}
"""Settings that differ from a base's defaults: the intersection's traffic has a class of its own."""


def make_base(base: str, config: object, render_mode: str | None) -> Any:  # noqa: ANN401
    """A base environment without Gymnasium's wrappers.

    Raises
    ------
    UserError
        If a setting does not fit.
    """
    check_render_mode(render_mode)
    check_config(base, config, render_mode)
    wanted = {**USUAL.get(base, {}), **check_mapping(config)}
    made: Any = gym.make(base, config=wanted, render_mode=render_mode).unwrapped
    # highway-env writes into the dictionary of the class, which all its environments share
    made.metadata = dict(made.metadata)
    made.update_metadata()
    return made


def check_config(base: str, config: object, render_mode: str | None) -> None:
    """Check the names of a base's settings, the values of those of the picture, and that pictures are not black.

    Raises
    ------
    UserError
        If the base has no such setting, a value does not fit, or highway-env would draw black pictures.
    """
    settings = check_mapping(config)
    entry: Any = load_env_creator(str(gym.spec(base).entry_point))
    allowed = [*entry.default_config(), *UNLISTED.get(base, ())]
    for key in settings:
        if key not in allowed:
            raise UserError(str(not_allowed("config", key, allowed)))
    is_observed = "GrayscaleObservation" in repr(settings.get("observation"))
    check_picture(settings, render_mode, is_observed=is_observed)
    if is_observed or render_mode is not None:
        check_driver()


def count_steps(base: str, config: Mapping[str, Any]) -> int | None:
    """Number of steps of a base's longest episode; ``None`` if only its traffic ends it.

    A base without a duration has the limit with which highway-env registers it, if any.
    """
    duration_s, frequency = config.get("duration"), config["policy_frequency"]
    if duration_s is None:
        return gym.spec(base).max_episode_steps
    if not 0 < frequency * duration_s < math.inf:
        return None
    # as highway-env adds up its clock: a quotient is one step off where the sum is rounded
    times_s = np.cumsum(np.full(math.ceil(frequency * duration_s) + 1, 1 / frequency))
    return int(np.searchsorted(times_s, duration_s)) + 1


def describe_base(info: Mapping[str, Any], action_space: gym.Space[Any]) -> dict[str, Any]:
    """A base's ``info`` with one type per key: Python's own numbers, and the action as its space has it."""
    described = {key: _plain(value) for key, value in info.items()}
    for key in ("rewards", "agents_rewards"):
        if key in described:
            described[key] = _floats(described[key])
    if isinstance(action_space, gym.spaces.Box):
        described["action"] = np.array(info["action"], action_space.dtype)
    elif isinstance(action_space, gym.spaces.Discrete):
        described["action"] = int(info["action"])
    return described


def _plain(value: Any) -> Any:  # noqa: ANN401 (any value of an info)
    """Nested numbers of NumPy as Python's own."""
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value


def _floats(values: Any) -> Any:  # noqa: ANN401 (a mapping or a tuple)
    """Rewards as floats: highway-env mixes truth values, integers and floats under one key."""
    if isinstance(values, dict):
        return {key: float(value) for key, value in values.items()}
    return tuple(float(value) for value in values)
