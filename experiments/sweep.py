"""Policies x policy seeds x strata x any list: a table and a page; or a search for numbers in a policy's file."""

from __future__ import annotations

import json
import sys
from typing import Any

import hydra
from omegaconf import DictConfig

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """The body."""
    from experiments.cli.configuration import validate
    from experiments.studies.sweeps.configuration import SweepConfiguration
    from experiments.studies.sweeps.run import run_sweep
    from experiments.studies.sweeps.search import run_search

    config = validate(SweepConfiguration, values)
    if config.search is not None:
        told = run_search(config, config.search)
    else:
        text, told = run_sweep(config)
        sys.stdout.write(text)
    sys.stdout.write(json.dumps(told) + "\n")
    if told["failed"]:
        raise SystemExit(1)


COMMAND = Command(_run, groups=("suite", "cost"), config_name="sweep")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="sweep")
def main(config: DictConfig) -> None:
    """Sweep over what was asked for."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
