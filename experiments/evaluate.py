"""Drive policies through a suite and print what it cost; `python -m experiments.compare` also says who is better."""

from __future__ import annotations

import sys
from typing import Any

import hydra
from omegaconf import DictConfig

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """The body."""
    from experiments.cli.configuration import validate
    from experiments.evaluation.run import (
        EvaluationConfiguration,
        discard_shards,
        execute,
        open_run,
        prepare,
    )

    plan = prepare("evaluate", validate(EvaluationConfiguration, values))
    with open_run(plan) as folder:
        done = execute(plan, folder.path)
        discard_shards(folder.path)
        folder.finish()
    sys.stdout.write(f"records {done.provenance['records_sha256']}\n{folder.path}\n")


COMMAND = Command(_run, groups=("suite", "cost"), config_name="evaluate")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="evaluate")
def main(config: DictConfig) -> None:
    """Evaluate what was asked for."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
