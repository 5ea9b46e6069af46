"""Reserves a folder for one configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError
from experiments.store.atomic import write_text

TRAINING: Final = "training.json"
"""File that describes what is trained in a folder."""


def claim(
    path: Path, values: dict[str, Any], holds: str = "a run of another configuration or data"
) -> None:
    """Write the configuration to which a folder belongs; raise an error if it belongs to another one.

    Parameters
    ----------
    path
        Path of the file in the folder that contains the configuration.
    values
        Values that decide the contents of the folder; ready for JSON.
    holds
        Description of other contents in the error.

    Raises
    ------
    UserError
        If the folder is for something else.
    """
    text = json.dumps(values, sort_keys=True, indent=1) + "\n"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        write_text(path, text)
        return
    except (OSError, ValueError):
        before = None
    now = json.loads(text)
    if before != now:
        changed = ", ".join(_list_changes(before, now)) if isinstance(before, dict) else ""
        told = f"; other {changed}" if changed else ""
        raise UserError(f"output: got {path.parent}, which contains {holds}{told}")


def _list_changes(before: dict[str, Any], now: dict[str, Any], above: str = "") -> Iterator[str]:
    """Dotted keys whose values differ."""
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _list_changes(old, new, f"{above}{key}.")
        elif old != new:
            yield f"{above}{key}"
