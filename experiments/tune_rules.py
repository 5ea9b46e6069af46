"""Tune the thresholds of the rules by CMA-ES on train seeds; the best on validation seeds becomes a policy."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from pathlib import Path

    from experiments.cli.configuration import TuneConfiguration, validate
    from experiments.cli.locations import locate
    from experiments.training import rules as tuning
    from experiments.training import tuned_rules

    config = validate(TuneConfiguration, values)
    found = tuning.tune(
        locate("suite", config.suite),
        locate("policy", config.policies),
        tuning.Effort(
            config.budget_decisions, config.instances_per_stratum, config.seed, config.workers
        ),
        log=Path(config.log),
        perception=config.perception,
        allow=tuple(config.allow),
    )
    path = Path(config.output)
    tuned_rules.write_policy(path, found, config.policies)
    sys.stdout.write(tuned_rules.describe(found))
    sys.stdout.write(f"{path}\n")


COMMAND = Command(_run, config_name="tune_rules")


if __name__ == "__main__":
    COMMAND.run()
