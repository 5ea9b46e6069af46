"""Serves a game on this machine only; every drive is on disk before the next one begins."""

from __future__ import annotations

from experiments.presentation.local_page.server import free_port, serve_page
from experiments.studies.play.configuration import PlayConfiguration
from experiments.studies.play.game import Game
from experiments.studies.play.plan import open_folder, prepare
from experiments.studies.play.view import View


def serve(config: PlayConfiguration) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises
    ------
    UserError
        If the configuration is wrong or the port is taken; nothing has been written then.
    SystemExit
        With code 0 after one of these signals.
    """
    port = free_port(config.port)
    plan = prepare(config)
    with open_folder(plan) as folder:
        game = Game(plan, folder)
        serve_page(lambda _: View(game), title="roadworld play", port=port, show=config.show)
