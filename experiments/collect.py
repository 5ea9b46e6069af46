"""Collect experience from the twin for the world model: train seeds and train objects only."""

from __future__ import annotations

import sys
from typing import Any

import hydra
from omegaconf import DictConfig

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """The body."""
    from experiments.cli.configuration import validate
    from experiments.training.collection.collect import CollectConfiguration, collect
    from experiments.training.collection.quotas import describe, missing

    config = validate(CollectConfiguration, values)
    counts = collect(config)
    sys.stdout.write(describe(counts))
    for line in missing(counts):
        sys.stdout.write(f"not met: {line}\n")
    sys.stdout.write(f"{config.output}\n")


COMMAND = Command(_run, config_name="collect")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="collect")
def main(config: DictConfig) -> None:
    """Collect what was asked for."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
