"""Reading one catalogue file: YAML without aliases, tags, duplicate keys, depth or great size."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from envs.errors import UserError

MAX_BYTES = 65_536
"""Largest file that is read; the built-in ones have about 1 kB."""

MAX_DEPTH = 4
"""Deepest nesting: mapping, distribution, list of pairs, pair."""

LARGEST_INTEGER = 2**63 - 1
"""What 64 bits hold; Python's own have no end, and cannot even be printed beyond 4,300 digits."""

SHOWN_CHARACTERS = 60
"""What a file says is quoted up to this length."""

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where PyYAML was built with it (about eight times faster), else Python's."""


class CatalogueError(UserError):
    """A mistake in a catalogue file: one line with the file, key, value and what is allowed."""


def quoted_key(key: str) -> str:
    """A key as a message shows it: plain if it can be a key at all, else quoted and cut."""
    return key if key.isidentifier() and len(key) <= SHOWN_CHARACTERS else shown(key)


def shown(value: object) -> str:
    """A value as a message shows it: on one line, cut to ``SHOWN_CHARACTERS``."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


class _Refused(Exception):  # noqa: N818 (a signal inside this module; users see CatalogueError)
    """What is wrong with a document, without its file name."""


class _Loader(SafeLoader):  # type: ignore[misc]
    """Safe loader that refuses duplicate and non-text keys and reads 1e5 as a number."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose keys are text and occur once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                msg = f"line {key.start_mark.line + 1}: a key must be plain text"
                raise _Refused(msg)
            if key.value in seen:
                msg = f"{quoted_key(key.value)}: given twice, expected once"
                raise _Refused(msg)
            seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _read_integer(loader: Any, node: yaml.ScalarNode) -> float:  # noqa: ANN401 (either of two loaders)
    """An integer of at most 64 bits; a larger one as a float, so that its key's own check refuses it by name."""
    value: int = loader.construct_yaml_int(node)
    if abs(value) <= LARGEST_INTEGER:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


_Loader.add_constructor("tag:yaml.org,2002:int", _read_integer)

# YAML 1.1 takes 1e5 for text, for want of a dot and a signed exponent; people mean a number.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _check_events(text: str, max_depth: int) -> list[tuple[int, str]]:
    """Refuse what the loader must never see, on the event stream: it needs no recursion.

    Returns
    -------
    list
        Line and text of every scalar, keys and values alike.

    Raises
    ------
    _Refused
        If it has an anchor, an alias, a tag, a second document or too many levels.
    """
    scalars = []
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            msg = f"line {line}: anchors (&) and aliases (*) are not allowed"
            raise _Refused(msg)
        if getattr(event, "tag", None):
            msg = f"line {line}: tags (!) are not allowed"
            raise _Refused(msg)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                msg = f"line {line}: expected one document"
                raise _Refused(msg)
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > max_depth:
                msg = f"line {line}: nested deeper than {max_depth} levels"
                raise _Refused(msg)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            scalars.append((line, event.value))
    return scalars


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Everything that can be wrong with a text, as ``_Refused`` with one line."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        msg = f"{where}not YAML: {error.problem or error.context}"
        raise _Refused(msg) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # Control characters; an impossible date or an endless integer; a float of too many parts (1:0:0:...:0.0).
        raise _Refused("not YAML: " + " ".join(str(error).split())) from error


def read_text(path: Path) -> str:
    """The text of a file.

    Parameters
    ----------
    path
        The file; at most ``MAX_BYTES`` of UTF-8 text.

    Returns
    -------
    str
        Without a byte order mark.

    Raises
    ------
    CatalogueError
        If the file cannot be read, is too large, or is no text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise CatalogueError(msg) from error
    if len(raw) > MAX_BYTES:
        msg = f"{path}: larger than {MAX_BYTES} bytes"
        raise CatalogueError(msg)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path}: not UTF-8 text"
        raise CatalogueError(msg) from error


def read_scalars(path: Path, max_depth: int) -> list[tuple[int, str]]:
    """Line and text of every key and value of a file that others will load.

    Parameters
    ----------
    path
        The file.
    max_depth
        Deepest nesting.

    Returns
    -------
    list
        In the order of the file.

    Raises
    ------
    CatalogueError
        As ``read_mapping``, except that it need not be a mapping.
    """
    text = read_text(path)
    try:
        with _in_one_line():
            return _check_events(text, max_depth)
    except _Refused as refused:
        msg = f"{path}: {refused}"
        raise CatalogueError(msg) from refused


def read_mapping(path: Path) -> dict[str, object]:
    """The mapping a catalogue file holds.

    Parameters
    ----------
    path
        The file; at most ``MAX_BYTES`` of UTF-8 text.

    Returns
    -------
    dict[str, object]
        Keys are text. Values are what YAML's safe types give; nothing is checked yet.

    Raises
    ------
    CatalogueError
        If the file cannot be read, is too large, is not YAML, or is not a plain mapping.
    """
    text = read_text(path)
    try:
        with _in_one_line():
            _check_events(text, MAX_DEPTH)
            document: object = yaml.load(text, Loader=_Loader)  # noqa: S506 (a subclass of the safe loader)
    except _Refused as refused:
        msg = f"{path}: {refused}"
        raise CatalogueError(msg) from refused
    if not isinstance(document, dict):
        kind = "nothing" if document is None else type(document).__name__
        msg = f"{path}: got {kind}, expected a mapping of keys to values"
        raise CatalogueError(msg)
    return document
