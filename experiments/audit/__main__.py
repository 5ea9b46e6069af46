"""Does the learned world model know physics? Probes on fixed moments, with lines, ceilings and controls."""

from __future__ import annotations

import json
import sys
from typing import Any

import hydra
from omegaconf import DictConfig

from experiments.application import Command


def _run(values: dict[str, Any]) -> None:
    """The body."""
    from pathlib import Path

    from experiments.audit.configuration import AuditConfiguration
    from experiments.audit.resume import run
    from experiments.audit.show import publish, tell
    from experiments.configuration import validate
    from experiments.provenance import commit

    config = validate(AuditConfiguration, values)
    audited = run(config)
    about = {"git_commit": commit(), "config": config.model_dump(exclude={"output"})}
    folder = Path(config.output)
    sys.stdout.write(publish(audited, folder, about))
    sys.stdout.write(f"{folder / 'audit.md'}\n{json.dumps(tell(audited))}\n")


COMMAND = Command(_run, groups=("suite",), config_name="audit")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="audit")
def main(config: DictConfig) -> None:
    """Probe what was asked for."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
