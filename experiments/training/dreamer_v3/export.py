"""Converts sheeprl's weights to the names and shapes of ``policies.dreamer_v3.nets``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.dreamer_v3.nets import Block, Groups, Linear, Nets, Sizes, Tower

Array = NDArray[np.float32]

VARIABLES: Final = 32
"""Variables of the latent state in every size of ``dreamer_v3_5``."""

_ENCODER = "encoder.mlp_encoder.model"
_MEMORY = "rssm.recurrent_model"
_POSTERIOR = "rssm.representation_model"


def to_nets(weights: Mapping[str, Array]) -> tuple[Nets, Sizes]:
    """The networks that a policy needs, from weights of sheeprl's ``dreamer_v3_5``, and their sizes.

    The world model's weights have sheeprl's names, the actor's begin with ``actor.``. The resulting matrices multiply
    a row vector from the right.
    """

    def linear(name: str) -> Linear:
        return Linear(_flip(weights[f"{name}.weight"]), weights[f"{name}.bias"])

    def block(name: str, norm: str) -> Block:
        return Block(*linear(name), weights[f"{norm}.weight"])

    def tower(name: str) -> Tower:
        # a dense layer, its norm, an activation without weights, three times
        return Tower(*(block(f"{name}.{k}", f"{name}.{k + 1}") for k in (0, 3, 6)))

    def groups(name: str) -> Groups:
        return Groups(weights[f"{name}.weight"], weights[f"{name}.bias"])

    def projection(name: str) -> Block:
        return block(f"{_MEMORY}.{name}_projection.0", f"{_MEMORY}.{name}_projection.1")

    nets = Nets(
        tower(_ENCODER),
        projection("recurrent"),
        projection("stochastic"),
        projection("action"),
        groups(f"{_MEMORY}.hidden.0"),
        weights[f"{_MEMORY}.hidden.1.weight"],
        groups(f"{_MEMORY}.gates"),
        block(f"{_POSTERIOR}.input_layer", f"{_POSTERIOR}.model.0"),
        linear(f"{_POSTERIOR}.model.2"),
        tower("actor.model"),
        linear("actor.mlp_heads.0"),
        linear("actor.mlp_heads.1"),
    )
    sizes = Sizes(
        inputs=nets.encoder.first.w.shape[0],
        units=nets.encoder.first.w.shape[1],
        memory=nets.memory.w.shape[0],
        hidden=nets.memory.w.shape[1],
        groups=nets.gates.w.shape[0],
        variables=VARIABLES,
        classes=nets.latent.w.shape[0] // VARIABLES,
    )
    return nets, sizes


def _flip(weight: Array) -> Array:
    """Transpose ``(outputs, inputs)`` to ``(inputs, outputs)``."""
    return np.ascontiguousarray(weight.T)
