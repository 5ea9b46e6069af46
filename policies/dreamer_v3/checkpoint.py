"""The checkpoint of DreamerV3: safetensors and JSON, as of every learned policy here; no torch, no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError
from policies.checkpoint import ABOUT, read_about, read_tensors, write_checkpoint
from policies.dreamer_v3.nets import Nets, Sizes, template
from policies.model_free.sight import NUM_INPUTS

FORMAT: Final = "roadworld-dreamer-v3"
SCHEMA: Final = 1

LARGEST: Final = 1024
"""Of every size."""


@dataclass(frozen=True)
class Checkpoint:
    """What decides, and what is known about it."""

    nets: Nets
    sizes: Sizes
    about: Mapping[str, Any]


def save(folder: Path, nets: Nets, sizes: Sizes, about: Mapping[str, Any]) -> None:
    """Write a checkpoint.

    Parameters
    ----------
    folder
        Made if it does not exist.
    nets, sizes
        The numbers.
    about
        With ``budget``.

    Raises
    ------
    UserError
        If it would be too large, or the operating system refuses.
    """
    told = {"sizes": sizes._asdict()} | dict(about)
    write_checkpoint(folder, nets, FORMAT, SCHEMA, told)


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
        One line naming file and field.
    """
    path = folder / ABOUT
    about = read_about(path, FORMAT, SCHEMA)
    sizes = _read_sizes(about.get("sizes"), path)
    nets = read_tensors(folder, about, template(sizes))
    return Checkpoint(nets, sizes, about)


def _read_sizes(values: object, path: Path) -> Sizes:
    """Sizes of the networks, which fit each other and the features."""
    if not isinstance(values, dict) or set(values) != set(Sizes._fields):
        raise UserError(f"{path}: sizes: expected {', '.join(Sizes._fields)}")
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST:
            raise UserError(f"{path}: sizes.{name}: got {value!r}, expected 1 to {LARGEST}")
    sizes = Sizes(**values)
    if sizes.inputs != NUM_INPUTS:
        raise UserError(f"{path}: sizes.inputs: got {sizes.inputs}, expected {NUM_INPUTS}")
    if sizes.memory % sizes.groups:
        raise UserError(f"{path}: sizes.memory: got {sizes.memory}, no multiple of sizes.groups")
    return sizes
