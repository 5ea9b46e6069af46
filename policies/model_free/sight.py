"""Sight: the inputs of a model-free policy, with or without the belief of the world model."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, column
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array
from policies.base import Observation
from policies.reactive.senses import BeliefSenses, Senses
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.model import actor_features as ft

COLUMNS: Final = np.array(
    [
        *range(column.D_LOOK, column.D_LOOK + NUM_LOOKS),
        column.D_RADAR,
        column.D_THERMAL,
        column.D_VISIBLE,
        column.D_AGE_SINCE_SEEN,
        column.D_TRACK_AGE,
        column.D_LENGTH,
        column.D_WIDTH,
        column.D_VZ,
        column.D_SD_X,
        column.D_SD_SIZE,
    ]
)
"""Columns of an object that ``policies.world_model.model.actor_features`` leaves out."""

SCALES: Final = np.array(
    [1.0] * NUM_LOOKS + [1.0, 1.0, 1.0, 0.5, 0.25, 0.5, 0.5, 0.3, 0.5, 2.0], np.float32
)
"""Factors of these columns, so that they are of order one."""

LARGEST: Final = 5.0

NUM_SENSED: Final = ft.NUM_OBJECTS * len(COLUMNS)
NUM_INPUTS: Final = ft.NUM_FEATURES + NUM_SENSED


class Sight:
    """The features of ``world_model.model.actor_features``, plus sensor readings of the same two objects.

    ``nets`` is the belief filter, which fills the columns about contents; ``None`` leaves them without information.
    """

    num_features = NUM_INPUTS

    def __init__(self, nets: FilterNets | None, size: int) -> None:
        self.senses = Senses(size) if nets is None else BeliefSenses(nets, size)

    def look(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Process one observation of every world: ``(B, NUM_INPUTS)``."""
        features = self.senses.look(observation, is_new)
        sensed = np.zeros((len(is_new), NUM_SENSED), np.float32)
        _sense(observation["debris"], sensed)
        return np.concatenate([features, sensed], axis=1)

    def put(self, chosen: NDArray[np.int64], other: Sight) -> None:
        """Overwrite the memory of some worlds, in place."""
        self.senses.put(chosen, other.senses)


@compiled
def _sense(debris: Array, out: Array) -> None:
    """Sensor readings of the nearest tracked objects ahead, nearest first, ``(B, NUM_SENSED)``."""
    for b in range(debris.shape[0]):
        last = -ft.BEHIND_M
        for n in range(ft.NUM_OBJECTS):
            found, least = -1, np.inf
            for j in range(DEBRIS_SLOTS):
                row = debris[b, j]
                is_far = abs(row[column.D_DY]) >= ft.ASIDE_M
                if row[column.D_TRACKED] > 0.5 and not is_far and last < row[column.D_DX] < least:
                    found, least = j, row[column.D_DX]
            if found < 0:
                break
            last = least
            for k in range(len(COLUMNS)):
                value = debris[b, found, COLUMNS[k]] * SCALES[k]
                out[b, n * len(COLUMNS) + k] = min(max(value, -LARGEST), LARGEST)
