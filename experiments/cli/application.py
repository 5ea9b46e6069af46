"""The frame of every command: user errors end in one line on stderr and exit code 2, without a traceback."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.cli.command_line import RefusedError, check_command_line
from experiments.cli.help import make_page
from experiments.cli.messages import put_options_first, rename, shorten
from experiments.cli.quoting import add_form
from experiments.cli.streams import PIPE_CODE, end_if_hung_up, escape_unknown_letters, flush

FAILURE_CODE, USER_ERROR_CODE = 1, 2

INTERRUPT_CODE: Final = 128 + signal.SIGINT
"""Exit code with which a shell reports that a process was interrupted from the keyboard."""

LONGEST_LINE: Final = 2_000
"""Largest number of characters of an error message, which may quote the command line."""

_OF_OPTIONS: Final = (ValueError, HydraException, OmegaConfBaseException)
"""Exceptions of Hydra for options that do not go together, and for overrides with ``--info``."""


class Command:
    """A Hydra command that reports user errors in one line.

    Parameters
    ----------
    body
        Takes the values that Hydra composed.
    config_name
        The command's file in ``conf``; names what is allowed when a key is misspelt.
    is_server
        Whether the command waits for a browser most of the time and so reports no progress.

    Notes
    -----
    Hydra ends with code 1 for a mistake in the overrides and for a crash alike. What it writes before the body begins
    can only be about the overrides: that is held back and shown as one line.
    """

    def __init__(
        self,
        body: Callable[[dict[str, Any]], None],
        config_name: str | None = None,
        *,
        is_server: bool = False,
    ) -> None:
        self._body = body
        self._config_name = config_name or ""
        self._is_server = is_server
        self._stderr = sys.stderr
        self._has_begun = False
        self._typed: list[str] = []

    def __call__(self, config: DictConfig) -> None:
        """Run the body on a composed configuration.

        Raises
        ------
        SystemExit
            With code 2 after a user error, 1 if workers died again and again.
        BrokenPipeError
            If it is not about the output of this process.
        """
        # not at the top: `envs` brings Gymnasium, which `--help` does not need
        from envs.errors import UserError
        from experiments.cli.locations import use_folder
        from experiments.store.errors import WorkerDiedError
        from experiments.store.progress import heartbeat

        self._has_begun = True
        sys.stderr = self._stderr
        try:
            sys.argv[1:] = self._typed or sys.argv[1:]  # as provenance shows it
            use_folder(_find_user_folder())
            values = to_values(config)
            if self._is_server:
                self._body(values)
                return
            with heartbeat(self._config_name.removesuffix("_command"), self._stderr):
                self._body(values)
        except UserError as error:
            self._fail(add_form(str(error), self._typed), USER_ERROR_CODE)
        except OmegaConfBaseException as error:
            self._fail(self._shorten(str(error)), USER_ERROR_CODE)
        except WorkerDiedError as error:
            self._fail(str(error), FAILURE_CODE)
        except BrokenPipeError:
            end_if_hung_up(is_likely=True)
            raise

    def __getstate__(self) -> dict[str, Any]:
        """State for a process of Hydra's joblib launcher, which has a stderr of its own."""
        return {name: value for name, value in vars(self).items() if name != "_stderr"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state, with the stderr of this process."""
        vars(self).update(state, _stderr=sys.stderr)

    def run(self) -> NoReturn:
        """Run the command with the command line of this process, and end the process.

        Raises
        ------
        SystemExit
            Always: 0 after success, 2 after a user error, 1 after a failure, 130 after an interrupt from the keyboard,
            141 if the reader of the output is gone.
        BrokenPipeError
            If it is not about the output of this process.
        """

        # with the body's name and file, from which Hydra takes the name of the command
        @functools.wraps(self._body)
        def main(config: DictConfig) -> None:
            self(config)

        entry = hydra.main(
            version_base="1.3", config_path="pkg://conf", config_name=self._config_name
        )(main)
        held, typed = io.StringIO(), list(sys.argv)
        sys.stderr, self._typed = held, typed[1:]
        escape_unknown_letters()
        sys.argv[1:] = [rename(word) for word in put_options_first(typed[1:])]
        try:
            check_command_line(typed[1:])
            self._enter(entry)
        except RefusedError as error:
            self._fail(str(error), USER_ERROR_CODE)
        except KeyboardInterrupt:
            self._fail("interrupted", INTERRUPT_CODE)
        except BrokenPipeError:
            end_if_hung_up(is_likely=True)
            raise
        except _OF_OPTIONS as error:
            if self._has_begun:
                raise
            self._fail(self._shorten(str(error)), USER_ERROR_CODE)
        except SystemExit as stop:
            said_by_job = stop.code == USER_ERROR_CODE and not held.getvalue()
            if self._has_begun or said_by_job or stop.code in {0, None}:
                raise
            end_if_hung_up(is_likely="BrokenPipeError" in held.getvalue())
            self._fail(self._shorten(held.getvalue()), USER_ERROR_CODE)
        finally:
            sys.stderr = self._stderr
            sys.argv[:] = typed
            is_written = flush()
        raise SystemExit(0 if is_written else PIPE_CODE)

    def _enter(self, entry: Callable[[], object]) -> None:
        """Let Hydra run the command, or check it for a page of help: a mistake shows no page."""
        if {"-h", "--help"}.isdisjoint(sys.argv):
            entry()
            return
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                entry()
        except SystemExit as stop:
            if stop.code not in {0, None}:
                raise
        about = sys.modules[self._body.__module__].__doc__ or ""
        sys.stdout.write(make_page(about, self._config_name))

    def _fail(self, text: str, code: int) -> NoReturn:
        """Write one line to stderr and end with a code."""
        line = "; ".join(x.strip() for x in text.splitlines() if x.strip()) or "something is wrong"
        if len(line) > LONGEST_LINE:
            line = f"{line[:LONGEST_LINE]}..."
        self._stderr.write(f"error: {line}\n")
        raise SystemExit(code) from None

    def _shorten(self, text: str) -> str:
        """A message of Hydra on one line."""
        return shorten(text, self._config_name)


def to_values(config: DictConfig) -> dict[str, Any]:
    """A composed configuration as plain values, under the keys that the models of commands have."""
    container = OmegaConf.to_container(config, resolve=True)
    values = {str(k): v for k, v in container.items()} if isinstance(container, dict) else {}
    return {key.removesuffix("_name"): value for key, value in values.items()}


def _find_user_folder() -> Path | None:
    """The folder of ``--config-dir``, relative: results must not depend on where a disk is mounted."""
    for source in HydraConfig.get().runtime.config_sources:
        if source.provider == "command-line":
            return Path(os.path.relpath(source.path))
    return None
