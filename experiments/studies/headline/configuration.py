"""The configuration of a planned experiment, which is a file in ``conf/experiment``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.cli.configuration import Configuration
from experiments.evaluation.run import EvaluationConfiguration


class BudgetConfiguration(Configuration):
    """One training budget."""

    decisions: int = Field(ge=5_000, le=1_000_000_000)  # environment steps, all that is spent
    updates: float = Field(gt=0.0, le=10.0)  # share of conf/train.yaml's updates of the world model


class ExperimentConfiguration(Configuration):
    """Arms, budgets and training seeds."""

    budgets: list[BudgetConfiguration] = Field(min_length=1)
    seeds: list[int] = Field(min_length=1)
    fixed: list[str]  # policies as they are
    rules: list[str]  # whose thresholds are tuned with every budget
    model_free: list[str]  # trained with every budget
    # arms of model_free, such as qr_dqn@1M, with training seeds of their own: what learns slowly may have fewer
    seeds_of: dict[str, list[int]] = Field(default={})
    trees: bool = Field(default=False)  # decision trees, trained with every budget if they can be
    world_model: list[str]  # of world_model and world_model_unprivileged: trained with every budget
    variants: list[str]  # of world_model, with the checkpoints of the largest budget
    variant_seeds: list[int]
    flat_hidden: int = Field(
        ge=0, le=300
    )  # of the arm "flat", trained for variant_seeds; 0 = leave it out
    rule_counts: list[int]  # rule_tuned with this many of its rules, by measured usefulness
    rule_instances: int = Field(ge=1)  # of each stratum, on which a rule's usefulness is measured
    # trained by a library that may be absent, and left out then
    external: list[Literal["dreamer_v3"]] = Field(default=[])
    external_decisions: int = Field(default=200_000, ge=5_000, le=1_000_000_000)
    external_seeds: list[int] = Field(default=[0], min_length=1)
    own_share: float = Field(gt=0.0, lt=1.0)  # of a world model's budget that it collects itself


class CompareConfiguration(EvaluationConfiguration):
    """Configuration of ``python -m experiments.compare``."""

    reference: str | None
    level: float = Field(gt=0.5, lt=1.0)
    num_resamples: int = Field(ge=100, le=100_000)
    num_videos: int = Field(ge=0, le=100)
    num_replays: int = Field(ge=0, le=100)
    experiment: ExperimentConfiguration | None
