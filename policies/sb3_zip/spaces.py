"""Compares the spaces that an agent was trained in with those of Debris-v1, and converts between them."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.spaces.utils import flatten_space
from numpy.typing import NDArray

from envs.action import DISCRETE_NAMES
from envs.errors import UserError
from envs.observation import PICTURE, TABLE, observation_space
from policies.base import Observation
from policies.sb3_zip.inert import Stub

OURS: Final = observation_space()

_NUM_ACTIONS: Final = len(DISCRETE_NAMES)

AgentObservation = dict[str, NDArray[np.float32]] | NDArray[np.float32]


def restore(value: object) -> gym.Space[Any] | None:
    """The space that a decoded entry describes; ``None`` if it is neither a ``Box``, a ``Discrete`` nor a ``Dict``."""
    try:
        return _restore(value)
    except (KeyError, TypeError, ValueError, AssertionError, AttributeError):
        return None  # the state of no space


def _restore(value: object) -> gym.Space[Any] | None:
    if not isinstance(value, Stub) or not isinstance(value.state, dict):
        return None
    kind, state = value.origin.rpartition(".")[2], value.state
    if kind == "Box":
        low, high = np.asarray(state["low"]), np.asarray(state["high"])
        return gym.spaces.Box(low, high, dtype=low.dtype.type)
    if kind == "Discrete":
        return gym.spaces.Discrete(int(state["n"]), start=int(state.get("start", 0)))
    if kind != "Dict":
        return None
    parts = {str(key): _restore(part) for key, part in state["spaces"].items()}
    known = {key: part for key, part in parts.items() if part is not None}
    return gym.spaces.Dict(known) if len(known) == len(parts) else None


class Route(NamedTuple):
    """How an agent sees Debris-v1: through which keys, and whether as one flat array or as the picture alone."""

    keys: tuple[str, ...]
    is_flat: bool
    is_bare: bool = False

    def pick(self, observation: Observation) -> AgentObservation:
        """What the agent sees of an observation of Debris-v1."""
        if self.is_bare:
            return observation[PICTURE]
        if not self.is_flat:
            return {key: observation[key] for key in self.keys}
        # the order of Gymnasium's flatten, which is that of the keys in the space
        return np.concatenate(
            [observation[key].reshape(len(observation[key]), -1) for key in self.keys], axis=1
        )

    def split(self, seen: Any) -> dict[str, NDArray[Any]]:  # noqa: ANN401 (from a file)
        """The parts by key of what an agent saw."""
        if self.is_bare:
            return {PICTURE: np.asarray(seen)}
        if not self.is_flat:
            return {key: np.asarray(seen[key]) for key in self.keys}
        sizes = [int(np.prod(OURS[key].shape or ())) for key in self.keys]
        return dict(
            zip(self.keys, np.split(np.asarray(seen), np.cumsum(sizes)[:-1], axis=1), strict=True)
        )


def find_route(
    path: str, space: gym.Space[Any] | None, shape: tuple[int, int, int] | None = None
) -> Route:
    """How an agent with this observation space sees Debris-v1.

    Gymnasium's ``FilterObservation`` and ``FlattenObservation`` are understood, alone and together.

    Parameters
    ----------
    path
        Of the zip, for messages.
    space
        In which the agent was trained.
    shape
        Of a picture, if the agent is given a camera. Stable-Baselines3 keeps the colours of a picture first.

    Raises
    ------
    UserError
        If the space differs in keys, shape, bounds or dtype, or a camera is missing or of no use.
    """
    _check_pictures(path, space, shape)
    if _is_picture(space):
        return Route((PICTURE,), is_flat=False, is_bare=True)
    if isinstance(space, gym.spaces.Dict):
        for key, part in space.spaces.items():
            if key == PICTURE and _is_picture(part):
                continue
            if key not in OURS.spaces:
                raise UserError(
                    f"path: {path!r}: observation {key}: allowed are {', '.join(TABLE)}"
                )
            _compare(path, key, part)
        return Route(tuple(space.spaces), is_flat=False)
    for count in range(len(OURS.spaces), 0, -1):
        for keys in combinations(OURS.spaces, count):
            if space == flatten_space(gym.spaces.Dict({key: OURS[key] for key in keys})):
                return Route(keys, is_flat=True)
    raise UserError(
        f"path: {path!r}: observation: got {_describe(space)}, expected {_describe(OURS)}, or what FilterObservation "
        "and FlattenObservation make of it"
    )


def _check_pictures(
    path: str, space: gym.Space[Any] | None, shape: tuple[int, int, int] | None
) -> None:
    """Raise an error if the pictures in an agent's space are not those of its camera, of this shape or none."""
    parts = space.spaces.values() if isinstance(space, gym.spaces.Dict) else [space]
    pictures = [part for part in parts if _is_picture(part)]
    if not pictures and shape is not None:
        raise UserError(f"camera: {path!r} was trained without pictures: leave it out")
    for part in pictures:
        if shape is None:
            raise UserError(
                f"camera: missing: {path!r} was trained on pictures, {_describe(part)}: write a policy file with "
                f"'_target_: policies.adapters.StableBaselines3', 'path: {path}' and 'camera: 64x96', or what it saw"
            )
        if part is not None and part.shape not in {shape, (shape[2], *shape[:2])}:
            raise UserError(
                f"camera: got pictures of shape {shape}, but {path!r} was trained on {_describe(part)}"
            )


def _is_picture(space: gym.Space[Any] | None) -> bool:
    """Whether a space is one of pictures."""
    return isinstance(space, gym.spaces.Box) and space.dtype == np.uint8 and len(space.shape) == 3


def _compare(path: str, key: str, found: gym.Space[Any]) -> None:
    """Raise an error for a part of the observation that differs from that of Debris-v1."""
    wanted = OURS[key]
    if found == wanted:
        return
    if not isinstance(found, gym.spaces.Box) or not isinstance(wanted, gym.spaces.Box):
        raise UserError(
            f"path: {path!r}: observation {key}: got {_describe(found)}, expected {_describe(wanted)}"
        )
    if (found.shape, found.dtype) != (wanted.shape, wanted.dtype):
        raise UserError(
            f"path: {path!r}: observation {key}: got {_describe(found)}, expected {_describe(wanted)}"
        )
    differs = ~(np.isclose(found.low, wanted.low) & np.isclose(found.high, wanted.high))
    first = tuple(np.argwhere(differs)[0])
    raise UserError(
        f"path: {path!r}: observation {key}: {TABLE[key][first[-1]].name}: got bounds {found.low[first]} to "
        f"{found.high[first]}, expected {wanted.low[first]} to {wanted.high[first]}: a wrapper has rescaled it"
    )


class ActionMap:
    """Converts an agent's actions to those of Debris-v1.

    Parameters
    ----------
    path
        Of the zip, for messages.
    space
        In which the agent was trained: ``Discrete`` as Debris-v1's, or a ``Box`` of two numbers, whose bounds are
        mapped linearly to [-1, 1], as ``RescaleAction`` does.

    Raises
    ------
    UserError
        If it is another space, or a bound is infinite.

    Examples
    --------
    >>> ActionMap("a.zip", gym.spaces.Box(0.0, 1.0, (2,))).continuous(np.array([[0.0, 0.75]]))
    array([[-1. ,  0.5]])
    """

    def __init__(self, path: str, space: gym.Space[Any] | None) -> None:
        self.is_discrete = isinstance(space, gym.spaces.Discrete)
        if self.is_discrete and space == gym.spaces.Discrete(_NUM_ACTIONS):
            return
        if not isinstance(space, gym.spaces.Box) or space.shape != (2,) or space.dtype.kind != "f":
            raise UserError(
                f"path: {path!r}: action: got {_describe(space)}, expected two real numbers or Discrete({_NUM_ACTIONS})"
            )
        self._low, self._high = space.low.astype(np.float64), space.high.astype(np.float64)
        is_bounded = np.isfinite(self._low) & np.isfinite(self._high) & (self._low < self._high)
        if not is_bounded.all():
            raise UserError(
                f"path: {path!r}: action: got bounds {self._low.tolist()} to {self._high.tolist()}, expected finite "
                "ones, which are mapped to [-1, 1]"
            )
        # the map is the identity then, but its arithmetic would round
        self._is_same = bool((self._low == -1.0).all() and (self._high == 1.0).all())

    def continuous(self, actions: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Actions ``(B, 2)`` within [-1, 1]."""
        own = actions.astype(np.float64)
        if not self._is_same:
            own = 2.0 * (own - self._low) / (self._high - self._low) - 1.0
        return np.clip(own, -1.0, 1.0)


def _describe(space: gym.Space[Any] | None) -> str:
    """A space in a few words."""
    if isinstance(space, gym.spaces.Dict):
        return ", ".join(f"{key} {_describe(part)}" for key, part in space.spaces.items())
    if isinstance(space, gym.spaces.Box):
        return f"Box {space.shape} {space.dtype}"
    return "a space of another kind" if space is None else str(space)
