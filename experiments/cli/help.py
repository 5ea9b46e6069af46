"""The page of ``--help``: options as they are typed, their defaults and meanings, all read from the YAML files."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

import conf
from experiments.cli.messages import typed_key

FOLDER: Final = Path(conf.__file__).parent
COLUMN: Final = 30
"""Column at which meanings begin; a longer option has a line of its own."""

LONGEST_DEFAULT: Final = 70
"""Largest number of characters of a default that is shown whole."""

_PREFIX: Final = re.compile(r"^\w+=\.\.\. on the command line: ")
"""Says in the YAML file which key is typed; the page shows that key."""

MORE: Final = (
    ("--cfg job", "print the values of all options, and run nothing"),
    ("--config-dir FOLDER", "a folder with files of your own, searched beside conf"),
    ("--multirun", "run once for each of several values, as in seed=1,2"),
    ("--hydra-help", "further options of Hydra"),
)


class Option(NamedTuple):
    """One option of a command."""

    name: str
    """The key as it is typed; dots join nested ones."""
    default: str | None
    """The default as it is typed; ``None`` if there are only options below this key."""
    meaning: str
    """The comment in the YAML file."""
    heading: str
    """The comment on the lines above it."""


def make_page(description: str, config_name: str) -> str:
    """The page of a command.

    Parameters
    ----------
    description
        What the command does.
    config_name
        The command's file in ``conf``.
    """
    text = (FOLDER / f"{config_name}.yaml").read_text(encoding="utf-8")
    name = config_name.removesuffix("_command")
    width = min(max(shutil.get_terminal_size((110, 24)).columns, 80), 120)
    options = list(read_options(config_name))
    lines = [description.strip(), "", f"usage: python -m experiments.{name} [option=value ...]"]
    lines += ["", "examples:", *_read_examples(text), "", "options with their defaults:"]
    for option in options:
        if option.heading:
            lines += [
                "",
                *textwrap.wrap(
                    option.heading, width - 2, initial_indent="  ", subsequent_indent="  "
                ),
            ]
        lines += _lay_out(_show(option), option.meaning, width)
    folders = re.findall(r"\bconf/([a-z]+)", " ".join(option.meaning for option in options))
    if folders:
        lines += ["", "names of files in conf:"]
        for folder in sorted(set(folders)):
            lines += _lay_out(folder, ", ".join(names_in(folder)), width)
    lines += ["", "further options:"]
    for option_name, meaning in MORE:
        lines += _lay_out(option_name, meaning, width)
    return "\n".join(lines) + "\n"


def read_options(config_name: str) -> Iterator[Option]:
    """Options of a command's file, then those of the files that it includes."""
    text = (FOLDER / f"{config_name}.yaml").read_text(encoding="utf-8")
    reader = _Reader(text)
    included = []
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = {key.value: (key, value) for key, value in root.value}
    for item in pairs.pop("defaults")[1].value if "defaults" in pairs else ():
        if isinstance(item, yaml.MappingNode):
            ((key, value),) = item.value
            if key.value in pairs:
                pairs.pop(key.value, None)
                yield Option(key.value, value.value, reader.comment_after(value), "")
        elif item.value != "_self_":
            included.append(item.value)
    pairs.pop("hydra", None)
    for key, value in pairs.values():
        yield from reader.options(key, value, "")
    for file in included:
        # a file may give an option of an included one another default
        yield from (option for option in read_options(file) if option.name not in pairs)


def names_in(folder: str) -> list[str]:
    """Names of the files in a folder of ``conf`` and in its subfolders."""
    paths = sorted((FOLDER / folder).rglob("*.yaml"), key=lambda path: (len(path.parts), path))
    return [path.relative_to(FOLDER / folder).with_suffix("").as_posix() for path in paths]


class _Reader:
    """Reads options with their comments, which a YAML parser drops."""

    def __init__(self, text: str) -> None:
        self._text, self._lines = text, text.splitlines()

    def options(self, key: yaml.Node, value: yaml.Node, prefix: str) -> Iterator[Option]:
        """An option, or those below it."""
        name = f"{prefix}{typed_key(key.value) if not prefix else key.value}"
        heading = "" if prefix else self._heading_above(key)
        is_block = isinstance(value, yaml.CollectionNode) and not value.flow_style
        meaning = self.comment_after(key if is_block else value)
        if is_block and isinstance(value, yaml.MappingNode):
            yield Option(name, None, meaning, heading)
            for inner_key, inner in value.value:
                yield from self.options(inner_key, inner, f"{name}.")
        else:
            yield Option(name, self._default(value), meaning or self.comment_after(key), heading)

    def comment_after(self, node: yaml.Node) -> str:
        """The comment at the end of the line on which a node ends."""
        end = node.end_mark
        found = re.match(r"\s*:?\s*#\s*(.*)", self._lines[end.line][end.column :])
        return _PREFIX.sub("", found[1]) if found else ""

    def _heading_above(self, key: yaml.Node) -> str:
        """The comment on the lines right above a key."""
        found: list[str] = []
        for line in reversed(self._lines[: key.start_mark.line]):
            if not line.startswith("#"):
                break
            found.insert(0, line.lstrip("# "))
        return " ".join(found)

    def _default(self, value: yaml.Node) -> str:
        """A value as it is typed on the command line."""
        if isinstance(value, yaml.SequenceNode):
            items = [self._default(item) for item in value.value]
            return f"[{','.join(items)}]"
        written = self._text[value.start_mark.index : value.end_mark.index]
        plain = re.sub(r"\$\{(\w+)\}", lambda found: f"<{typed_key(found[1])}>", written)
        return re.sub(r"\s+", " ", plain).replace(", ", ",")


def _read_examples(text: str) -> list[str]:
    """The commands in the comments at the beginning of a file; a comment at their end is left out."""
    head = text.partition("\ndefaults:")[0]
    commands = re.findall(r"(?m)^# (python -m (?:[^\n]*\\\n)*[^\n]*)$", head)
    return [f"  {re.sub(chr(10) + '#', chr(10), one).partition(' # ')[0]}" for one in commands]


def _show(option: Option) -> str:
    """Name and default of an option."""
    if option.default is None:
        return f"{option.name}.*"
    if option.default == "???":
        return f"{option.name}=... (required)"
    default = option.default
    if len(default) > LONGEST_DEFAULT:
        default = f"{default[:LONGEST_DEFAULT].rpartition(',')[0]},...]"
    return f"{option.name}={default}"


def _lay_out(left: str, right: str, width: int) -> list[str]:
    """Two columns."""
    room = " " * COLUMN
    wrapped = textwrap.wrap(right, width - COLUMN) or [""]
    if len(left) + 4 > COLUMN and right:
        return [f"  {left}", *(f"{room}{line}" for line in wrapped)]
    return [
        f"  {left:<{COLUMN - 2}}{wrapped[0]}".rstrip(),
        *(f"{room}{line}" for line in wrapped[1:]),
    ]
