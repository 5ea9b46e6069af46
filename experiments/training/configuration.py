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


class DreamPPOConfiguration(Configuration):
    """PPO inside the dream."""

    world_model: str
    critics: int = Field(ge=1, le=8)
    decisions: int = Field(ge=1_000, le=1_000_000_000)
    starts: int = Field(ge=1, le=100_000)
    worlds: int = Field(ge=1, le=10_000)
    steps: int = Field(ge=2, le=1_000)
    batch: int = Field(ge=2)
    epochs: int = Field(ge=1, le=100)
    horizon: int = Field(ge=1, le=100)
    temperature: float = Field(ge=0.0, le=4.0)
    learning_rate: float = Field(gt=0.0, le=1.0)
    entropy: float = Field(ge=0.0)
    discount: float = Field(gt=0.0, lt=1.0)
    hidden: int = Field(ge=1, le=1_024)
    reward_scale_usd: float = Field(gt=0.0)
    cap_usd: float = Field(gt=0.0)
    needless_usd: float = Field(ge=0.0)


class TrainConfiguration(Configuration):
    """``python -m experiments.train``."""

    policies: Literal["world_model", "dream_ppo"]
    experience: list[str] = Field(min_length=1)
    privileged: bool
    seed: int = Field(ge=0, lt=2**31)
    members: int = Field(ge=1, le=16)
    updates: Updates
    look_dropout: float = Field(ge=0.0, le=1.0)
    rows: int = Field(ge=1_000)
    stride: int = Field(ge=1, le=100)
    validation_share: float = Field(gt=0.0, lt=0.5)
    dream_ppo: DreamPPOConfiguration
    device: str
    output: str
