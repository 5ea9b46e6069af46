"""Serve a local page on which a person drives instances from the driver's view, beside the policies' costs."""

from __future__ import annotations

from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.cli.extras import require_nicegui
    from experiments.studies.play.configuration import PlayConfiguration

    config = validate(PlayConfiguration, values)
    require_nicegui("play")
    from experiments.studies.play.server import serve

    serve(config)


COMMAND = Command(_run, config_name="play", is_server=True)


if __name__ == "__main__":
    COMMAND.run()
