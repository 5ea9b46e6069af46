"""Audit a learned world model as a simulator: probes on fixed moments, with limits, bounds and broken models."""

from __future__ import annotations

import json
import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from pathlib import Path

    from experiments.cli.configuration import validate
    from experiments.presentation.text.audit_table import read
    from experiments.studies.audit.configuration import AuditConfiguration
    from experiments.studies.audit.summary import summarise

    config = validate(AuditConfiguration, values)
    if config.show is not None:
        sys.stdout.write(summarise(read(Path(config.show))))
        return
    # imported only now: showing an audit does not wait for the engines
    from experiments.presentation.page.audit_section import write_audit_page
    from experiments.store.provenance import describe_code
    from experiments.studies.audit.resume import run
    from experiments.studies.audit.show import publish, verdict

    about = describe_code() | {"config": config.model_dump(exclude={"output", "show"})}
    audited = run(config)
    folder = Path(config.output)
    publish(audited, folder, about)
    audit = read(folder)
    page = write_audit_page(folder, audit)
    sys.stdout.write(summarise(audit))
    sys.stdout.write(f"{folder / 'audit.md'}\n{page}\n{json.dumps(verdict(audited))}\n")


COMMAND = Command(_run, config_name="audit")


if __name__ == "__main__":
    COMMAND.run()
