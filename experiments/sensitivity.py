"""Compare policies under changed assumptions, one at a time; print a table and draw a map."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from pathlib import Path

    from experiments.cli.configuration import validate
    from experiments.store.provenance import describe_code
    from experiments.studies.sensitivity.configuration import SensitivityConfiguration
    from experiments.studies.sensitivity.show import publish
    from experiments.studies.sensitivity.study import run

    config = validate(SensitivityConfiguration, values)
    about = describe_code() | {"config": config.model_dump(exclude={"workers", "output"})}
    folder = Path(config.output)
    sys.stdout.write(publish(run(config), config.reference, folder, about))
    sys.stdout.write(f"{folder / 'sensitivity.png'}\n")


COMMAND = Command(_run, config_name="sensitivity")


if __name__ == "__main__":
    COMMAND.run()
