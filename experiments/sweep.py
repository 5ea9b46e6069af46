"""Drive policies x policy seeds x strata x any list into one table and page, or search numbers of a policy's file."""

from __future__ import annotations

import json
import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.studies.sweeps.configuration import SweepConfiguration
    from experiments.studies.sweeps.run import run_sweep
    from experiments.studies.sweeps.search import run_search

    config = validate(SweepConfiguration, values)
    if config.search is not None:
        result = run_search(config, config.search)
    else:
        text, result = run_sweep(config)
        sys.stdout.write(text)
    sys.stdout.write(json.dumps(result) + "\n")
    if result["failed"]:
        raise SystemExit(1)


COMMAND = Command(_run, config_name="sweep")


if __name__ == "__main__":
    COMMAND.run()
