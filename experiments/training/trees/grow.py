"""Grows a sum of decision trees that predicts what every manoeuvre costs (scikit-learn's gradient boosting)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from experiments.training.trees.states import States
from policies.planning.library import MANOEUVRES
from policies.trees.forest import LEAF, Forest
from policies.trees.plan_features import NUM_FEATURES, write_chosen
from policies.trees.policy import UNIT_USD

LEAST_ROWS: Final = 30
"""Rows in a leaf at least [A]."""


class Growth(NamedTuple):
    """How trees are grown."""

    trees: int
    leaves: int  # of a tree
    learning_rate: float
    cap_usd: float  # costs are capped here, because a tree cannot fit the tail
    manoeuvres: int  # of every decision, drawn at random


def keep_lane() -> Forest:
    """Trees without a condition: all manoeuvres cost the same, so the first is driven, which keeps lane and speed."""
    return Forest(
        np.zeros(1, np.int32),
        np.full(1, LEAF, np.int16),
        np.zeros(1, np.float32),
        np.zeros(1, np.int32),
        np.zeros(1, np.int32),
    )


def grow(states: States, how: Growth, seed: int) -> Forest:
    """Grow trees on labelled decisions; the loss is that of a Poisson variable, which learns the mean."""
    rng = np.random.default_rng(seed)
    count = min(how.manoeuvres, len(MANOEUVRES))
    chosen = np.argsort(rng.random(states.cost_usd.shape), axis=1)[:, :count]
    x = np.empty((*chosen.shape, NUM_FEATURES), np.float32)
    write_chosen(states.situation.astype(np.float64), chosen, x)
    y = np.minimum(np.take_along_axis(states.cost_usd, chosen, axis=1), how.cap_usd) / UNIT_USD
    model = HistGradientBoostingRegressor(
        loss="poisson",
        max_iter=how.trees,
        max_leaf_nodes=how.leaves,
        learning_rate=how.learning_rate,
        min_samples_leaf=LEAST_ROWS,
        early_stopping=False,
        random_state=seed,
    )
    model.fit(x.reshape(-1, NUM_FEATURES), y.reshape(-1))
    return _export(model)


def _export(model: HistGradientBoostingRegressor) -> Forest:
    """The trees of a fitted model as arrays; its constant does not change any choice but is part of the first tree."""
    root: list[int] = []
    parts: list[tuple[NDArray[np.generic], ...]] = []
    first = 0
    constant = float(np.asarray(model._baseline_prediction).reshape(-1)[0])
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        is_leaf = nodes["is_leaf"].astype(np.bool_)
        value = np.where(is_leaf, nodes["value"], nodes["num_threshold"])
        if not parts:
            value = value + np.where(is_leaf, constant, 0.0)
        root.append(first)
        parts.append(
            (
                np.where(is_leaf, LEAF, nodes["feature_idx"]).astype(np.int16),
                value.astype(np.float32),
                np.where(is_leaf, 0, nodes["left"].astype(np.int64) + first).astype(np.int32),
                np.where(is_leaf, 0, nodes["right"].astype(np.int64) + first).astype(np.int32),
            )
        )
        first += len(nodes)
    arrays: list[NDArray[np.generic]] = [
        np.concatenate(values) for values in zip(*parts, strict=True)
    ]
    return Forest(np.array(root, np.int32), *arrays)  # type: ignore[arg-type] # their types are given above
