"""Serves one page on this machine only, by NiceGUI, until the process is interrupted."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Final, NoReturn

from nicegui import app, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request

from envs.errors import UserError

HOST: Final = "127.0.0.1"

RECONNECT_S: Final = 30.0
"""A page that a busy machine cuts off is the same page again within this time, and is not loaded anew [A]."""


def serve_page(
    build: Callable[[Mapping[str, str]], object], *, title: str, port: int, show: bool
) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    build
        Creates the elements of a page from the query of its address; called for every page that is opened.
    title
        Of the page.
    port
        As ``free_port`` returns it.
    show
        Whether the browser is opened.

    Raises
    ------
    SystemExit
        With code 0 after one of these signals.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # the server handles signals first, and calls these handlers when it has closed
        signal.signal(number, _leave)

    @ui.page("/")
    def page(request: Request) -> None:
        build(request.query_params)

    # refuse requests under other host names, against DNS rebinding
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app.on_startup(lambda: _announce(port))
    ui.run(
        host=HOST,
        port=port,
        title=title,
        show=show,
        reload=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_S,
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
