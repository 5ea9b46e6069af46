"""What ``python -m experiments.audit`` may be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.cli.configuration import Configuration
from experiments.execution.configuration import ClusterConfiguration, Name
from experiments.studies.audit.subjects.models import Ablation


class AuditConfiguration(Configuration):
    """``python -m experiments.audit``."""

    checkpoints: list[str] = Field(min_length=1)  # the first is the one that is judged
    ablations: list[Ablation]  # of the first, each a subject of its own
    suite: str
    split: Literal["train", "validation"]
    driver: str  # drives to the moments
    per_stratum: int = Field(ge=4, le=400)
    hidden: int = Field(ge=4, le=400)  # instances with hidden objects
    decisions: int = Field(ge=10, le=50)
    dreams: int = Field(ge=10, le=200)  # of one moment, where their spread is judged
    draws: int = Field(ge=1, le=32)  # dreams of one moment, where costs are compared
    ranked: list[str] = Field(min_length=3)
    dreamers: list[str]
    paths: list[str] = Field(min_length=2)
    seed: int = Field(ge=0)
    workers: int = Field(ge=1, le=64)
    executor: Name = "local"
    cluster: ClusterConfiguration = ClusterConfiguration()
    films: int = Field(ge=0, le=20)  # of the worst failures; 0 = none
    output: str
    show: str | None  # folder of an audit whose lines are shown; nothing is computed
