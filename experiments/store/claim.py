"""A folder belongs to one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from envs.errors import UserError
from experiments.store.atomic import write_text


def claim(folder: Path, values: dict[str, Any]) -> None:
    """Write down what is trained in a folder.

    Raises
    ------
    UserError
        If something else is.
    """
    text = json.dumps(values, sort_keys=True, indent=1) + "\n"
    path = folder / "training.json"
    if path.is_file() and path.read_text(encoding="utf-8") != text:
        raise UserError(f"output: got {folder}, which holds a run of another configuration or data")
    write_text(path, text)
