"""The shell around every command: user errors end in one line on stderr and exit code 2, without a traceback."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any, Final, NoReturn

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from envs.errors import UserError

USER_ERROR_CODE: Final = 2

_NOISE: Final = (
    "Set the environment variable",
    "See https",
    "To append to your",
    "Config search path",
)
"""Beginnings of lines in Hydra's messages that do not say what is wrong."""


class Command:
    """A Hydra command that answers mistakes with one line.

    Parameters
    ----------
    body
        Takes what Hydra composed, as plain values; a config group becomes the name that was chosen.
    groups
        Names of the command's config groups.

    Notes
    -----
    Hydra ends with code 1 for a mistake in the overrides and for a crash alike. What it writes before the body begins
    can only be about the overrides: that is held back and told in one line.
    """

    def __init__(
        self, body: Callable[[dict[str, Any]], None], groups: tuple[str, ...] = ()
    ) -> None:
        self._body = body
        self._groups = groups
        self._stderr = sys.stderr
        self._has_begun = False

    def __call__(self, config: DictConfig) -> None:
        """Run the body on a composed configuration.

        Raises
        ------
        SystemExit
            With code 2 after a user error.
        """
        self._has_begun = True
        sys.stderr = self._stderr
        container = OmegaConf.to_container(config, resolve=True)
        values = {str(k): v for k, v in container.items()} if isinstance(container, dict) else {}
        for group in self._groups:
            values[group] = HydraConfig.get().runtime.choices[group]
        try:
            self._body(values)
        except UserError as error:
            sys.stderr.write(f"error: {error}\n")
            raise SystemExit(USER_ERROR_CODE) from None

    def run(self, main: Callable[[], None]) -> NoReturn:
        """Run the decorated entry point and end the process.

        Raises
        ------
        SystemExit
            Always: 0 after success, 2 after a user error, 1 after a failure.
        """
        held = io.StringIO()
        sys.stderr = held
        try:
            main()
        except SystemExit as stop:
            if self._has_begun or stop.code in {0, None}:
                raise
            lines = [line.strip() for line in held.getvalue().splitlines()]
            told = "; ".join(line for line in lines if line and not line.startswith(_NOISE))
            self._stderr.write(f"error: {told}\n")
            raise SystemExit(USER_ERROR_CODE) from None
        finally:
            sys.stderr = self._stderr
        raise SystemExit(0)
