"""Messages of Hydra as one line that a user understands, and the keys that a command takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from omegaconf import OmegaConf

import conf

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

_OF_HYDRA: Final = re.compile(r"(?:hydra|omegaconf|antlr4)\.[\w.]+: ")


def shorten(text: str, config_name: str) -> str:
    """A message of Hydra about the command line on one line.

    Parameters
    ----------
    text
        What Hydra wrote, a traceback perhaps.
    config_name
        The command's file in ``conf``.
    """
    text = _last_error(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(_NOISE)]
    if not lines:
        return "the command line could not be read"
    if lines[0].startswith("usage: "):
        return lines[-1].rpartition(": error: ")[2]
    if lacking := re.match(r"Error parsing override '([^']*)'; missing EQUAL", "; ".join(lines)):
        return f"{typed_key(lacking[1])}: expected option=value, without spaces around ="
    unknown = re.match(r"Could not override '([^']*)'", lines[0])
    if unknown and config_name:
        return f"{unknown[0]}: {_describe_keys(unknown[1], config_name)}"
    return "; ".join(line.rstrip(".") for line in lines).replace(":; ", ": ")


def _last_error(text: str) -> str:
    """The exception at the end of a traceback, whole, without the type if it is Hydra's; other text as it is."""
    _, found, after = text.rpartition("Traceback (most recent call last):\n")
    if not found:
        return text
    lines = after.splitlines(keepends=True)
    # the frames are indented, the exception is not
    begin = next((k for k, line in enumerate(lines) if not line.startswith(" ")), 0)
    return _OF_HYDRA.sub("", "".join(lines[begin:]), count=1)


def _describe_keys(wrong: str, config_name: str) -> str:
    """Allowed keys for a message about a key that does not exist."""
    defaults = defaults_of(f"{config_name}.yaml")
    allowed = list(defaults)
    above, dot, last = wrong.rpartition(".")
    if dot and above in allowed:
        is_open = isinstance(defaults[above], dict)
        return f"{above} has no {last!r}" + (
            f"; +{wrong}=... adds it" if is_open else ": it is one value"
        )
    near = difflib.get_close_matches(wrong, allowed, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key, allowed are {', '.join(allowed)}{hint}"


def defaults_of(file: str) -> dict[str, object]:
    """Keys of a config file and of the files it includes, as they are typed on the command line, with their values."""
    loaded = OmegaConf.to_container(OmegaConf.load(Path(conf.__file__).parent / file))
    if not isinstance(loaded, dict):
        return {}
    included = [item for item in loaded.get("defaults", []) if isinstance(item, str)]
    own = {typed_key(str(key)): value for key, value in loaded.items()}
    found = {key: value for key, value in own.items() if key not in {"defaults", "hydra"}}
    for name in included:
        if name != "_self_":
            for key, value in defaults_of(f"{name}.yaml").items():
                found.setdefault(key, value)
    return found


def typed_key(key: str) -> str:
    """A key of the configuration as it is typed on the command line."""
    return {name: typed for typed, name in RENAMED.items()}.get(key, key)


def put_options_first(words: Sequence[str]) -> list[str]:
    """Words of a command line with ``--config-dir`` before the overrides: Hydra takes it nowhere else."""
    found: list[str] = []
    rest = list(words)
    for k, word in enumerate(rest):
        if word in {"--config-dir", "-cd"} and k + 1 < len(rest):
            found += rest[k : k + 2]
            del rest[k : k + 2]
            break
        if word.startswith("--config-dir="):
            found.append(rest.pop(k))
            break
    return found + rest


def rename(word: str) -> str:
    """An override with the key that the configuration has."""
    key, equals, value = word.partition("=")
    return f"{RENAMED.get(key, key)}{equals}{value}"
