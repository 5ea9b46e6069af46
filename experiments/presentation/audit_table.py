"""What ``audit.json`` tells, as rows of a table: red lines first. Reads the file only, so it is quick."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.errors import UserError

FILE: Final = "audit.json"

BROKEN: Final = "broken: "
"""How the names of broken models begin."""


class Cell(NamedTuple):
    """One value of one subject."""

    text: str
    small: str  # its interval, or nothing
    failed: bool


class Row(NamedTuple):
    """One measure."""

    probe: str
    measure: str
    line: str  # what passes; empty for what is not judged
    cells: tuple[Cell | None, ...]  # one per subject
    noticed: tuple[str, ...]  # broken models that miss the line


class Told(NamedTuple):
    """One audit."""

    judged: str
    num_moments: int
    subjects: tuple[str, ...]
    red: list[Row]  # lines that the judged model misses
    passed: list[Row]  # lines that it meets
    shown: list[Row]  # measures without a line for it
    about: Mapping[str, Any]  # everything else


def read(folder: Path) -> Told:
    """Read the audit in a folder.

    Parameters
    ----------
    folder
        Output of ``python -m experiments.audit``.

    Returns
    -------
    Told
        Rows in the order in which they were found.

    Raises
    ------
    UserError
        If there is no such file, or it tells something else.
    """
    path = folder / FILE
    try:
        return tell(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: is not an audit") from None


def tell(values: Mapping[str, Any]) -> Told:
    """Sort what the file holds into rows."""
    judged, findings = str(values["model"]), values["findings"]
    names = dict.fromkeys(str(one["subject"]) for one in findings)
    subjects = tuple(name for name in names if not name.startswith(BROKEN))
    by_key = {(one["probe"], one["measure"], one["subject"]): one for one in findings}
    red: list[Row] = []
    passed: list[Row] = []
    shown: list[Row] = []
    for probe, measure in dict.fromkeys((one["probe"], one["measure"]) for one in findings):
        there = [one for one in findings if (one["probe"], one["measure"]) == (probe, measure)]
        noticed = tuple(
            one["subject"].removeprefix(BROKEN)
            for one in there
            if one["subject"].startswith(BROKEN) and one["failed"]
        )
        line = next((str(one["line"]) for one in there if one["line"]), "")
        cells = tuple(_cell(by_key.get((probe, measure, name))) for name in subjects)
        mine = by_key.get((probe, measure, judged))
        place = shown if mine is None or not mine["line"] else red if mine["failed"] else passed
        place.append(Row(probe, measure, line, cells, noticed))
    return Told(judged, int(values["moments"]), subjects, red, passed, shown, values)


def _cell(finding: Mapping[str, Any] | None) -> Cell | None:
    """A value with its interval; ``None`` where nothing was measured."""
    if finding is None or finding["value"] is None:
        return None
    low, high = finding["low"], finding["high"]
    small = "" if low is None else f"{number(low)} … {number(high)}"
    return Cell(number(finding["value"]), small, bool(finding["failed"]))


def number(value: float) -> str:
    """Three digits, without an exponent where a reader would not want one."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
