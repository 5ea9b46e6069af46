"""The configuration of ``python -m experiments.train``."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from experiments.cli.configuration import Configuration
from experiments.cli.locations import SuiteName


class Updates(Configuration):
    """Optimiser steps for each network of a part of the world model."""

    filter: int = Field(ge=1, le=1_000_000)
    transition: int = Field(ge=1, le=1_000_000)
    events: int = Field(ge=1, le=1_000_000)
    emission: int = Field(ge=1, le=1_000_000)


class _Learner(Configuration):
    """Settings that all learners without a model share.

    ``algorithm`` is the name in checkpoints.
    """

    algorithm: ClassVar[str]

    worlds: int = Field(ge=1, le=10_000)
    batch: int = Field(ge=2)
    learning_rate: float = Field(gt=0.0, le=1.0)
    discount: float = Field(gt=0.0, lt=1.0)
    hidden: int = Field(ge=1, le=1_024)


class PPOConfiguration(_Learner):
    """Configuration of PPO in the simulator."""

    algorithm: ClassVar[str] = "ppo"

    steps: int = Field(ge=2, le=10_000)
    epochs: int = Field(ge=1, le=100)
    gae: float = Field(ge=0.0, le=1.0)
    entropy: float = Field(ge=0.0)
    clip: float = Field(gt=0.0, lt=1.0)


class PPOCheckConfiguration(Configuration):
    """Configuration of ``python -m experiments.ppo_check``."""

    decisions: int = Field(ge=1_000, le=100_000_000)
    segments: int = Field(ge=1, le=1_000)
    episodes: int = Field(ge=2, le=10_000)
    seed: int = Field(ge=0, lt=2**31)
    ppo: PPOConfiguration
    output: str


class RecurrentPPOConfiguration(PPOConfiguration):
    """Configuration of PPO with a recurrent network."""

    algorithm: ClassVar[str] = "recurrent_ppo"

    memory: int = Field(ge=1, le=1_024)


class QRDQNConfiguration(_Learner):
    """Configuration of QR-DQN in the simulator."""

    algorithm: ClassVar[str] = "qr_dqn"

    quantiles: int = Field(ge=1, le=1_000)
    buffer: int = Field(ge=1_000, le=10_000_000)
    learning_starts: int = Field(ge=0)
    gradient_steps: int = Field(ge=1, le=10_000)
    target_steps: int = Field(ge=1)
    exploration_share: float = Field(gt=0.0, le=1.0)
    last_exploration: float = Field(ge=0.0, le=1.0)


class ModelFreeConfiguration(Configuration):
    """Configuration of learning in the simulator without a model."""

    decisions: int = Field(ge=5_000, le=1_000_000_000)
    segments: int = Field(ge=1, le=1_000)
    suite: SuiteName
    families: dict[str, int]
    scenarios: dict[str, str] | None = None
    catalogue_dirs: list[str] = Field(default=[])
    allow: list[str] = Field(default=[])
    world_model: str
    reward_scale_usd: float = Field(gt=0.0)
    cap_usd: float = Field(gt=0.0)
    needless_usd: float = Field(ge=0.0)
    ppo: PPOConfiguration
    recurrent_ppo: RecurrentPPOConfiguration
    qr_dqn: QRDQNConfiguration


class DreamerV3Configuration(Configuration):
    """Configuration of DreamerV3 by sheeprl; other settings are those of ``ModelFreeConfiguration``."""

    decisions: int = Field(ge=5_000, le=1_000_000_000)
    segments: int = Field(ge=1, le=1_000)
    worlds: int = Field(ge=1, le=64)  # each plays a whole sequence before learning begins
    replay_ratio: float = Field(gt=0.0, le=1_024.0)


class PixelPPOConfiguration(Configuration):
    """Configuration of PPO on pictures; other settings are those of ``ModelFreeConfiguration``."""

    camera: str | dict[str, Any] | None
    decisions: int = Field(ge=5_000, le=1_000_000_000)
    segments: int = Field(ge=1, le=1_000)
    ppo: PPOConfiguration


class TreesSize(Configuration):
    """Size of a sum of decision trees, and how quickly it is learned."""

    trees: int = Field(ge=1, le=10_000)
    leaves: int = Field(ge=2, le=10_000)
    learning_rate: float = Field(gt=0.0, le=1.0)


class TreesConfiguration(TreesSize):
    """Configuration of decision trees; families and suite are those of ``ModelFreeConfiguration``."""

    decisions: int = Field(ge=5_000, le=100_000_000_000)
    rounds: list[float] = Field(min_length=1, max_length=100)
    explored_first: float = Field(ge=0.0, le=1.0)
    explored: float = Field(ge=0.0, le=1.0)
    sizes: list[TreesSize]
    cap_usd: float = Field(gt=0.0)
    manoeuvres: int = Field(ge=1, le=58)
    loyalty: float = Field(ge=0.0, le=1.0)


class TrainConfiguration(Configuration):
    """Configuration of ``python -m experiments.train``."""

    policies: Literal[
        "world_model",
        "ppo",
        "recurrent_ppo",
        "qr_dqn",
        "belief_ppo",
        "dreamer_v3",
        "pixel_ppo",
        "trees",
    ]
    experience: list[str] = Field(min_length=1)
    privileged: bool
    seed: int = Field(ge=0, lt=2**31)
    members: int = Field(ge=1, le=16)
    flat_hidden: int = Field(ge=0, le=300)  # wider ones do not fit into a checkpoint
    updates: Updates
    look_dropout: float = Field(ge=0.0, le=1.0)
    rows: int = Field(ge=1_000)
    stride: int = Field(ge=1, le=100)
    validation_share: float = Field(gt=0.0, lt=0.5)
    model_free: ModelFreeConfiguration
    pixel_ppo: PixelPPOConfiguration
    dreamer_v3: DreamerV3Configuration
    trees: TreesConfiguration
    device: str
    output: str
