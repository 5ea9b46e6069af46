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
    from experiments.audit.summary import summarise
    from experiments.audit.told import read
    from experiments.configuration import validate

    config = validate(AuditConfiguration, values)
    if config.show is not None:
        sys.stdout.write(summarise(read(Path(config.show))))
        return
    # only now: what is shown at once does not wait for the engines
    from experiments.audit.resume import run
    from experiments.audit.show import publish, tell
    from experiments.page.audit import write_audit_page
    from experiments.provenance import commit

    about = {"git_commit": commit(), "config": config.model_dump(exclude={"output", "show"})}
    audited = run(config)
    folder = Path(config.output)
    publish(audited, folder, about)
    told = read(folder)
    page = write_audit_page(folder, told)
    sys.stdout.write(summarise(told))
    sys.stdout.write(f"{folder / 'audit.md'}\n{page}\n{json.dumps(tell(audited))}\n")


COMMAND = Command(_run, groups=("suite",), config_name="audit")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="audit")
def main(config: DictConfig) -> None:
    """Probe what was asked for."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
