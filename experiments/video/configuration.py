"""Configuration of ``python -m experiments.record``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from experiments.cli.configuration import Configuration
from experiments.cli.locations import CostName, Policies, SuiteName


def _check_even(value: int) -> int:
    """Raise an error for an odd width, which videos cannot have."""
    if value % 2:
        raise ValueError("expected an even number of pixels")
    return value


class RecordConfiguration(Configuration):
    """Options of the command, as explained in ``conf/record.yaml``."""

    source: Literal["twin", "dream"]
    policies: Policies | None
    layout: Literal["panels", "four_panel"]
    view: Literal["both", "camera", "chase", "above"]
    policy_seed: int = Field(ge=0)
    suite: SuiteName
    split: Literal["train", "validation", "test"]
    stratum: str | None
    family: str | None
    seed: int | list[int] | None
    cost: CostName
    select: Literal["first", "largest_difference", "worst"] | None
    records: str | None
    num_videos: int | None = Field(ge=1, le=1000)
    max_seconds: float | None = Field(gt=0.0, le=20.0)
    fps: int = Field(ge=5, le=30)
    slow_motion: int = Field(ge=1, le=8)
    format: Literal["mp4", "gif", "webp", "png"]
    width: Annotated[int, Field(ge=960, le=2560), AfterValidator(_check_even)] | None
    start_s: float | None = Field(ge=0.0, le=20.0)
    dream_seed: int = Field(ge=0)
    temperature: float = Field(ge=0.0, le=4.0)
    output: str
    allow: list[str]
