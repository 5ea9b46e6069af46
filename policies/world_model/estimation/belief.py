"""The belief filter in use: class probabilities of every tracked object, updated once per decision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, column
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array
from policies.base import Observation
from policies.networks.compiled import forward, gru_step
from policies.perception.existence import Existence
from policies.world_model.estimation.belief_features import (
    FIRST_LOOK,
    NUM_BELIEF_FEATURES,
    belief_features,
)
from policies.world_model.estimation.content_classes import NOTHING, NUM_CLASSES
from policies.world_model.estimation.parameters import FilterNets


class Belief:
    """Beliefs about the contents of the tracked objects in ``B`` worlds.

    Parameters
    ----------
    nets
        The filter.
    look_trust
        Share of the belief that uses the look; the rest is of a filter that is shown none, from 0 to 1.
    size
        ``B``.
    remembers
        Whether earlier observations count; if not, every decision begins with an empty memory.
    """

    def __init__(
        self, nets: FilterNets, look_trust: float, size: int, *, remembers: bool = True
    ) -> None:
        self._nets = nets
        self._look_trust = look_trust
        self._remembers = remembers
        hidden = nets.gru.wh.shape[0]
        members = nets.contents.b1.shape[0]
        # two filters: one sees the look, one does not
        self._memory = np.zeros((2, size, DEBRIS_SLOTS, hidden), np.float32)
        self._identity = np.full((size, DEBRIS_SLOTS), -1.0)
        self._existence = Existence(size)
        self.members = np.zeros((size, members, DEBRIS_SLOTS, NUM_CLASSES))
        """``(B, E, 4, NUM_CLASSES)`` probabilities of every head."""

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Class probabilities, averaged over the heads, ``(B, 4, NUM_CLASSES)``; zero for free slots."""
        mean: NDArray[np.float64] = self.members.mean(axis=1)
        return mean

    def put(self, chosen: NDArray[np.int64], other: Belief) -> None:
        """Overwrite some worlds with those of another belief, in place."""
        self._memory[:, chosen] = other._memory
        self._identity[chosen], self.members[chosen] = other._identity, other.members
        self._existence.put(chosen, other._existence)

    def update(
        self,
        observation: Observation,
        is_new: NDArray[np.bool_],
        gone: NDArray[np.float64] | None = None,
    ) -> None:
        """Process one batched observation.

        Parameters
        ----------
        observation
            As measured, not filtered.
        is_new
            ``(B,)``: worlds in which an episode begins.
        gone
            ``(B, 4)`` of ``policies.perception.tracks``; computed here if not given.
        """
        if not self._remembers:
            is_new = np.ones_like(is_new)
        rows = observation["debris"]
        identity = np.where(rows[..., column.D_TRACKED] > 0.5, rows[..., column.D_IDENTITY], -1.0)
        self._memory[:, (identity != self._identity) | is_new[:, None]] = 0.0
        self._identity = identity
        update_beliefs(
            observation["ego"],
            observation["vehicles"],
            rows,
            self._nets,
            self._look_trust,
            self._memory,
            self.members,
        )
        if gone is None:
            gone = self._existence.note(observation, is_new)
        self.members *= 1.0 - gone[:, None, :, None]
        self.members[..., NOTHING] += gone[:, None]


@compiled
def update_beliefs(
    ego: Array,
    vehicles: Array,
    debris: Array,
    nets: FilterNets,
    look_trust: float,
    memory: Array,
    members: Array,
) -> None:
    """Apply one step of the filter to every tracked object, in place; see ``Belief``."""
    x = np.empty(NUM_BELIEF_FEATURES, np.float32)
    hidden = np.empty((2, nets.contents.b1.shape[1]), np.float32)
    gates = np.empty((2, nets.gru.bi.shape[0]), np.float32)
    out = np.empty(NUM_CLASSES, np.float32)
    for b in range(ego.shape[0]):
        for j in range(DEBRIS_SLOTS):
            members[b, :, j] = 0.0
            if debris[b, j, column.D_TRACKED] < 0.5:
                continue
            belief_features(ego[b], vehicles[b], debris[b, j], x)
            for shown in range(2):
                share = 1.0 - look_trust if shown == 1 else look_trust
                if share == 0.0:
                    continue
                if shown == 1:
                    for c in range(NUM_LOOKS):
                        x[FIRST_LOOK + c] = np.float32(1.0 / NUM_LOOKS)
                gru_step(nets.gru, x, memory[shown, b, j], gates)
                for e in range(members.shape[1]):
                    forward(nets.contents, e, memory[shown, b, j], hidden, out)
                    _add_softmax(out, share, members[b, e, j])


@compiled
def _add_softmax(logits: Array, share: float, out: Array) -> None:
    """Add a weighted softmax to the probabilities, in place."""
    total, largest = 0.0, logits.max()
    for c in range(logits.shape[0]):
        total += np.exp(logits[c] - largest)
    for c in range(logits.shape[0]):
        out[c] += share * np.exp(logits[c] - largest) / total
