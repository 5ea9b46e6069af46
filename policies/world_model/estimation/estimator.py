"""All filters together: from one observation to beliefs about vehicles and objects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.base import Observation
from policies.perception.tracks import Perception
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.parameters import FilterNets


class Beliefs(NamedTuple):
    """Beliefs about ``B`` worlds after one observation."""

    observation: Observation  # with the filtered motion of objects
    speeds: NDArray[np.float64]  # (B, 8, NUM_SPEEDS) of ``velocity_filter``
    contents: NDArray[np.float64]  # (B, 4, NUM_CLASSES) probabilities; zero for free slots
    members: NDArray[np.float64]  # (B, E, 4, NUM_CLASSES) the same by member of the ensemble


class Estimator:
    """The filters of ``B`` worlds; the arguments are those of ``Belief``."""

    def __init__(
        self, nets: FilterNets, look_trust: float, size: int, *, remembers: bool = True
    ) -> None:
        self._belief = Belief(nets, look_trust, size, remembers=remembers)
        self._perception = Perception(size, remembers=remembers)

    def update(self, observation: Observation, is_new: NDArray[np.bool_]) -> Beliefs:
        """Process one observation; ``is_new`` ``(B,)`` marks worlds in which an episode begins."""
        tracks = self._perception.update(observation, is_new)
        self._belief.update(observation, is_new, tracks.gone)
        return Beliefs(
            tracks.observation, tracks.speeds, self._belief.probabilities, self._belief.members
        )
