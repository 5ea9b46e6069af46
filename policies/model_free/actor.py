"""The actor as compiled code, row by row: dense layers, with or without a recurrent layer before them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification.world import Array
from policies.networks.compiled import Net, Weights, dense, forward_rows, logistic


class Lstm(NamedTuple):
    """Parameters of a long short-term memory; gates in torch's order: input, forget, cell, output."""

    wi: Weights  # (inputs, 4 hidden)
    bi: Weights  # (4 hidden,)
    wh: Weights  # (hidden, 4 hidden)
    bh: Weights


class Actor(NamedTuple):
    """Parameters of an actor of dense layers only."""

    head: Net  # one member


class RecurrentActor(NamedTuple):
    """Parameters of an actor with dense layers behind an LSTM."""

    lstm: Lstm
    head: Net  # one member


@compiled
def remember_rows(lstm: Lstm, x: Array, hidden: Array, cell: Array) -> None:
    """One LSTM step for ``B`` worlds, in place: ``x`` ``(B, inputs)``, memory ``(B, hidden)``, all float32."""
    size = hidden.shape[1]
    gates = np.empty((2, 4 * size), np.float32)
    for b in range(x.shape[0]):
        dense(lstm.wi, lstm.bi, x[b], gates[0])
        dense(lstm.wh, lstm.bh, hidden[b], gates[1])
        for k in range(size):
            take = logistic(gates[0, k] + gates[1, k])
            keep = logistic(gates[0, size + k] + gates[1, size + k])
            new = math.tanh(gates[0, 2 * size + k] + gates[1, 2 * size + k])
            show = logistic(gates[0, 3 * size + k] + gates[1, 3 * size + k])
            cell[b, k] = keep * cell[b, k] + take * new
            hidden[b, k] = show * math.tanh(cell[b, k])


class RunningActor:
    """An actor with or without memory, and that memory for ``B`` worlds."""

    def __init__(self, actor: Actor | RecurrentActor, size: int) -> None:
        self._actor = actor
        width = actor.lstm.wh.shape[0] if isinstance(actor, RecurrentActor) else 0
        self._hidden = np.zeros((size, width), np.float32)
        self._cell = np.zeros((size, width), np.float32)

    def think(
        self, features: NDArray[np.float32], is_new: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Logits or values of commands, ``(B, outputs)``; memory is cleared where an episode begins."""
        seen = features
        if isinstance(self._actor, RecurrentActor):
            self._hidden[is_new] = self._cell[is_new] = 0.0
            remember_rows(self._actor.lstm, features, self._hidden, self._cell)
            seen = self._hidden
        out = np.zeros((len(features), self._actor.head.b3.shape[1]), np.float32)
        forward_rows(self._actor.head, 0, seen, out)
        return out
