"""The frame of every command: user errors end in one line on stderr and exit code 2, without a traceback."""

from __future__ import annotations

import contextlib
import difflib
import functools
import io
import os
import re
import select
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

import conf
from experiments.cli.command_line import RefusedError, check_command_line

FAILURE_CODE, USER_ERROR_CODE = 1, 2

PIPE_CODE: Final = 128 + signal.SIGPIPE
INTERRUPT_CODE: Final = 128 + signal.SIGINT
"""Exit codes with which a shell reports that a process ended by these signals."""

LONGEST_LINE: Final = 2_000
"""Largest number of characters of an error message, which may quote the command line."""

RENAMED: Final = {"policy": "policies", "suite": "suite_name", "cost": "cost_name"}
"""Key on the command line to key in the configuration. Hydra would take ``policy`` for the folder ``conf/policy``, and
its value for a file in there; but it may be a list, or a file in a folder of the user's own."""

_NOISE: Final = (
    "Set the environment variable",
    "See https",
    "To append to your",
    "Config search path",
    "provider=",
    "full_key: ",
    "object_type=",
)
"""Prefixes of lines in Hydra's messages that do not describe the error."""

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
            use_folder(_find_user_folder())
            values = to_values(config)
            if self._is_server:
                self._body(values)
                return
            with heartbeat(self._config_name.removesuffix("_command"), self._stderr):
                self._body(values)
        except (UserError, OmegaConfBaseException) as error:
            self._fail(str(error), USER_ERROR_CODE)
        except WorkerDiedError as error:
            self._fail(str(error), FAILURE_CODE)
        except BrokenPipeError:
            _end_if_hung_up()
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
        sys.stderr = held
        sys.argv[1:] = [_rename(word) for word in typed[1:]]
        try:
            check_command_line(sys.argv[1:])
            self._enter(entry)
        except RefusedError as error:
            self._fail(str(error), USER_ERROR_CODE)
        except KeyboardInterrupt:
            self._fail("interrupted", INTERRUPT_CODE)
        except BrokenPipeError:
            _end_if_hung_up()
            raise
        except _OF_OPTIONS as error:
            if self._has_begun:
                raise
            self._fail(self._shorten(str(error)), USER_ERROR_CODE)
        except SystemExit as stop:
            said_by_job = stop.code == USER_ERROR_CODE and not held.getvalue()
            if self._has_begun or said_by_job or stop.code in {0, None}:
                raise
            _end_if_hung_up()
            self._fail(self._shorten(held.getvalue()), USER_ERROR_CODE)
        finally:
            sys.stderr = self._stderr
            sys.argv[:] = typed
            _flush()
        raise SystemExit(0)

    def _enter(self, entry: Callable[[], object]) -> None:
        """Let Hydra run the command; a page of help begins with what the command does, a mistake shows no page."""
        if {"-h", "--help"}.isdisjoint(sys.argv):
            entry()
            return
        page = io.StringIO()
        try:
            with contextlib.redirect_stdout(page):
                entry()
        except SystemExit as stop:
            if stop.code not in {0, None}:
                raise
        sys.stdout.write(f"{sys.modules[self._body.__module__].__doc__}\n{page.getvalue()}")

    def _fail(self, text: str, code: int) -> NoReturn:
        """Write one line to stderr and end with a code."""
        first = (text.splitlines() or ["something is wrong"])[0]
        if len(first) > LONGEST_LINE:
            first = f"{first[:LONGEST_LINE]}..."
        self._stderr.write(f"error: {first}\n")
        raise SystemExit(code) from None

    def _shorten(self, text: str) -> str:
        """A message of Hydra on one line."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        lines = [line for line in lines if not line.startswith(_NOISE)]
        if not lines:
            return "the command line could not be read"
        if lines[0].startswith("Traceback"):
            # an exception inside Hydra: its last line describes the error
            return lines[-1].partition(": ")[2] or lines[-1]
        if lines[0].startswith("usage: "):
            return lines[-1].rpartition(": error: ")[2]
        unknown = re.match(r"Could not override '([^']*)'", lines[0])
        if unknown and self._config_name:
            return f"{unknown[0]}: {self._describe_keys(unknown[1])}"
        return "; ".join(line.rstrip(".") for line in lines).replace(":; ", ": ")

    def _describe_keys(self, wrong: str) -> str:
        """Allowed keys for a message about a key that does not exist."""
        allowed = _keys_of(f"{self._config_name}.yaml")
        above, dot, last = wrong.rpartition(".")
        if dot and above in allowed:
            return f"{above} has no {last!r}; +{wrong}=... adds it"
        near = difflib.get_close_matches(wrong, allowed, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"unknown key, allowed are {', '.join(allowed)}{hint}"


def to_values(config: DictConfig) -> dict[str, Any]:
    """A composed configuration as plain values, under the keys that the models of commands have."""
    container = OmegaConf.to_container(config, resolve=True)
    values = {str(k): v for k, v in container.items()} if isinstance(container, dict) else {}
    return {key.removesuffix("_name"): value for key, value in values.items()}


def _find_user_folder() -> Path | None:
    """The folder of ``--config-dir``."""
    for source in HydraConfig.get().runtime.config_sources:
        if source.provider == "command-line":
            return Path(
                os.path.relpath(source.path)
            )  # results must not depend on where a disk is mounted
    return None


def _end_if_hung_up() -> None:
    """End the process if the reader of its output has closed the pipe, as in ``... | head -1``."""
    poll = select.poll()
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            poll.register(stream.fileno(), 0)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
        raise SystemExit(PIPE_CODE) from None


def _flush() -> None:
    """Flush stdout, and drop what is left if its reader has closed the pipe, so that Python reports no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _keys_of(file: str) -> list[str]:
    """Keys of a config file and of the files it includes, as they are typed on the command line."""
    loaded = OmegaConf.to_container(OmegaConf.load(Path(conf.__file__).parent / file))
    if not isinstance(loaded, dict):
        return []
    included = [item for item in loaded.get("defaults", []) if isinstance(item, str)]
    keys = [key for name in included if name != "_self_" for key in _keys_of(f"{name}.yaml")]
    typed = {name: key for key, name in RENAMED.items()}
    own = [typed.get(str(key), str(key)) for key in loaded]
    return [key for key in own if key not in {"defaults", "hydra"}] + keys


def _rename(word: str) -> str:
    """An override with the key that the configuration has."""
    key, equals, value = word.partition("=")
    return f"{RENAMED.get(key, key)}{equals}{value}"
