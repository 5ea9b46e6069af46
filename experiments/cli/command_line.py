"""Checks of the command line, and of the config folder that it names, before Hydra reads either."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

from experiments.cli.quoting import describe_misread

LONGEST_WORD: Final = 100_000
"""Largest number of characters of one override; a list of a thousand paths is shorter."""

MOST_NESTED: Final = 16
"""Largest depth of brackets in an override, and of levels in a file; the deepest of our own has 5."""

MOST_DIGITS: Final = 300
"""Largest number of digits in a row, which is more than the largest float has."""

MOST_FILES: Final = 10_000
"""Largest number of files of a config folder, so that no whole disk is searched by mistake."""

SETTINGS: Final = r"hydra/launcher$|hydra\.launcher\.(?!_)\w+$|hydra\.verbose$"
"""Allowed settings of Hydra, about how jobs are run; others choose folders or code."""

FORBIDDEN: Final = {
    "${": "is not allowed: it can copy environment variables into saved files, or grow without end; write the value",
    "hydra": "is not allowed in a file: give settings of Hydra on the command line",
}
"""Texts that are not allowed in a user's config folder, with the reasons."""

_LONG_NUMBER: Final = re.compile(rf"\d{{{MOST_DIGITS + 1},}}")


class RefusedError(Exception):
    """A command line is not allowed; the message is one line for the user."""


class _Parser(argparse.ArgumentParser):
    """Parses Hydra's options as Hydra does, but leaves the error messages to Hydra."""

    def error(self, message: str) -> NoReturn:
        """Raise an error instead of printing it and ending the process."""
        raise ValueError(message)


def check_command_line(words: Sequence[str]) -> None:
    """Refuse words after a command's name that would end in a traceback of Hydra, leak the environment, or run code.

    Raises
    ------
    RefusedError
        One line with the override or option and what is wrong.
    """
    is_multirun = not {"-m", "--multirun"}.isdisjoint(words)
    for word in words:
        if problem := _describe_problem(word):
            raise RefusedError(f"{word.partition('=')[0][:60]}: {problem}")
        if problem := describe_misread(word, is_multirun=is_multirun):
            raise RefusedError(f"{word}: {problem}")
    folder = _find_folder(words)
    if folder is not None and folder.is_dir():
        for path in _list_files(folder):
            _check_file(path, folder)


def _describe_problem(word: str) -> str | None:
    """Description of a problem with one word; ``None`` if there is none."""
    key = word.partition("=")[0].lstrip("+~")
    if len(word) > LONGEST_WORD:
        return f"got {len(word):,} characters, allowed are {LONGEST_WORD:,}"
    if _count_nested(word) > MOST_NESTED:
        return f"nested deeper than {MOST_NESTED} levels"
    if digits := _LONG_NUMBER.search(word):
        return f"got a number of {len(digits[0]):,} digits, allowed are {MOST_DIGITS}"
    if re.fullmatch(r"~[\w/]+(=.*)?", word):
        return "is not allowed: an option cannot be left out; give it a value"
    if re.match(r"[\w./@]+(\s+=|=\s)", word):
        return "expected option=value, without spaces around ="
    if key == "hydra.searchpath":
        return "is not allowed: --config-dir names a folder of your own"
    if re.match(r"hydra\b", key) and not re.match(SETTINGS, key):
        return "is not allowed: of Hydra's settings, hydra/launcher, hydra.launcher.<key> and hydra.verbose are"
    return f"${{...}} {FORBIDDEN['${']}" if "${" in word else None


def _count_nested(word: str) -> int:
    """Largest number of brackets that are open at the same time."""
    depth = most = 0
    for letter in word:
        depth += (letter in "[{(") - (letter in "]})")
        most = max(most, depth)
    return most


def _find_folder(words: Sequence[str]) -> Path | None:
    """The folder of ``--config-dir``."""
    parser = _Parser(add_help=False)
    for option, short in (("dir", "-cd"), ("path", "-cp"), ("name", "-cn")):
        parser.add_argument(f"--config-{option}", short)
    parser.add_argument("--cfg", "-c")
    parser.add_argument("--experimental-rerun")
    try:
        found, _ = parser.parse_known_args(list(words))
    except ValueError:
        return None
    if found.experimental_rerun is not None:
        raise RefusedError("--experimental-rerun: is not allowed: it unpickles, which runs code")
    if found.config_path is not None:
        raise RefusedError(
            "--config-path: is not allowed: --config-dir adds a folder of your own to conf"
        )
    return None if found.config_dir is None else Path(found.config_dir)


def _list_files(folder: Path) -> Iterator[Path]:
    """The YAML files below a folder."""
    seen = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        seen += len(names)
        if seen > MOST_FILES:
            raise RefusedError(
                f"--config-dir: {folder}: contains more than {MOST_FILES:,} files; name a folder of configs"
            )
        yield from (Path(place) / one for one in sorted(names) if one.endswith((".yaml", ".yml")))


def _check_file(path: Path, folder: Path) -> None:
    """Refuse a file that Hydra must not read."""
    # not at the top: `envs` brings Gymnasium, which `--help` does not need
    from envs.debris.safe_yaml import CatalogueError, read_scalars, read_text

    if "hydra" in path.relative_to(folder).parts:
        raise RefusedError(f"{path}: a folder named hydra {FORBIDDEN['hydra']}")
    try:
        scalars = read_scalars(path, MOST_NESTED)
        package = re.search(r"(?m)^\s*#\s*@package\s.*hydra", read_text(path))
    except CatalogueError as error:
        raise RefusedError(str(error)) from None
    if package:
        raise RefusedError(f"{path}: @package hydra {FORBIDDEN['hydra']}")
    for line, text in scalars:
        for word, reason in FORBIDDEN.items():
            if word in text:
                raise RefusedError(f"{path}: line {line}: {word} {reason}")
        if _LONG_NUMBER.search(text):
            raise RefusedError(f"{path}: line {line}: a number of more than {MOST_DIGITS} digits")
