"""Adapters: policies made from a Stable-Baselines3 zip, a function, or a policy written for one world."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.action import (
    DISCRETE_ACCELERATIONS_MPS2,
    DISCRETE_LANES,
    DISCRETE_NAMES,
    DISCRETE_SHIFTS_M,
)
from envs.errors import UserError, describe_cause, not_allowed
from envs.specification import LANE_WIDTH_M, column
from policies.base import Observation
from policies.command import to_action

ALGORITHMS: Final = ("PPO", "A2C", "SAC", "TD3", "DDPG", "DQN")
"""Algorithms of Stable-Baselines3 whose zip can be loaded."""

BLOCK_ROWS: Final = 32
"""Worlds are handed to the network in blocks of exactly this many rows: the last bits of a matrix product depend on its
number of rows, and a decision must not depend on how many worlds there are."""


class FromFunction:
    """A policy that is one function of the batched observation, without memory.

    Parameters
    ----------
    function
        Takes the observation, returns ``(B, 2)`` in [-1, 1]. In YAML:
        ``{_target_: my_package.decide, _partial_: true}``.
    """

    privileged = False

    def __init__(self, function: Callable[[Observation], NDArray[np.floating[Any]]]) -> None:
        self._function = function

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Do nothing, because there is no memory."""

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """The result of the function."""
        return self._function(observation)


class SingleWorldPolicy(Protocol):
    """A policy for one world, as written for ``gym.make``: observations without a leading axis."""

    def reset(self, seed: int) -> None:
        """Begin a new episode."""
        ...

    def act(self, observation: Mapping[str, NDArray[np.float32]]) -> NDArray[np.floating[Any]]:
        """One action, ``(2,)`` in [-1, 1]."""
        ...


class OnePerWorld:
    """One copy of a single-world policy for every world of the batch.

    Parameters
    ----------
    make
        Returns a new ``SingleWorldPolicy``. In YAML: ``{_target_: my_package.MyPolicy, _partial_: true}``.
    """

    privileged = False

    def __init__(self, make: Callable[[], SingleWorldPolicy]) -> None:
        self._make = make
        self._copies: list[SingleWorldPolicy] = []

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Reset the copies of these worlds."""
        if len(self._copies) != len(mask):
            self._copies = [self._make() for _ in mask]
        for b in np.flatnonzero(mask).tolist():
            self._copies[b].reset(int(seeds[b]))

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The actions of the copies, one after the other."""
        actions = []
        for b, copy in enumerate(self._copies):
            own = {key: values[b] for key, values in observation.items()}
            actions.append(np.asarray(copy.act(own), np.float64))
        return np.stack(actions)


class StableBaselines3:
    """An agent that Stable-Baselines3 trained on Debris-v0, acting deterministically.

    Parameters
    ----------
    path
        Of the zip that ``model.save`` wrote. Loading it runs code that it holds: take it only from people you trust.
    algorithm
        One of ``ALGORITHMS``.

    Raises
    ------
    UserError
        If the file is missing, damaged, or was trained in other spaces.
    not_allowed
        If there is no such algorithm.
    """

    privileged = False

    def __init__(self, path: str, algorithm: str = "PPO") -> None:
        if algorithm not in ALGORITHMS:
            raise not_allowed("algorithm", algorithm, ALGORITHMS)
        if not Path(path).is_file():
            raise UserError(f"path: got {path!r}, there is no such file")
        warnings.warn(
            f"{path}: loading a Stable-Baselines3 zip runs code that it contains", stacklevel=2
        )
        # not at the top: torch takes seconds, and most policies do without
        import stable_baselines3

        try:
            self._model = getattr(stable_baselines3, algorithm).load(path, device="cpu")
        except Exception as error:
            # a damaged file can fail in any way: zip, JSON, tensors, attributes
            raise UserError(
                f"path: {path!r} is not a Stable-Baselines3 {algorithm} checkpoint: {describe_cause(error)}"
            ) from None
        self._is_discrete = hasattr(self._model.action_space, "n")
        self._check_spaces(path)
        self._states: list[Any] = []
        self._begins = np.zeros(0, np.bool_)

    def _check_spaces(self, path: str) -> None:
        """Raise an error if the agent was trained in another environment."""
        spaces = getattr(self._model.observation_space, "spaces", {})
        wanted = {
            "ego": column.NUM_EGO,
            "vehicles": column.NUM_VEHICLE,
            "debris": column.NUM_DEBRIS,
        }
        shapes = {name: space.shape[-1] for name, space in spaces.items()}
        actions = len(DISCRETE_NAMES) if self._is_discrete else 2
        space = self._model.action_space
        found = space.n if self._is_discrete else space.shape[0]
        if shapes != wanted or found != actions:
            raise UserError(
                f"path: {path!r} was trained with other observation or action spaces than Debris-v0's"
            )

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Mark worlds in which an episode begins, for a recurrent agent."""
        del seeds
        self._begins = mask.copy()

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The agent's most likely action."""
        size = len(observation["ego"])
        num_blocks = -(-size // BLOCK_ROWS)
        rows = np.minimum(np.arange(num_blocks * BLOCK_ROWS), size - 1)
        if len(self._states) != num_blocks:
            self._states = [None] * num_blocks
        parts = []
        for k, block in enumerate(rows.reshape(num_blocks, BLOCK_ROWS)):
            actions, self._states[k] = self._model.predict(
                {key: values[block] for key, values in observation.items()},
                state=self._states[k],
                episode_start=self._begins[block],
                deterministic=True,
            )
            parts.append(np.asarray(actions))
        self._begins = np.zeros(size, np.bool_)
        chosen = np.concatenate(parts)[:size]
        if self._is_discrete:
            return from_discrete(observation, chosen.astype(np.int64))
        return np.clip(chosen.astype(np.float64), -1.0, 1.0)


def from_discrete(observation: Observation, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """The continuous action ``(B, 2)`` for indices ``(B,)`` of ``envs.action.DISCRETE_NAMES``.

    Lane choices count from the lane of the ego in ``observation``.
    """
    count = len(DISCRETE_ACCELERATIONS_MPS2)
    y = observation["ego"][:, column.E_Y].astype(np.float64)
    lane = np.floor(y / LANE_WIDTH_M + 0.5) + DISCRETE_LANES[index // count]
    target = lane * LANE_WIDTH_M + DISCRETE_SHIFTS_M[index // count]
    return to_action(observation, DISCRETE_ACCELERATIONS_MPS2[index % count], target)
