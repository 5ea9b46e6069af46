"""Configuration of ``python -m experiments.gallery``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from experiments.cli.configuration import Configuration, as_list


class GalleryConfiguration(Configuration):
    """Options of the command, as explained in ``conf/gallery.yaml``."""

    object: Annotated[list[str], BeforeValidator(as_list)] | None
    distances_m: list[Annotated[float, Field(ge=2.0, le=120.0)]] = Field(min_length=1, max_length=6)
    seed: int = Field(ge=0)
    catalogue_dirs: list[str]
    overview: bool
    output: str
