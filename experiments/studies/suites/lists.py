"""Writes the lists and hashes of a suite into its file, whose other lines and comments stay."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from envs.errors import UserError

_WIDTH: Final = 116
"""Longest line of a list of seeds."""

NOTES: Final = {
    "skipped": "seeds that are left out, because other vehicles touch although the ego touches nothing",
    "unavoidable": "seeds of instances that cannot be solved: labelled before any policy is compared, in no mean",
}
"""Comments above the lists."""


def write_lists(
    path: Path,
    skipped: Mapping[str, Mapping[int, str]],
    unavoidable: Mapping[str, Iterable[int]],
    hashes: Mapping[str, str],
) -> None:
    """Replace the lists of a suite file and its ``sha256`` line, or add them.

    The file is written to a temporary name, then renamed.

    Raises
    ------
    UserError
        If ``sha256`` is on several lines; the file is left alone then.
    """
    text = path.read_text(encoding="utf-8")
    values: dict[str, Any] = {
        "skipped": {
            split: {str(seed): why for seed, why in listed.items()}
            for split, listed in skipped.items()
            if listed
        },
        "unavoidable": {split: sorted(seeds) for split, seeds in unavoidable.items() if seeds},
    }
    for key, value in values.items():
        text = _replace_block(text, key, value)
    values["sha256"] = dict(hashes)
    text = _replace_hashes(path, text, values["sha256"])
    written = yaml.safe_load(text)
    for key, value in values.items():
        if written.get(key, {}) != value:
            raise UserError(f"{path}: {key}: expected a key at the beginning of a line to replace")
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _replace_hashes(path: Path, text: str, hashes: Mapping[str, str]) -> str:
    """The text with another ``sha256`` line."""
    line = "sha256: {" + ", ".join(f"{split}: {value}" for split, value in hashes.items()) + "}"
    changed, count = re.subn(r"(?m)^sha256:.*$", line, text)
    if count == 0:
        changed = f"{text.rstrip()}\n\n{line}\n"
    try:
        written = yaml.safe_load(changed)["sha256"]
    except yaml.YAMLError:
        written = None
    if count > 1 or written != hashes:
        raise UserError(f"{path}: sha256: expected one line `sha256: {{...}}` to replace, or none")
    return changed


def _replace_block(text: str, key: str, value: Mapping[str, Any]) -> str:
    """The text with another value of a key at its top level; an empty value removes the key and its comment."""
    comment = f"# {NOTES[key]}\n"
    text = re.sub(rf"(?m)^(?:{re.escape(comment)})?{key}:.*\n(?:[ \t].*\n)*\n?", "", text)
    if not value:
        return text
    block = f"{comment}{key}:\n" + "".join(
        _split_lines(split, listed) for split, listed in value.items()
    )
    # before the hashes and the comment above them
    place = re.search(r"(?m)^(?:#.*\n)*sha256:", text)
    if place is None:
        return f"{text.rstrip()}\n\n{block}"
    return f"{text[: place.start()]}{block}\n{text[place.start() :]}"


def _split_lines(split: str, listed: Mapping[str, str] | list[int]) -> str:
    """The lines of one split: a seed with its reason each, or seeds in a row."""
    if isinstance(listed, list):
        seeds = ", ".join(map(str, listed))
        return (
            textwrap.fill(
                f"{split}: [{seeds}]", _WIDTH, initial_indent="  ", subsequent_indent="    "
            )
            + "\n"
        )
    lines = "".join(f'    "{seed}": {why}\n' for seed, why in listed.items())
    return f"  {split}:\n{lines}"
