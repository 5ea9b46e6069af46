"""Format of the checkpoint of the world model, including the content classes in its description."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.errors import UserError
from policies.checkpoint import CheckpointFormat, check_sizes, flatten
from policies.world_model.estimation.content_classes import (
    NUM_BODIES,
    NUM_PATCHES,
    NUM_PROPERTIES,
    Codebook,
)
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.model.parameters import Learned
from policies.world_model.model.shapes import Sizes, sizes_of, template

SHIPPED: Final = Path(__file__).parents[1] / "shipped"
"""The checkpoint that comes with the package."""

FACTORED: Final = frozenset({"ego_hidden", "car_hidden", "thing_hidden"})
"""Widths of the networks that a flat one replaces."""


def _described(path: Path, about: Mapping[str, Any]) -> Learned:
    """Zeroed arrays of the sizes in a description: factored networks, or the flat one in their place."""
    values = about.get("sizes")
    is_flat = isinstance(values, dict) and values.get("flat_hidden") != 0
    absent = FACTORED if is_flat else frozenset({"flat_hidden"})
    return template(Sizes(**check_sizes(path, about, dict.fromkeys(Sizes._fields, 1), absent)))


FORMAT: Final = CheckpointFormat("roadworld-world-model", 2, _described)
load = FORMAT.load


def save(folder: Path, learned: Learned, about: Mapping[str, Any]) -> None:
    """Write a checkpoint; ``about`` contains configuration, data, budget and validation."""
    FORMAT.save(folder, learned, sizes_of(learned)._asdict(), about)


def filter_hash(nets: FilterNets) -> str:
    """Hash of a belief filter alone, because a policy that uses only its beliefs does not depend on the rest."""
    digest = hashlib.sha256()
    for name, array in sorted(flatten(nets).items()):
        digest.update(name.encode() + str(array.shape).encode() + array.tobytes())
    return digest.hexdigest()


def read_codebook(about: Mapping[str, Any], where: str) -> Codebook:
    """The content classes of a checkpoint that was trained with the truth.

    Parameters
    ----------
    about
        Its description.
    where
        The checkpoint, for messages.

    Raises
    ------
    UserError
        If it holds none, or a damaged one.
    """
    book = about.get("codebook")
    if not isinstance(book, dict):
        raise UserError(
            f"{where}: codebook: missing; the model has latent classes, or is of an older version"
        )
    try:
        bodies, patches = np.array(book["bodies"], float), np.array(book["patches"], float)
    except (KeyError, TypeError, ValueError):
        raise UserError(f"{where}: codebook: expected bodies and patches, all numbers") from None
    if bodies.shape != (NUM_BODIES, NUM_PROPERTIES) or patches.shape != (NUM_PATCHES, 2):
        raise UserError(f"{where}: codebook: got {bodies.shape} and {patches.shape}")
    return Codebook(bodies, patches, tuple(about["classes"]))
