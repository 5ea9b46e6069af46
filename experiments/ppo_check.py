"""Is our PPO a sound one? The same learner on highway-env's own ``highway-fast-v0``, where others have published."""

from __future__ import annotations

import sys
from typing import Any

import hydra
from omegaconf import DictConfig

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """The body."""
    from experiments.cli.configuration import validate
    from experiments.training.configuration import PPOCheckConfiguration
    from experiments.training.model_free.highway_check import check_ppo, describe

    config = validate(PPOCheckConfiguration, values)
    sys.stdout.write(describe(check_ppo(config), config))


COMMAND = Command(_run, config_name="ppo_check")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="ppo_check")
def main(config: DictConfig) -> None:
    """Train and measure."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
