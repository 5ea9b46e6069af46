"""Serve a local page that changes one property of an instance and shows costs and the policies' choices."""

from __future__ import annotations

from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.cli.extras import require_nicegui
    from experiments.studies.counterfactual.configuration import ExploreConfiguration

    config = validate(ExploreConfiguration, values)
    require_nicegui("explore")
    from experiments.studies.counterfactual.explorer.server import serve

    serve(config)


COMMAND = Command(_run, config_name="explore", is_server=True)


if __name__ == "__main__":
    COMMAND.run()
