"""Adapters: policies made from a Stable-Baselines3 zip, a function, or a policy written for one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.action import to_floats
from envs.errors import UserError
from policies.base import Observation
from policies.sb3_zip.normalization import save_statistics
from policies.sb3_zip.policy import StableBaselines3, from_discrete
from policies.sb3_zip.record import detect_algorithm

__all__ = [
    "FromFunction",
    "OnePerWorld",
    "SingleWorldPolicy",
    "StableBaselines3",
    "detect_algorithm",
    "from_discrete",
    "save_statistics",
]


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
        """The actions of the copies, one after the other.

        Raises
        ------
        UserError
            If a copy returns anything but two real numbers.
        """
        actions = []
        for b, copy in enumerate(self._copies):
            own = {key: values[b] for key, values in observation.items()}
            actions.append(_one_action(copy, copy.act(own)))
        return np.stack(actions)


def _one_action(policy: SingleWorldPolicy, returned: object) -> NDArray[np.float64]:
    """The action of a policy for one world, ``(2,)``."""
    subject = f"policy {type(policy).__name__}: act"
    action = to_floats(subject, returned)
    if action.shape != (2,):
        raise UserError(
            f"{subject}: got shape {action.shape}, expected (2,): acceleration and lateral target of one world"
        )
    return action
