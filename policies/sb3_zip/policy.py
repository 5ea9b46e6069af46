"""StableBaselines3: an agent from a zip as a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.action import (
    DISCRETE_ACCELERATIONS_MPS2,
    DISCRETE_LANES,
    DISCRETE_SHIFTS_M,
)
from envs.errors import UserError, not_allowed
from envs.specification import LANE_WIDTH_M, column
from policies.base import Observation
from policies.command import to_action
from policies.sb3_zip.inert import decode
from policies.sb3_zip.loading import check_algorithm, load_inert, load_trusted
from policies.sb3_zip.normalization import NONE, load_statistics, was_normalized
from policies.sb3_zip.record import ALGORITHMS, Record, read_record
from policies.sb3_zip.spaces import ActionMap, AgentObservation, Route, find_route, restore

BLOCK_ROWS: Final = 32
"""Worlds are handed to the network in blocks of exactly this many rows: the last bits of a matrix product depend on its
number of rows, and a decision must not depend on how many worlds there are."""


class StableBaselines3:
    """An agent that Stable-Baselines3 or sb3-contrib trained on Debris-v1, acting deterministically.

    Parameters
    ----------
    path
        Of the zip that ``model.save`` wrote.
    algorithm
        One of ``ALGORITHMS``; by default the one that the zip records.
    normalize
        File with the statistics of the ``VecNormalize`` that it was trained in, which
        ``policies.adapters.save_statistics(venv, "statistics.npz")`` writes; ``"none"`` if it saw raw observations
        although the zip looks otherwise.
    trusted
        Whether to run code that the zip contains, such as network classes of your own. Otherwise none of it is run,
        and a zip that needs it is refused.
    camera
        Argument ``camera`` of the environment for an agent that was trained on pictures.

    Raises
    ------
    UserError
        If the file is missing or damaged, was trained in spaces that cannot be converted, or needs statistics.
    not_allowed
        If there is no such algorithm.

    Notes
    -----
    Actions are mapped linearly from the bounds of the agent's action space to [-1, 1], as ``RescaleAction`` does.
    Observations must have the keys, shapes, bounds and types of Debris-v1, or be what ``FilterObservation`` and
    ``FlattenObservation`` make of them, or the picture of the camera, alone or among them.
    """

    privileged = False

    def __init__(
        self,
        path: str,
        algorithm: str | None = None,
        normalize: str | None = None,
        *,
        trusted: bool = False,
        camera: str | Mapping[str, Any] | None = None,
    ) -> None:
        if algorithm is not None and algorithm not in ALGORITHMS:
            raise not_allowed("algorithm", algorithm, ALGORITHMS)
        record = read_record(path)
        name = check_algorithm(record, algorithm)
        if trusted:
            self._model = load_trusted(record, name)
            spaces = self._model.observation_space, self._model.action_space
        else:
            spaces = (
                restore(decode(record, "observation_space")),
                restore(decode(record, "action_space")),
            )
        self.camera = camera
        self._route = find_route(path, spaces[0], _picture_shape(camera))
        self._actions = ActionMap(path, spaces[1])
        if not trusted:
            self._model = load_inert(record, name, *spaces)
        _check_scale(record, self._route, normalize)
        self._normalization = (
            None if normalize in {None, NONE} else load_statistics(str(normalize), self._route)
        )
        self._states: list[Any] = []
        self._begins = np.zeros(0, np.bool_)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Mark worlds in which an episode begins, for a recurrent agent."""
        del seeds
        is_same = len(mask) == len(self._begins)
        self._begins = self._begins | mask if is_same else mask.copy()

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """The agent's most likely action."""
        seen = self._route.pick(observation)
        if self._normalization is not None:
            seen = self._normalization.apply(seen)
        size = len(observation["ego"])
        num_blocks = -(-size // BLOCK_ROWS)
        rows = np.minimum(np.arange(num_blocks * BLOCK_ROWS), size - 1)
        if len(self._states) != num_blocks:
            self._states = [None] * num_blocks
        parts = []
        for k, block in enumerate(rows.reshape(num_blocks, BLOCK_ROWS)):
            actions, self._states[k] = self._model.predict(
                _rows(seen, block),
                state=self._states[k],
                episode_start=self._begins[block],
                deterministic=True,
            )
            parts.append(np.asarray(actions))
        self._begins = np.zeros(size, np.bool_)
        chosen = np.concatenate(parts)[:size]
        if self._actions.is_discrete:
            return from_discrete(observation, chosen.astype(np.int64))
        return self._actions.continuous(chosen)


def _picture_shape(camera: str | Mapping[str, Any] | None) -> tuple[int, int, int] | None:
    """Shape of a camera's pictures; ``None`` without one."""
    if camera is None:
        return None
    # here, because most agents read numbers and need no renderer
    from envs.camera import camera_from

    found = camera_from(camera)
    return found.height, found.width, 3


def _check_scale(record: Record, route: Route, normalize: str | None) -> None:
    """Raise an error if the agent was trained on observations of another scale than it would get."""
    is_scaled = None if normalize == NONE else was_normalized(record, route)
    if is_scaled and normalize is None:
        raise UserError(
            f"path: {record.path!r} was trained on normalised observations (VecNormalize): write a policy file with "
            f"'_target_: policies.adapters.StableBaselines3', 'path: {record.path}' and 'normalize: statistics.npz', "
            "which policies.adapters.save_statistics(venv, 'statistics.npz') writes, or 'normalize: none' to drive it "
            "on raw ones"
        )
    if is_scaled is False and normalize is not None:
        raise UserError(
            f"normalize: got {normalize!r}, but {record.path!r} was trained on raw observations: leave it out"
        )


def _rows(seen: AgentObservation, block: NDArray[np.intp]) -> AgentObservation:
    """Some worlds of an observation."""
    if isinstance(seen, dict):
        return {key: values[block] for key, values in seen.items()}
    return seen[block]


def from_discrete(observation: Observation, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """The continuous action ``(B, 2)`` for indices ``(B,)`` of ``envs.action.DISCRETE_NAMES``.

    Lane choices count from the lane of the ego in ``observation``.
    """
    count = len(DISCRETE_ACCELERATIONS_MPS2)
    y = observation["ego"][:, column.E_Y].astype(np.float64)
    lane = np.floor(y / LANE_WIDTH_M + 0.5) + DISCRETE_LANES[index // count]
    target = lane * LANE_WIDTH_M + DISCRETE_SHIFTS_M[index // count]
    return to_action(observation, DISCRETE_ACCELERATIONS_MPS2[index % count], target)
