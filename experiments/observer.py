"""Measure how much an ideal observer learns about contents from every cue of motion, and what that is worth."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from pathlib import Path

    from experiments.cli.configuration import validate
    from experiments.cli.loading import load_policy
    from experiments.store.progress import Progress
    from experiments.store.provenance import describe_code
    from experiments.studies.observer.configuration import ObserverConfiguration
    from experiments.studies.observer.reading import drive_both
    from experiments.studies.observer.show import NAME, publish
    from experiments.studies.observer.study import make_observers, run

    config = validate(ObserverConfiguration, values)
    cost = config.load_cost()
    driven_families = config.check_driven() if config.num_driven else []
    observers = make_observers(config.list_groups(), cost, config.num_candidates)
    with Progress("observing", len(observers) * config.num_instances, "instances") as progress:
        rows = run(observers, config.num_instances, config.first_seed, progress.reach)
    driven = {}
    for family in driven_families:
        seeds = range(config.first_seed, config.first_seed + config.num_driven)
        instances = [observers[family].sample(seed) for seed in seeds]
        portfolio = [load_policy(name, config.allow) for name in config.policies]
        with Progress("driving", 3 * config.num_driven, "episodes") as progress:
            driven[family] = drive_both(
                instances, portfolio, cost, progress.reach, interval=config.interval
            )
    about = describe_code() | {"config": config.model_dump(exclude={"output"})}
    folder = Path(config.output)
    sys.stdout.write(publish(rows, driven, folder, about))
    sys.stdout.write(f"{folder / NAME}.md\n")


COMMAND = Command(_run, config_name="observer")


if __name__ == "__main__":
    COMMAND.run()
