"""Format of the checkpoint of DreamerV3."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError
from policies.checkpoint import CheckpointFormat, check_sizes
from policies.dreamer_v3.nets import Nets, Sizes, template
from policies.model_free.sight import NUM_INPUTS


def _described(path: Path, about: Mapping[str, Any]) -> Nets:
    """Zeroed weights of the sizes in a description, checked for consistency with each other and the features."""
    sizes = Sizes(**check_sizes(path, about, dict.fromkeys(Sizes._fields, 1)))
    if sizes.inputs != NUM_INPUTS:
        raise UserError(f"{path}: sizes.inputs: got {sizes.inputs}, expected {NUM_INPUTS}")
    if sizes.memory % sizes.groups:
        raise UserError(
            f"{path}: sizes.memory: got {sizes.memory}, expected a multiple of sizes.groups"
        )
    return template(sizes)


FORMAT: Final = CheckpointFormat("roadworld-dreamer-v3", 1, _described)
load = FORMAT.load


def sizes_of(about: Mapping[str, Any]) -> Sizes:
    """Sizes in the description of a loaded checkpoint."""
    return Sizes(**about["sizes"])


def save(folder: Path, nets: Nets, sizes: Sizes, about: Mapping[str, Any]) -> None:
    """Write a checkpoint; ``about`` contains ``budget``."""
    FORMAT.save(folder, nets, sizes._asdict(), about)
