"""A checkpoint: a folder with ``model.safetensors`` (all numbers) and ``model.json`` (what they are). Never pickle."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.errors import UserError
from policies.checkpoint import ABOUT, flatten, read_about, read_tensors, write_checkpoint
from policies.world_model.estimation.content_classes import (
    NUM_BODIES,
    NUM_PATCHES,
    NUM_PROPERTIES,
    Codebook,
)
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.model.parameters import Learned
from policies.world_model.model.shapes import Sizes, sizes_of, template

FORMAT: Final = "roadworld-world-model"
SCHEMA: Final = 2

SHIPPED: Final = Path(__file__).parents[1] / "shipped"
"""The checkpoint that comes with the package."""


STRUCTURED: Final = {"ego_hidden", "car_hidden", "thing_hidden"}
"""Widths of the nets that a flat one replaces."""


@dataclass(frozen=True)
class Checkpoint:
    """What was learned, and what is known about it."""

    learned: Learned
    about: Mapping[str, Any]


def filter_hash(nets: FilterNets) -> str:
    """Hash of a belief filter alone: whoever sees through it does not care how the rest of the model changes."""
    digest = hashlib.sha256()
    for name, array in sorted(flatten(nets).items()):
        digest.update(name.encode() + str(array.shape).encode() + array.tobytes())
    return digest.hexdigest()


def save(folder: Path, learned: Learned, about: Mapping[str, Any]) -> None:
    """Write a checkpoint: numbers first, the description that vouches for them last.

    Parameters
    ----------
    folder
        Made if it does not exist.
    learned
        The numbers.
    about
        What is known about them: configuration, data, budget, validation.

    Raises
    ------
    UserError
        If it would be too large, or the operating system refuses.
    """
    sizes = {"sizes": sizes_of(learned)._asdict()}
    write_checkpoint(folder, learned, FORMAT, SCHEMA, sizes | dict(about))


def load(folder: Path) -> Checkpoint:
    """Read a checkpoint and check everything that can be checked.

    Parameters
    ----------
    folder
        Of ``save``.

    Returns
    -------
    Checkpoint
        Fit for this version's observation.

    Raises
    ------
    UserError
        One line naming file and field: missing, too large, foreign, of a newer schema, damaged, of the wrong shape, or
        not finite.
    """
    about = _read_about(folder / ABOUT)
    like = template(_read_sizes(about, folder / ABOUT))
    return Checkpoint(read_tensors(folder, about, like), about)


def read_codebook(about: Mapping[str, Any], where: str) -> Codebook:
    """The classes of contents behind a checkpoint that was trained with the truth.

    Parameters
    ----------
    about
        Its description.
    where
        The checkpoint, for the message.

    Returns
    -------
    Codebook
        As ``policies.world_model.estimation.content_classes.fit_codebook`` made it.

    Raises
    ------
    UserError
        If it holds none, or a damaged one.
    """
    told = about.get("codebook")
    if not isinstance(told, dict):
        raise UserError(f"{where}: codebook: missing; its classes are latent, or it is older")
    try:
        bodies, patches = np.array(told["bodies"], float), np.array(told["patches"], float)
    except (KeyError, TypeError, ValueError):
        raise UserError(f"{where}: codebook: expected bodies and patches, all numbers") from None
    if bodies.shape != (NUM_BODIES, NUM_PROPERTIES) or patches.shape != (NUM_PATCHES, 2):
        raise UserError(f"{where}: codebook: got {bodies.shape} and {patches.shape}")
    return Codebook(bodies, patches, tuple(about["classes"]))


def _read_about(path: Path) -> dict[str, Any]:
    """The description, checked as far as it goes without the numbers."""
    return read_about(path, FORMAT, SCHEMA)


def _read_sizes(about: Mapping[str, Any], path: Path) -> Sizes:
    """Widths of the networks."""
    values = about.get("sizes")
    if not isinstance(values, dict) or set(values) != set(Sizes._fields):
        raise UserError(f"{path}: sizes: expected {', '.join(Sizes._fields)}")
    absent = {"flat_hidden"} if values["flat_hidden"] == 0 else STRUCTURED
    for name, value in values.items():
        low, high = (0, 0) if name in absent else (1, 1024)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise UserError(f"{path}: sizes.{name}: got {value!r}, expected {low} to {high}")
    return Sizes(**values)
