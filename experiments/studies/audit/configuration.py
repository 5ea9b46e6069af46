"""Configuration of ``python -m experiments.audit``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.cli.configuration import Configuration
from experiments.cli.locations import PolicyName, SuiteName
from experiments.execution.configuration import ClusterConfiguration, Name
from experiments.studies.audit.subjects.models import Ablation


class AuditConfiguration(Configuration):
    """Options as explained in ``conf/audit.yaml``."""

    checkpoints: list[str] = Field(min_length=1)
    ablations: list[Ablation]
    suite: SuiteName
    split: Literal["train", "validation"]
    driver: PolicyName
    per_stratum: int = Field(ge=4, le=400)
    hidden: int = Field(ge=4, le=400)
    decisions: int = Field(ge=10, le=50)
    dreams: int = Field(ge=10, le=200)
    draws: int = Field(ge=1, le=32)
    ranked: list[PolicyName] = Field(min_length=3)
    dreamers: list[PolicyName]
    paths: list[PolicyName] = Field(min_length=2)
    seed: int = Field(ge=0)
    workers: int = Field(ge=1, le=64)
    executor: Name = "local"
    cluster: ClusterConfiguration = ClusterConfiguration()
    films: int = Field(ge=0, le=20)
    output: str
    show: str | None
    allow: list[str]
