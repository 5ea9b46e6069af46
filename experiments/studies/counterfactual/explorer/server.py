"""Serves the explorer on this machine only, in one process that leaves no files behind."""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from nicegui import app, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request

from envs.errors import UserError
from experiments.studies.counterfactual.configuration import ExploreConfiguration
from experiments.studies.counterfactual.explorer.model import Model
from experiments.studies.counterfactual.explorer.view import View

HOST: Final = "127.0.0.1"


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
    for number in (signal.SIGINT, signal.SIGTERM):
        # the server handles signals first, and calls these handlers when it has closed
        signal.signal(number, _leave)
    with tempfile.TemporaryDirectory(prefix="roadworld-") as folder:
        model = Model(config, Path(folder))

        @ui.page("/")
        def page(request: Request) -> None:
            View(model, request.query_params)

        # refuse requests under other host names, against DNS rebinding
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
        app.on_startup(lambda: _announce(port))
        ui.run(
            host=HOST,
            port=port,
            title="roadworld explorer",
            show=config.show,
            reload=False,
            show_welcome_message=False,
        )


def free_port(port: int) -> int:
    """The given port if it is free, or any free one for 0.

    Raises
    ------
    UserError
        If it is taken or not allowed.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UserError(f"port: got {port}, which cannot be used: {error.strerror}") from None
        return int(probe.getsockname()[1])


def _announce(port: int) -> None:
    """Print the address of the page."""
    sys.stdout.write(f"http://{HOST}:{port}/\n")
    sys.stdout.flush()


def _leave(_: int, __: FrameType | None) -> NoReturn:
    """End the process with code 0."""
    raise SystemExit(0)
