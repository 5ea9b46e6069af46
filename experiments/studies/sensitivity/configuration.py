"""The configuration of ``python -m experiments.sensitivity``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from experiments.cli.configuration import Configuration
from experiments.cli.locations import CostName, SuiteName, resolve_policies


class SensitivityConfiguration(Configuration):
    """Configuration of ``python -m experiments.sensitivity``."""

    policies: Annotated[list[str], AfterValidator(resolve_policies)] = Field(min_length=2)
    reference: str
    suite: SuiteName
    split: Literal["train", "validation", "test"]
    max_instances: int = Field(ge=1)
    costs: list[CostName] = Field(min_length=1)
    factors: dict[str, list[float]]
    num_resamples: int = Field(ge=100, le=100_000)
    workers: int = Field(ge=1, le=256)
    output: str
    allow: list[str]
