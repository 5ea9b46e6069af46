"""Tables of an audit, made from ``audit.json`` alone without computing anything."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.errors import UserError
from experiments.presentation.text.columns import markdown_table

FILE: Final = "audit.json"

BROKEN: Final = "broken: "
"""Prefix of the names of broken models."""

TWIN: Final = "twin"

WORDING: Final = (
    ("following", "shortcut learning"),
    ("all told: ", "true state known: "),
    ("dear to hit", "costly to hit"),
)
"""Words of the file, which stay so that old audits can be read, and how tables put them."""


class Cell(NamedTuple):
    """One value of one subject of the audit."""

    text: str
    small: str  # its interval, or nothing
    failed: bool


class AuditRow(NamedTuple):
    """One measure of the audit: a row of a table."""

    probe: str
    measure: str
    line: str  # the limit; empty for what is not judged
    cells: tuple[Cell | None, ...]  # one per subject
    noticed: tuple[str, ...]  # broken models that miss the limit


class AuditTable(NamedTuple):
    """The rows of one audit."""

    judged: str
    num_moments: int
    subjects: tuple[str, ...]
    red: list[AuditRow]  # limits that the judged model misses
    passed: list[AuditRow]  # limits that it meets
    shown: list[AuditRow]  # measures without a limit for it
    about: Mapping[str, Any]  # the whole file


class _Measure(NamedTuple):
    """All findings of one measure."""

    probe: str
    measure: str
    by_subject: Mapping[str, Mapping[str, Any]]

    @property
    def noticed(self) -> tuple[str, ...]:
        """Broken models that miss the limit, as they should."""
        rows = self.by_subject.items()
        return tuple(
            name[len(BROKEN) :] for name, row in rows if name.startswith(BROKEN) and row["failed"]
        )


def read(folder: Path) -> AuditTable:
    """Read the output folder of ``python -m experiments.audit``; rows stay in the order of the file.

    Raises
    ------
    UserError
        If there is no such file, or it holds something else.
    """
    path = folder / FILE
    try:
        return sort_rows(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: not the audit.json of an audit") from None


def sort_rows(values: Mapping[str, Any]) -> AuditTable:
    """Sort the findings of a file into rows."""
    judged, (subjects, measures) = str(values["model"]), _group(values["findings"])
    table = AuditTable(judged, int(values["moments"]), subjects, [], [], [], values)
    for one in measures:
        rows = one.by_subject
        line = next((str(row["line"]) for row in rows.values() if row["line"]), "")
        cells = tuple(_cell(rows.get(name)) for name in subjects)
        mine = rows.get(judged)
        place = (
            table.shown
            if not mine or not mine["line"]
            else table.red
            if mine["failed"]
            else table.passed
        )
        place.append(AuditRow(reword(one.probe), reword(one.measure), line, cells, one.noticed))
    return table


def write_markdown(findings: Sequence[Mapping[str, Any]]) -> str:
    """Format a table with a row per measure and a column per subject; values that miss their limit are bold."""
    subjects, measures = _group(findings)
    head = ["probe", "measure", "limit", *subjects, "broken models that miss it"]
    lines = []
    for one in measures:
        rows = one.by_subject
        # a limit for controls alone is not shown
        limits = [rows[name]["line"] for name in subjects if name != TWIN and name in rows]
        line = next((limit for limit in limits if limit), "-")
        cells = [_markdown_cell(rows.get(name)) for name in subjects]
        noticed = ", ".join(one.noticed) or "-"
        lines.append([reword(one.probe), reword(one.measure), line, *cells, noticed])
    return "\n".join(markdown_table(head, lines)) + "\n"


def _group(findings: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[_Measure]]:
    """Subjects without the broken models, and findings by measure, both in the order of the file."""
    names = dict.fromkeys(str(one["subject"]) for one in findings)
    grouped: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for one in findings:
        grouped.setdefault((one["probe"], one["measure"]), {})[str(one["subject"])] = one
    subjects = tuple(name for name in names if not name.startswith(BROKEN))
    return subjects, [_Measure(*key, rows) for key, rows in grouped.items()]


def _markdown_cell(finding: Mapping[str, Any] | None) -> str:
    """A value with its interval."""
    if finding is None or finding["value"] is None:
        return "-"
    text = f"{finding['value']:,.3g}"
    if finding["low"] is not None:
        text += f" [{finding['low']:,.3g}, {finding['high']:,.3g}]"
    return f"**{text}**" if finding["failed"] else text


def _cell(finding: Mapping[str, Any] | None) -> Cell | None:
    """A value with its interval; ``None`` if it was not measured."""
    if finding is None or finding["value"] is None:
        return None
    low, high = finding["low"], finding["high"]
    small = "" if low is None else f"{number(low)} … {number(high)}"
    return Cell(number(finding["value"]), small, bool(finding["failed"]))


def number(value: float) -> str:
    """A number with three significant digits, without an exponent for large values."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def reword(text: str) -> str:
    """Translate a name of the file to the words of the tables."""
    for old, new in WORDING:
        text = text.replace(old, new)
    return text
