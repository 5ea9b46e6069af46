"""Drive policies through a suite and print the hash of the records; `experiments.compare` also compares their costs."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
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


COMMAND = Command(_run, config_name="evaluate")


if __name__ == "__main__":
    COMMAND.run()
