"""What is still to come when a plan ends, by critics that were learned in the dream: the more pessimistic counts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from envs.physics.compilation import compiled
from envs.specification.world import Array
from policies.dream_ppo.checkpoint import SHIPPED, check_fit, cost_hash, load
from policies.reactive.features import NUM_FEATURES, write_features
from policies.world_model.layers import Net, empty_net, forward
from policies.world_model.state import State


class Value(NamedTuple):
    """The critics, and what one unit of them counts."""

    critics: Net
    usd: float  # US$ of a value of -1, times the weight; 0 = nobody is asked


def no_value() -> Value:
    """Nothing is still to come."""
    return Value(empty_net(NUM_FEATURES, 1, 1, 1), 0.0)


def read_value(
    weight: float, classes: tuple[str, ...], params: Array, checkpoint: str = "shipped"
) -> Value:
    """The critics of a checkpoint.

    Parameters
    ----------
    weight
        Factor of what they say; with 0 no file is read.
    classes
        Names of the world model's classes of contents.
    params
        ``CostParameters.to_array()`` of the cost that is planned with.
    checkpoint
        Folder, or ``"shipped"``.

    Returns
    -------
    Value
        Weighted.

    Raises
    ------
    UserError
        If they were learned with another world model or for another cost.
    """
    if weight == 0.0:
        return no_value()
    folder = SHIPPED if checkpoint == "shipped" else Path(checkpoint)
    found = load(folder)
    check_fit(folder, found.about, classes, cost_hash(params))
    return Value(found.learned.critics, weight * found.reward_scale_usd)


@compiled
def still_to_come(value: Value, state: State, belief: Array) -> float:
    """Weighted cost after a state, US$, by the more pessimistic critic.

    Parameters
    ----------
    value
        The critics.
    state
        Where a plan ends.
    belief
        ``(4, NUM_CLASSES)``; zero for objects that do not matter.

    Returns
    -------
    float
        Discounted as in training.
    """
    if value.usd == 0.0:
        return 0.0
    x = np.empty(NUM_FEATURES, np.float32)
    hidden = np.empty((2, value.critics.b1.shape[1]), np.float32)
    out = np.empty(1, np.float32)
    write_features(state, belief, x)
    worst = -math.inf
    for e in range(value.critics.b1.shape[0]):
        forward(value.critics, e, x, hidden, out)
        worst = max(worst, -float(out[0]))
    return value.usd * worst
