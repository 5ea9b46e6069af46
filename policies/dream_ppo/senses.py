"""From observations to features, decision by decision: the same while driving and while dreaming."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import VEHICLE_SLOTS, column
from policies.base import Observation
from policies.dream_ppo.features import NUM_FEATURES, observe_features
from policies.world_model.belief import Belief
from policies.world_model.nets import FilterNets
from policies.world_model.state import empty_state

LOOK_TRUST: Final = 0.5
"""Of the belief; see ``policies.world_model.belief.Belief``."""


class Senses:
    """What is remembered of ``B`` worlds in order to see them: the belief filter, and last speeds of vehicles.

    Parameters
    ----------
    nets
        The belief filter.
    size
        ``B``.
    look_trust
        Share of the belief that uses the look.
    """

    def __init__(self, nets: FilterNets, size: int, look_trust: float = LOOK_TRUST) -> None:
        self._nets, self._look_trust = nets, look_trust
        self.belief = Belief(nets, look_trust, size)
        self._seen = np.zeros((size, VEHICLE_SLOTS, 2))
        self._identity = np.full((size, VEHICLE_SLOTS), -1.0)
        self._scratch = empty_state()

    def look(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Take in one observation of every world.

        Parameters
        ----------
        observation
            Batched.
        is_new
            ``(B,)``: worlds in which an episode begins.

        Returns
        -------
        ndarray
            ``(B, NUM_FEATURES)``.
        """
        self.belief.update(observation, is_new)
        rows = observation["vehicles"]
        tracked = rows[..., column.V_TRACKED] > 0.5
        identity = np.where(tracked, rows[..., column.V_IDENTITY], -1.0)
        same = tracked & (identity == self._identity) & ~is_new[:, None]
        speeds = self._seen * same[..., None]
        self._identity = identity
        fresh = tracked & (rows[..., column.V_AGE_SINCE_SEEN] == 0.0)
        self._seen = np.stack([rows[..., column.V_VX], fresh], axis=-1).astype(np.float64)
        out = np.zeros((len(is_new), NUM_FEATURES), np.float32)
        observe_features(
            observation["ego"],
            rows,
            observation["debris"],
            speeds,
            self.belief.probabilities,
            self._scratch,
            out,
        )
        return out

    def put(self, chosen: NDArray[np.int64], other: Senses) -> None:
        """Overwrite what is remembered of some worlds, in place."""
        self.belief.put(chosen, other.belief)
        self._seen[chosen], self._identity[chosen] = other._seen, other._identity
