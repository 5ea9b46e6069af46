"""Check our PPO: the same learner on highway-env's `highway-fast-v0`, for which others have published results."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.training.configuration import PPOCheckConfiguration
    from experiments.training.model_free.highway_check import check_ppo, describe

    config = validate(PPOCheckConfiguration, values)
    sys.stdout.write(describe(check_ppo(config), config))


COMMAND = Command(_run, config_name="ppo_check")


if __name__ == "__main__":
    COMMAND.run()
