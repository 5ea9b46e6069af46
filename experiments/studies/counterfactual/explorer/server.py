"""Serves the explorer on this machine only, in one process that leaves no files behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

from experiments.presentation.local_page.server import free_port, serve_page
from experiments.studies.counterfactual.configuration import ExploreConfiguration
from experiments.studies.counterfactual.explorer.model import Model
from experiments.studies.counterfactual.explorer.view import View


def serve(config: ExploreConfiguration) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises
    ------
    UserError
        If the configuration is wrong or the port is taken.
    SystemExit
        With code 0 after one of these signals.
    """
    port = free_port(config.port)
    with tempfile.TemporaryDirectory(prefix="roadworld-") as folder:
        model = Model(config, Path(folder))
        serve_page(
            lambda query: View(model, query),
            title="roadworld explorer",
            port=port,
            show=config.show,
        )
