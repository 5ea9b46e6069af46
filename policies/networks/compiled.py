"""Compiled networks: small dense nets and a GRU, one row at a time, so that results do not depend on batches.

Training is torch; its weights are exported here. A test holds both to the same numbers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification.world import Array

Weights = NDArray[np.float32]


class Net(NamedTuple):
    """Parameters of ``E`` networks with two hidden layers of rectified linear units."""

    w1: Weights  # (E, inputs, hidden)
    b1: Weights  # (E, hidden)
    w2: Weights  # (E, hidden, hidden)
    b2: Weights
    w3: Weights  # (E, hidden, outputs)
    b3: Weights


def empty_net(inputs: int, hidden: int, outputs: int, members: int) -> Net:
    """Zeroed weights."""
    shapes = (
        (members, inputs, hidden),
        (members, hidden),
        (members, hidden, hidden),
        (members, hidden),
        (members, hidden, outputs),
        (members, outputs),
    )
    return Net(*(np.zeros(shape, np.float32) for shape in shapes))


def no_net(members: int) -> Net:
    """An empty network that stands for an absent one, but with a number of members."""
    return empty_net(0, 0, 0, members)


class Gru(NamedTuple):
    """Parameters of a gated recurrent unit; gates in torch's order: reset, update, new."""

    wi: Weights  # (inputs, 3 hidden)
    bi: Weights  # (3 hidden,)
    wh: Weights  # (hidden, 3 hidden)
    bh: Weights


@compiled
def forward(net: Net, e: int, x: Array, hidden: Array, out: Array) -> None:
    """Outputs of one member for one row.

    Parameters
    ----------
    net
        The weights.
    e
        The member.
    x
        ``(inputs,)`` float32.
    hidden
        ``(2, hidden)`` float32, overwritten.
    out
        ``(outputs,)`` float32 output.
    """
    dense(net.w1[e], net.b1[e], x, hidden[0])
    _rectify(hidden[0])
    dense(net.w2[e], net.b2[e], hidden[0], hidden[1])
    _rectify(hidden[1])
    dense(net.w3[e], net.b3[e], hidden[1], out)


@compiled
def forward_rows(net: Net, e: int, x: Array, out: Array) -> None:
    """Outputs of one member for many rows: ``(B, inputs)`` float32 to ``(B, outputs)`` float32, in place."""
    hidden = np.empty((2, net.b1.shape[1]), np.float32)
    for b in range(x.shape[0]):
        forward(net, e, x[b], hidden, out[b])


@compiled
def dense(w: Array, b: Array, x: Array, out: Array) -> None:
    """Compute ``x w + b``; the inner loop runs over outputs, which vectorises without reordering any sum.

    Inputs go in fours, so that an output is loaded and stored once for all of them; none is skipped for being zero,
    because a branch that cannot be foreseen costs more than a row.
    """
    size = b.shape[0]
    for o in range(size):
        out[o] = b[o]
    whole = w.shape[0] - w.shape[0] % 4
    for i in range(0, whole, 4):
        one, two, three, four = x[i], x[i + 1], x[i + 2], x[i + 3]
        for o in range(size):
            value = out[o] + one * w[i, o]
            value += two * w[i + 1, o]
            value += three * w[i + 2, o]
            out[o] = value + four * w[i + 3, o]
    for i in range(whole, w.shape[0]):
        one = x[i]
        for o in range(size):
            out[o] += one * w[i, o]


@compiled
def _rectify(x: Array) -> None:
    for k in range(x.shape[0]):
        x[k] = max(x[k], np.float32(0.0))


@compiled
def gru_step(gru: Gru, x: Array, memory: Array, gates: Array) -> None:
    """One step of the gated recurrent unit; ``memory`` changes in place.

    Parameters
    ----------
    gru
        The weights.
    x
        ``(inputs,)`` float32.
    memory
        ``(hidden,)`` float32.
    gates
        ``(2, 3 hidden)`` float32, overwritten.
    """
    size = memory.shape[0]
    dense(gru.wi, gru.bi, x, gates[0])
    dense(gru.wh, gru.bh, memory, gates[1])
    for k in range(size):
        reset = logistic(gates[0, k] + gates[1, k])
        update = logistic(gates[0, size + k] + gates[1, size + k])
        new = math.tanh(gates[0, 2 * size + k] + reset * gates[1, 2 * size + k])
        memory[k] = (1.0 - update) * new + update * memory[k]


@compiled
def logistic(x: float) -> float:
    """Compute ``1 / (1 + exp(-x))`` without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1.0 + grown)
