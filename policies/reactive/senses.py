"""Converts observations to features, decision by decision, in the same way while driving and in a dream."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.specification import column
from policies.base import Observation
from policies.perception.velocity_filter import VelocityFilter
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.model.actor_features import NUM_FEATURES, observe_features
from policies.world_model.model.state import empty_state

LOOK_TRUST: Final = 0.5
"""Share of the belief that uses the look; see ``policies.world_model.estimation.belief.Belief``."""


class Eyes(Protocol):
    """Interface of feature readers: from observations of some worlds to features; may have memory.

    Attributes
    ----------
    num_features
        ``F``; the first ``NUM_FEATURES`` are those of ``policies.world_model.model.actor_features``.
    """

    num_features: int

    def look(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Process one observation of every world: ``(B, F)``; episodes begin where ``is_new``."""
        ...

    def put(self, chosen: NDArray[np.int64], other: Any) -> None:  # noqa: ANN401 (one of its own kind)
        """Overwrite the memory of some worlds, in place."""
        ...


class Senses:
    """Features without a belief about contents; the filtered speeds of vehicles are remembered."""

    num_features = NUM_FEATURES

    def __init__(self, size: int) -> None:
        self._seen = VelocityFilter(size)
        self._scratch = empty_state()

    def look(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Process one observation of every world: ``(B, NUM_FEATURES)``; episodes begin where ``is_new``."""
        rows = observation["vehicles"]
        speeds = self._seen.note(rows, is_new)
        out = np.zeros((len(is_new), NUM_FEATURES), np.float32)
        observe_features(
            observation["ego"],
            rows,
            observation["debris"],
            speeds,
            self.believe(observation, is_new),
            self._scratch,
            out,
        )
        return out

    def believe(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Class probabilities ``(B, 4, NUM_CLASSES)``; zero for free slots."""
        del is_new
        tracked = observation["debris"][..., [column.D_TRACKED]] > 0.5
        return np.where(tracked, np.full(NUM_CLASSES, 1.0 / NUM_CLASSES), 0.0)

    def put(self, chosen: NDArray[np.int64], other: Senses) -> None:
        """Overwrite the memory of some worlds, in place."""
        self._seen.put(chosen, other._seen)


class BeliefSenses(Senses):
    """Features with the belief filter ``nets`` of the world model."""

    def __init__(self, nets: FilterNets, size: int) -> None:
        super().__init__(size)
        self.belief = Belief(nets, LOOK_TRUST, size)

    def believe(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Class probabilities ``(B, 4, NUM_CLASSES)`` from the filter."""
        self.belief.update(observation, is_new)
        return self.belief.probabilities

    def put(self, chosen: NDArray[np.int64], other: Senses) -> None:
        """Overwrite the memory of some worlds, in place."""
        super().put(chosen, other)
        if isinstance(other, BeliefSenses):
            self.belief.put(chosen, other.belief)
