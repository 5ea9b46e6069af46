"""Overrides whose text Hydra would misread: the quoted form to type instead."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.errors import HydraException

NO_TEXT: Final = "input should be a valid string"
"""Pydantic's words where a text is expected."""

_SPECIAL: Final = "characters such as = [ ] { } ( ) , # ~ and quotes, and letters with accents"
_KEY: Final = re.compile(r"[+~]{0,2}[\w./@-]+")


def describe_misread(word: str, *, is_multirun: bool) -> str | None:
    """What is wrong with an override that Hydra cannot read, and the form to type; ``None`` if it can.

    Parameters
    ----------
    word
        The override, as the shell passed it on.
    is_multirun
        Whether a comma separates values of several runs.
    """
    key, equals, value = word.partition("=")
    if not equals or not _KEY.fullmatch(key):
        return None
    read, form = _read(word), propose(key, value)
    if form is None:
        return None
    if read is None:
        return f"{_SPECIAL} need quotes: write {form}"
    if read.is_sweep_override() and not is_multirun and "," in value:
        as_list = for_shell(f"{key}=[{value}]")
        return f"several values need --multirun: as a list, write {as_list}; as one text, {form}"
    return None


def add_form(message: str, words: Sequence[str]) -> str:
    """Add the quoted form to a message about a text that Hydra read as something else, such as a number or a list."""
    for word in words:
        key, _, value = word.partition("=")
        form = _as_text(key, value)
        if (
            form
            and value != "null"
            and re.search(rf"(^|; ){re.escape(key)}: got [^;]*{NO_TEXT}", message)
        ):
            message += f"; as a text, {key} is written {form}"
    return message


def propose(key: str, value: str) -> str | None:
    """An override, quoted for Hydra and for the shell, that gives this text, or this list of texts."""
    if value.startswith("[") and value.endswith("]"):
        items = [item if _read(f"{key}=[{item}]") else quote(item) for item in split_list(value)]
        word = f"{key}=[{','.join(items)}]"
        if items and _read(word):
            return for_shell(word)
    return _as_text(key, value)


def _as_text(key: str, value: str) -> str | None:
    """An override, quoted for Hydra and for the shell, that gives this text."""
    word = f"{key}={quote(value)}"
    return for_shell(word) if _read(word) else None


def quote(text: str) -> str:
    """A text as Hydra reads it without change; ``~`` at its beginning is the user's folder."""
    if text.startswith(("~/", "~\\")):
        text = str(Path(text).expanduser())
    return QuotedString(text=text, quote=Quote.double).with_quotes()


def for_shell(word: str) -> str:
    """A word as it is typed into the shell of this system."""
    return shlex.quote(word) if os.name == "posix" else subprocess.list2cmdline([word])


def split_list(value: str) -> list[str]:
    """The elements of a list in brackets; commas within inner brackets or quotes separate nothing."""
    return [item.strip() for item in _split(value[1:-1]) if item.strip()]


def _split(text: str) -> Iterator[str]:
    """The parts of a text between its outermost commas."""
    begin = depth = 0
    open_quote = ""
    for k, letter in enumerate(text):
        if open_quote:
            open_quote = "" if letter == open_quote else open_quote
        elif letter in "'\"" and k == begin:
            open_quote = letter
        elif letter == "," and depth == 0:
            yield text[begin:k]
            begin = k + 1
        else:
            depth += (letter in "[{(") - (letter in "]})")
    yield text[begin:]


def _read(word: str) -> Override | None:
    """An override as Hydra reads it; ``None`` if it cannot."""
    try:
        return OverridesParser.create().parse_override(word)
    except HydraException:
        return None
