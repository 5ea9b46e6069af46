"""The settings of executors."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.cli.configuration import Configuration

Name = Literal["local", "ray", "submitit"]


class ClusterConfiguration(Configuration):
    """``cluster`` of ``conf/executor.yaml``: settings of Ray and Slurm."""

    ray_address: str | None = None
    slurm_cluster: Literal["slurm", "local"] = "slurm"
    slurm_partition: str | None = None
    slurm_minutes: int = Field(default=60, ge=1)
    slurm_memory_gb: int = Field(default=4, ge=1)
