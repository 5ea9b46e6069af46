"""Change one property of an instance over a grid; print what every manoeuvre costs and what policies do."""

from __future__ import annotations

import json
import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    import yaml

    from envs.debris.catalogue import load_catalogue
    from experiments.cli.configuration import validate
    from experiments.store.atomic import write_text
    from experiments.store.progress import Progress
    from experiments.store.provenance import machine, typed_command
    from experiments.store.run_folder import open_run
    from experiments.studies.counterfactual.configuration import (
        CounterfactualConfiguration,
        find_item,
    )
    from experiments.studies.counterfactual.files import describe, write
    from experiments.studies.counterfactual.properties import find_property
    from experiments.studies.counterfactual.study import study

    config = validate(CounterfactualConfiguration, values)
    suite = config.load_suite()
    item = find_item(suite.items(config.split), config.family, config.seed)
    instance = suite.instance(item)
    changed = find_property(instance, config.property, load_catalogue(suite.catalogue_dirs))
    grid = changed.grid(instance, config.num_values, config.low, config.high)
    policies, cost = config.load_policies(), config.load_cost()
    with Progress("simulating", 100, "per cent") as progress:

        def report(share: float, what: str) -> None:
            progress.reach(round(100 * share), remark=what)

        found = study(
            instance,
            changed,
            grid,
            policies,
            cost=cost,
            policy_seed=config.policy_seed,
            report=report,
        )
    files = config.list_ingredients()
    values = config.model_dump(exclude={"output"})
    with open_run("counterfactual", config.output, values, files) as folder:
        picture = write(found, describe(item, instance), folder.path)
        plain = config.model_dump()
        write_text(folder.path / "config.yaml", yaml.safe_dump(plain, sort_keys=False))
        provenance = {
            "command": typed_command("counterfactual"),
            "config": plain,
            "suite": {"version": suite.version, "sha256": dict(suite.sha256)},
            "instance": {**item._asdict(), "instance_hash": instance.hash},
            "sha256": files,
            "machine": machine(),
        }
        write_text(folder.path / "provenance.json", json.dumps(provenance, indent=2) + "\n")
        folder.finish()
    sys.stdout.write(f"{picture}\n")


COMMAND = Command(_run, config_name="counterfactual")


if __name__ == "__main__":
    COMMAND.run()
