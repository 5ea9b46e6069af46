"""Film policies side by side in the same instance, with a poster and a contact sheet of the key moments."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.video.configuration import RecordConfiguration
    from experiments.video.job import FILES
    from experiments.video.plan import execute, open_run, prepare

    plan = prepare(validate(RecordConfiguration, values))
    with open_run(plan) as folder:
        videos = execute(plan, folder.path)
        folder.finish()
    for video in videos:
        costs = ", ".join(f"{p['policy']} {p['cost_usd']:,.2f} US$" for p in video["policies"])
        sys.stdout.write(f"{video['family']} {video['seed']}: {costs}\n")
        for name in (video[key] for key in FILES if key in video):
            sys.stdout.write(f"{folder.path / name}\n")
    sys.stdout.write(f"{folder.path}\n")


COMMAND = Command(_run, config_name="record")


if __name__ == "__main__":
    COMMAND.run()
