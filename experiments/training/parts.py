"""Parts of a training; each is trained once, and a continued training reads the finished ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.store.atomic import write_text
from experiments.store.steps import Steps
from experiments.store.tensors import read_tensors, write_tensors
from policies.checkpoint import flatten, unflatten


def learn_once(
    folder: Path,
    name: str,
    like: Any,  # noqa: ANN401 (named tuples of arrays)
    learn: Callable[[], tuple[Any, dict[str, float]]],
) -> tuple[Any, dict[str, float]]:
    """Train a part, unless the folder contains it.

    Parameters
    ----------
    folder
        Of the training; gets ``<name>.safetensors`` and ``<name>.json``.
    name
        Of the part.
    like
        Arrays with the names of those that are learned, in any shape.
    learn
        Returns the arrays and figures about them.

    Returns
    -------
    arrays, figures
        As ``learn`` returned them, in this run or in an earlier one.
    """
    tensors, figures = f"{name}.safetensors", f"{name}.json"

    def make() -> None:
        made, about = learn()
        write_tensors(folder / tensors, flatten(made))
        write_text(folder / figures, json.dumps(about) + "\n")

    Steps(folder).do((figures, tensors), make)
    about = json.loads((folder / figures).read_text(encoding="utf-8"))
    return unflatten(like, read_tensors(folder / tensors)), about
