"""A sum of decision trees in arrays, and its checkpoint: what every manoeuvre costs, as nested if-else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError
from envs.physics.compilation import compiled
from envs.specification.world import Array
from policies.checkpoint import TENSORS, Checkpoint, CheckpointFormat
from policies.planning.library import MANOEUVRES
from policies.trees.plan_features import FEATURES, NUM_FEATURES, write_plan_features

LEAF: Final = -1
"""Feature of a leaf."""

MOST_NODES: Final = 400_000
"""Largest number of nodes of a checkpoint."""


class Forest(NamedTuple):
    """``T`` trees with ``N`` nodes; a row goes left where its feature is at most the threshold."""

    root: NDArray[np.int32]  # (T,) first node of every tree
    feature: NDArray[np.int16]  # (N,) into FEATURES, or LEAF
    threshold: NDArray[np.float32]  # (N,) of a leaf: what it adds
    left: NDArray[np.int32]  # (N,)
    right: NDArray[np.int32]  # (N,)

    @property
    def num_leaves(self) -> int:
        """Leaves of all trees; every tree has one condition less than leaves."""
        return int((self.feature == LEAF).sum())


@compiled
def score_all(forest: Forest, situations: Array) -> Array:
    """Scores ``(K, C)`` of all manoeuvres in ``K`` situations: logarithms of what they cost, up to a constant."""
    count = MANOEUVRES.shape[0]
    rows = np.empty((count, NUM_FEATURES))
    found = np.zeros((situations.shape[0], count))
    for k in range(situations.shape[0]):
        write_plan_features(situations[k], rows)
        for c in range(count):
            total = 0.0
            for t in range(forest.root.shape[0]):
                node = forest.root[t]
                while forest.feature[node] != LEAF:
                    is_left = rows[c, forest.feature[node]] <= forest.threshold[node]
                    node = forest.left[node] if is_left else forest.right[node]
                total += forest.threshold[node]
            found[k, c] = total
    return found


def empty_forest(trees: int, nodes: int) -> Forest:
    """Zeroed arrays."""
    return Forest(
        np.zeros(trees, np.int32),
        np.zeros(nodes, np.int16),
        np.zeros(nodes, np.float32),
        np.zeros(nodes, np.int32),
        np.zeros(nodes, np.int32),
    )


def print_forest(forest: Forest) -> Iterator[str]:
    """All trees as nested if-else, line by line."""
    for t, root in enumerate(forest.root.tolist()):
        yield f"# tree {t + 1} of {len(forest.root)}"
        yield from _print_node(forest, root, 0)


def _print_node(forest: Forest, node: int, depth: int) -> Iterator[str]:
    """One node and all below it."""
    indent = "    " * depth
    if forest.feature[node] == LEAF:
        yield f"{indent}score += {forest.threshold[node]:+.3f}"
        return
    name, unit = FEATURES[forest.feature[node]]
    yield f"{indent}if {name} <= {forest.threshold[node]:.4g}{f' {unit}' if unit else ''}:"
    yield from _print_node(forest, int(forest.left[node]), depth + 1)
    yield f"{indent}else:"
    yield from _print_node(forest, int(forest.right[node]), depth + 1)


def _described(path: Path, about: Mapping[str, Any]) -> Forest:
    """Zeroed arrays of the sizes in a description."""
    sizes = about.get("sizes")
    values = sizes if isinstance(sizes, dict) else {}
    trees, nodes = values.get("trees"), values.get("nodes")
    for name, value in (("trees", trees), ("nodes", nodes)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_NODES:
            raise UserError(
                f"{path}: sizes.{name}: got {value!r}, expected a whole number from 1 to {MOST_NODES}"
            )
    if about.get("features") != [name for name, _ in FEATURES]:
        raise UserError(f"{path}: features: trained on other features; train again")
    return empty_forest(int(values["trees"]), int(values["nodes"]))


FORMAT: Final = CheckpointFormat("roadworld-trees", 1, _described)


def load_forest(folder: Path) -> Checkpoint[Forest]:
    """Read a checkpoint and check that every path through a tree ends in a leaf.

    Raises
    ------
    UserError
        One line naming file and field.
    """
    found = FORMAT.load(folder)
    forest = found.learned
    nodes = len(forest.feature)
    place = np.arange(nodes)
    is_leaf = forest.feature == LEAF
    fits = (forest.feature >= LEAF) & (forest.feature < NUM_FEATURES)
    for child in (forest.left, forest.right):
        # children come after their parents: no path is endless
        fits &= is_leaf | ((child > place) & (child < nodes))
    if not fits.all() or forest.root.min() < 0 or forest.root.max() >= nodes:
        raise UserError(f"{folder / TENSORS}: a tree is damaged: a node leads nowhere")
    return found


def save_forest(folder: Path, forest: Forest, about: Mapping[str, Any]) -> None:
    """Write a checkpoint; ``about`` contains configuration, budget and validation."""
    sizes = {"trees": len(forest.root), "nodes": len(forest.feature)}
    names = [name for name, _ in FEATURES]
    FORMAT.save(folder, forest, sizes, {**about, "features": names})
