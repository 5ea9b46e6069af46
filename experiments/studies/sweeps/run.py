"""Runs a sweep from its cells to its table and pages; a finished sweep is only shown again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from envs.errors import not_allowed
from experiments.presentation.text.tables import to_plain
from experiments.store.atomic import make_folder, write_text
from experiments.store.lock import locked
from experiments.store.steps import Steps
from experiments.studies.sweeps.cells import Cell, is_done, keep_finished, make_cells
from experiments.studies.sweeps.configuration import SweepConfiguration
from experiments.studies.sweeps.drive import CELLS, drive
from experiments.studies.sweeps.show import publish_pages, read_lines, render

SUMMARY: Final = "sweep.json"
TABLE: Final = "sweep.txt"


def run_sweep(config: SweepConfiguration) -> tuple[str, dict[str, Any]]:
    """Drive the missing cells and show all of them.

    Returns
    -------
    str
        The table.
    dict
        The summary that the command prints last: cells, failures, pages.

    Raises
    ------
    not_allowed
        If the reference is none of the policies.
    """
    cells, folder = make_cells(config), Path(config.output)
    names = list(dict.fromkeys(cell.stem for cell in cells))
    if config.reference is not None and config.reference not in names:
        raise not_allowed("reference", config.reference, names)
    make_folder(folder)
    with locked(folder):
        cells = [keep_finished(config, cell, folder / CELLS) for cell in cells]
        steps, key = Steps(folder), _make_key(config, cells)
        if steps.find(SUMMARY, key) and all(is_done(cell, folder / CELLS) for cell in cells):
            text = (folder / TABLE).read_text(encoding="utf-8")
            return text, _place(_read_result(folder), folder)
        failed = drive(config, cells, folder)
        lines = read_lines(cells, failed, folder)
        pages = publish_pages(config, cells, failed, folder)
        result = {
            "cells": len(cells),
            "episodes": sum(line.episodes for line in lines),
            "failed": failed,
            "table": TABLE,
            "pages": [page.relative_to(folder).as_posix() for page in pages],
        }
        text = render(lines)
        write_text(folder / TABLE, text)
        plain = [to_plain(line) for line in lines]
        whole = json.dumps({"key": key, "told": result, "lines": plain}, indent=1)
        write_text(folder / SUMMARY, whole + "\n")
        if not failed:
            steps.note(SUMMARY, (SUMMARY, TABLE), key=key)
        return text, _place(result, folder)


def _read_result(folder: Path) -> dict[str, Any]:
    """The summary of a finished sweep."""
    result: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))["told"]
    return result


def _place(result: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The summary with its files in the folder of the sweep, which may have been moved."""
    pages = [str(folder / page) for page in result["pages"]]
    return {**result, "table": str(folder / result["table"]), "pages": pages}


def _make_key(config: SweepConfiguration, cells: Sequence[Cell]) -> str:
    """Hash of everything that decides the table and the pages."""
    parts = [[cell.name for cell in cells], config.reference, config.level, config.num_resamples]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
