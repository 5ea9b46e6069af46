"""What ``python -m experiments.train`` may be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.configuration import Configuration


class Updates(Configuration):
    """Optimiser steps of each part."""

    filter: int = Field(ge=1, le=1_000_000)
    transition: int = Field(ge=1, le=1_000_000)
    events: int = Field(ge=1, le=1_000_000)
    emission: int = Field(ge=1, le=1_000_000)


class TrainConfiguration(Configuration):
    """``python -m experiments.train``."""

    policies: Literal["world_model"]
    experience: list[str] = Field(min_length=1)
    privileged: bool
    seed: int = Field(ge=0, lt=2**31)
    members: int = Field(ge=1, le=16)
    updates: Updates
    look_dropout: float = Field(ge=0.0, le=1.0)
    rows: int = Field(ge=1_000)
    stride: int = Field(ge=1, le=100)
    validation_share: float = Field(gt=0.0, lt=0.5)
    device: str
    output: str
