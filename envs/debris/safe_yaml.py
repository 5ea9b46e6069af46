"""Reads one catalogue file: YAML without aliases, tags, duplicate keys, deep nesting or large size."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from envs.errors import SHOWN_CHARACTERS, UserError, shown

MAX_BYTES = 65_536
"""Largest file that is read; the built-in ones have about 1 kB."""

MAX_DEPTH = 4
"""Deepest nesting: mapping, distribution, list of pairs, pair."""

LARGEST_INTEGER = 2**63 - 1
"""Largest integer of 64 bits; Python's integers are unlimited, and cannot be printed beyond 4,300 digits."""

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where PyYAML was built with it (about eight times faster), else Python's."""


class CatalogueError(UserError):
    """A mistake in a catalogue file: one line with the file, key, value and what is allowed."""


def quoted_key(key: str) -> str:
    """A key as a message shows it: plain if it can be a key at all, else quoted and cut."""
    return key if key.isidentifier() and len(key) <= SHOWN_CHARACTERS else shown(key)


class _Refused(Exception):  # noqa: N818 (a signal inside this module; users see CatalogueError)
    """Error about the contents of a document, without its file name."""


class _Loader(SafeLoader):  # type: ignore[misc]
    """Safe loader that refuses duplicate and non-text keys and reads 1e5 as a number."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping whose keys are text and occur once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise _Refused(f"line {key.start_mark.line + 1}: a key must be plain text")
            if key.value in seen:
                raise _Refused(f"{quoted_key(key.value)}: given twice, expected once")
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
    """Check the event stream, without recursion, before the loader sees it; returns line and text of every scalar.

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
            raise _Refused(f"line {line}: anchors (&) and aliases (*) are not allowed")
        if getattr(event, "tag", None):
            raise _Refused(f"line {line}: tags (!) are not allowed")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(f"line {line}: expected one document")
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > max_depth:
                raise _Refused(f"line {line}: nested deeper than {max_depth} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            scalars.append((line, event.value))
    return scalars


@contextmanager
def _in_one_line(path: Path | str) -> Iterator[None]:
    """Convert every error about a text to a ``CatalogueError`` of one line."""
    try:
        yield
    except _Refused as refused:
        raise CatalogueError(f"{path}: {refused}") from refused
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise CatalogueError(
            f"{path}: {where}not YAML: {error.problem or error.context}"
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # control characters; an impossible date or an endless integer; a float of too many parts (1:0:0:...:0.0)
        raise CatalogueError(f"{path}: not YAML: {' '.join(str(error).split())}") from error


def read_text(path: Path) -> str:
    """The text of a file of at most ``MAX_BYTES`` of UTF-8, without a byte order mark.

    Raises
    ------
    CatalogueError
        If the file cannot be read, is too large, or is not text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise CatalogueError(f"{path}: larger than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{path}: not UTF-8 text") from error


def read_scalars(path: Path, max_depth: int) -> list[tuple[int, str]]:
    """Line and text of every key and value of a file that another library will load, in the order of the file.

    Raises
    ------
    CatalogueError
        As ``read_mapping``, except that it need not be a mapping.
    """
    text = read_text(path)
    with _in_one_line(path):
        return _check_events(text, max_depth)


def read_mapping(path: Path) -> dict[str, object]:
    """The mapping in a file: keys are text, values are of YAML's safe types and not checked further.

    Raises
    ------
    CatalogueError
        If the file cannot be read, is too large, is not YAML, or is not a plain mapping.
    """
    return parse_mapping(read_text(path), path)


def parse_mapping(text: str, path: Path | str) -> dict[str, object]:
    """The mapping in a text that ``path`` names in errors; as ``read_mapping``.

    Raises
    ------
    CatalogueError
        If it is not YAML, or is not a plain mapping.
    """
    with _in_one_line(path):
        _check_events(text, MAX_DEPTH)
        document: object = yaml.load(text, Loader=_Loader)  # noqa: S506 (a subclass of the safe loader)
    if not isinstance(document, dict):
        kind = "nothing" if document is None else type(document).__name__
        raise CatalogueError(f"{path}: got {kind}, expected a mapping of keys to values")
    return document
