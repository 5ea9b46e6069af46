"""Collect experience for the world model from the simulator, with train seeds and train objects only."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
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


if __name__ == "__main__":
    COMMAND.run()
