"""The configuration of ``python -m experiments.sweep``."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from experiments.cli.configuration import Configuration
from experiments.evaluation.run import NOT_IN_RESULT, EvaluationConfiguration


class SearchConfiguration(Configuration):
    """Configuration of ``search``: Optuna chooses numbers of one policy's file."""

    ranges: dict[str, list[float]] = Field(min_length=1)  # dotted key in the file: lowest, highest
    trials: int = Field(ge=1, le=100_000)
    batch: int = Field(ge=1, le=1_000)  # trials proposed together: part of the result
    seed: int = Field(ge=0)


class SweepConfiguration(EvaluationConfiguration):
    """Configuration of ``python -m experiments.sweep``."""

    policies: str | list[str]  # one that cannot be loaded is a cell that failed
    axes: dict[str, list[Any]] | None
    reference: str | None
    level: float = Field(gt=0.5, lt=1.0)
    num_resamples: int = Field(ge=100, le=100_000)
    search: SearchConfiguration | None


OWN_AXES: Final = {"policies", "policy_seeds", "strata"}
"""Keys whose values are axes already."""

AXES: Final = tuple(
    name
    for name in EvaluationConfiguration.model_fields
    if name not in {*OWN_AXES, *NOT_IN_RESULT, "also_cost"}
)
"""Keys that may become axes."""
