"""Serve a local page that changes one property of an instance and shows costs and the policies' choices."""

from __future__ import annotations

from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from envs.errors import UserError, describe_cause
    from experiments.cli.configuration import validate
    from experiments.studies.counterfactual.configuration import ExploreConfiguration

    config = validate(ExploreConfiguration, values)
    try:
        import nicegui  # noqa: F401 (is it there?)
    except ImportError as error:
        raise UserError(
            "explore: needs nicegui, which is not installed: pip install --editable '.[explore]' "
            f"({describe_cause(error)})"
        ) from None
    from experiments.studies.counterfactual.explorer.server import serve

    serve(config)


COMMAND = Command(_run, config_name="explore", is_server=True)


if __name__ == "__main__":
    COMMAND.run()
