"""The part of DreamerV3 needed for decisions, as compiled code: encoder, recurrent state, posterior, actor.

Equations are those of sheeprl's ``dreamer_v3_5`` (Hafner et al., Nature 2025); a test holds both to the same numbers.
Instead of drawing the latent classes and the command, the likeliest are taken.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification.world import Array
from policies.networks.compiled import Weights, dense, logistic
from policies.reactive.command import NUM_MOVES, NUM_PACES

EPSILON: Final = 1e-4
"""Added to the mean square that activations are divided by."""


class Block(NamedTuple):
    """A dense layer with RMS-normalised output, a learned ``scale``, and the activation ``x logistic(x)``."""

    w: Weights  # (inputs, units)
    b: Weights  # (units,)
    scale: Weights  # (units,)


class Tower(NamedTuple):
    """Three blocks in sequence."""

    first: Block
    second: Block
    third: Block


class Linear(NamedTuple):
    """A dense layer without normalisation or activation."""

    w: Weights  # (inputs, outputs)
    b: Weights  # (outputs,)


class Groups(NamedTuple):
    """A block-diagonal dense layer: each group of outputs depends on its own group of inputs only."""

    w: Weights  # (groups, inputs / groups, outputs / groups)
    b: Weights  # (outputs,)


class Nets(NamedTuple):
    """Parameters of all networks needed for decisions.

    The latent state is ``V`` variables of ``C`` classes each, one-hot; the memory has ``R`` units in ``G`` groups.
    """

    encoder: Tower  # features to embedding
    memory: Block  # R to H
    latent: Block  # V * C to H
    action: Block  # one-hot pace and move to H
    mixed: Groups  # R + G * 3 * H to R
    mixed_scale: Weights  # (R,)
    gates: Groups  # R to 3 * R: reset, candidate, update of every group
    posterior: Block  # memory and embedding to H
    classes: Linear  # H to V * C
    actor: Tower  # latent and memory
    pace: Linear
    move: Linear


class Sizes(NamedTuple):
    """Sizes that determine all shapes."""

    inputs: int
    units: int  # of encoder and actor
    memory: int  # R
    hidden: int  # H
    groups: int  # G
    variables: int  # V
    classes: int  # C


def template(sizes: Sizes) -> Nets:
    """Zeroed parameters of all expected shapes."""
    units, memory, hidden = sizes.units, sizes.memory, sizes.hidden
    latent = sizes.variables * sizes.classes

    def block(inputs: int, outputs: int) -> Block:
        return Block(*(np.zeros(n, np.float32) for n in ((inputs, outputs), outputs, outputs)))

    def tower(inputs: int) -> Tower:
        return Tower(block(inputs, units), block(units, units), block(units, units))

    def linear(inputs: int, outputs: int) -> Linear:
        return Linear(np.zeros((inputs, outputs), np.float32), np.zeros(outputs, np.float32))

    def groups(inputs: int, outputs: int) -> Groups:
        g = sizes.groups
        return Groups(
            np.zeros((g, inputs // g, outputs // g), np.float32), np.zeros(outputs, np.float32)
        )

    return Nets(
        tower(sizes.inputs),
        block(memory, hidden),
        block(latent, hidden),
        block(NUM_PACES + NUM_MOVES, hidden),
        groups(memory + sizes.groups * 3 * hidden, memory),
        np.zeros(memory, np.float32),
        groups(memory, 3 * memory),
        block(memory + units, hidden),
        linear(hidden, latent),
        tower(latent + memory),
        linear(units, NUM_PACES),
        linear(units, NUM_MOVES),
    )


@compiled
def _finish_block(scale: Array, out: Array) -> None:
    """Normalise and activate, in place."""
    total = np.float32(0.0)
    for k in range(out.shape[0]):
        total += out[k] * out[k]
    factor = 1.0 / math.sqrt(total / out.shape[0] + EPSILON)
    for k in range(out.shape[0]):
        value = out[k] * factor * scale[k]
        out[k] = value * logistic(value)


@compiled
def _pass_block(block: Block, x: Array, out: Array) -> None:
    dense(block.w, block.b, x, out)
    _finish_block(block.scale, out)


@compiled
def _pass_tower(tower: Tower, x: Array, scratch: Array, out: Array) -> None:
    """Apply a tower: ``(inputs,)`` to ``(units,)``; ``scratch`` is ``(2, units)``."""
    _pass_block(tower.first, x, scratch[0])
    _pass_block(tower.second, scratch[0], scratch[1])
    _pass_block(tower.third, scratch[1], out)


@compiled
def _remember(nets: Nets, memory: Array, latent: Array, action: Array) -> None:
    """Apply one step of the recurrent unit; ``memory`` changes in place."""
    hidden, size, groups = nets.memory.b.shape[0], memory.shape[0], nets.gates.w.shape[0]
    width = size // groups
    x = np.empty(width + 3 * hidden, np.float32)
    _pass_block(nets.memory, memory, x[width : width + hidden])
    _pass_block(nets.latent, latent, x[width + hidden : width + 2 * hidden])
    _pass_block(nets.action, action, x[width + 2 * hidden :])
    mixed = np.empty(size, np.float32)
    for g in range(groups):
        part = slice(g * width, (g + 1) * width)
        x[:width] = memory[part]
        dense(nets.mixed.w[g], nets.mixed.b[part], x, mixed[part])
    _finish_block(nets.mixed_scale, mixed)
    gates = np.empty(3 * width, np.float32)
    for g in range(groups):
        first = g * width
        bias = nets.gates.b[3 * first : 3 * (first + width)]
        dense(nets.gates.w[g], bias, mixed[first : first + width], gates)
        for k in range(width):
            candidate = math.tanh(logistic(gates[k]) * gates[width + k])
            update = logistic(gates[2 * width + k] - 1.0)
            memory[first + k] = update * candidate + (1.0 - update) * memory[first + k]


@compiled
def _choose(logits: Array, out: Array) -> None:
    """Set the one-hot vector of the largest entry, the first of several, in place."""
    best = 0
    for k in range(logits.shape[0]):
        out[k] = 0.0
        if logits[k] > logits[best]:
            best = k
    out[best] = 1.0


@compiled
def decide_rows(
    nets: Nets, features: Array, memory: Array, latent: Array, action: Array, num_variables: int
) -> None:
    """Process an observation and choose a command in ``B`` worlds, in place.

    Parameters
    ----------
    nets
        The parameters.
    features
        ``(B, inputs)`` float32.
    memory, latent, action
        ``(B, R)``, ``(B, V * C)`` and ``(B, NUM_PACES + NUM_MOVES)`` float32: of the decision before, zero where an
        episode begins; afterwards of this one. The action is one-hot in its pace and in its move.
    num_variables
        ``V``.
    """
    units, size = nets.encoder.first.b.shape[0], memory.shape[1]
    hidden, num_latent = nets.posterior.b.shape[0], latent.shape[1]
    num_classes, num_paces = num_latent // num_variables, nets.pace.b.shape[0]
    scratch = np.empty((2, units), np.float32)
    seen = np.empty(features.shape[1], np.float32)
    both = np.empty(size + units, np.float32)
    state = np.empty(num_latent + size, np.float32)
    thought = np.empty(hidden, np.float32)
    said = np.empty(units, np.float32)
    logits = np.empty(max(num_latent, action.shape[1]), np.float32)
    for b in range(features.shape[0]):
        for k in range(seen.shape[0]):
            value = features[b, k]
            seen[k] = math.copysign(math.log(1.0 + abs(value)), value)
        _pass_tower(nets.encoder, seen, scratch, both[size:])
        _remember(nets, memory[b], latent[b], action[b])
        both[:size] = memory[b]
        _pass_block(nets.posterior, both, thought)
        dense(nets.classes.w, nets.classes.b, thought, logits[:num_latent])
        for v in range(num_variables):
            part = slice(v * num_classes, (v + 1) * num_classes)
            _choose(logits[part], latent[b, part])
        state[:num_latent], state[num_latent:] = latent[b], memory[b]
        _pass_tower(nets.actor, state, scratch, said)
        dense(nets.pace.w, nets.pace.b, said, logits[:num_paces])
        _choose(logits[:num_paces], action[b, :num_paces])
        num_moves = action.shape[1] - num_paces
        dense(nets.move.w, nets.move.b, said, logits[:num_moves])
        _choose(logits[:num_moves], action[b, num_paces:])


class RunningDreamer:
    """The networks with their memory of ``B`` worlds."""

    def __init__(self, nets: Nets, sizes: Sizes, size: int) -> None:
        self._nets, self._variables = nets, sizes.variables
        self._memory = np.zeros((size, sizes.memory), np.float32)
        self._latent = np.zeros((size, sizes.variables * sizes.classes), np.float32)
        self._action = np.zeros((size, NUM_PACES + NUM_MOVES), np.float32)

    def think(
        self, features: NDArray[np.float32], is_new: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pace and move, both ``(B,)``; memory is cleared where an episode begins."""
        for remembered in (self._memory, self._latent, self._action):
            remembered[is_new] = 0.0
        decide_rows(self._nets, features, self._memory, self._latent, self._action, self._variables)
        pace, move = self._action[:, :NUM_PACES], self._action[:, NUM_PACES:]
        return pace.argmax(axis=1), move.argmax(axis=1)
