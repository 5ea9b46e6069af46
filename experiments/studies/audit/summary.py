"""An audit as a text for the terminal: red lines first, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from experiments.presentation.audit_table import Cell, Row, Told
from experiments.presentation.columns import align

WIDTH: Final = 100

OTHERS: Final = ("twin", "straight lines")
"""Beside the model that is judged: ceiling and floor; who else took part is in the table of the run."""

SUBJECT: Final = 14
"""Columns of a subject's name; a longer one is cut."""


def summarise(told: Told) -> str:
    """Set the lines of an audit.

    Parameters
    ----------
    told
        What was found.

    Returns
    -------
    str
        Several lines; measures without a line are left out.
    """
    num_lines = len(told.red) + len(told.passed)
    head = (
        f"does {told.judged} know physics? {told.num_moments} moments, {num_lines} lines: {len(told.red)} missed, "
        f"{len(told.passed)} met"
    )
    shown = [k for k, one in enumerate(told.subjects) if one in {told.judged, *OTHERS}]
    names = [told.subjects[k] for k in shown]
    rows: list[list[str]] = []
    for title, group in (("MISSED", told.red), ("met", told.passed)):
        if group:
            rows += [[], _head(title, names), *(_cells(row, shown) for row in group)]
    columns = list(zip(*(row[1:] for row in rows if row), strict=True))
    width = WIDTH - sum(2 + max(map(len, column)) for column in columns)
    table = align([[cut(row[0], width), *row[1:]] if row else row for row in rows])
    twin, unnoticed = len(told.about["twin_failed"]), len(told.about["unnoticed"])
    tail = f"! misses the line; the simulator itself misses {twin}; {unnoticed} broken models go unnoticed"
    return "\n".join(["\n".join(wrap(head, WIDTH)), table, "", "\n".join(wrap(tail, WIDTH))]) + "\n"


def _head(title: str, subjects: Sequence[str]) -> list[str]:
    """Names of the columns."""
    return [title, "line", *(f"{cut(name, SUBJECT)}  " for name in subjects)]


def _cells(row: Row, shown: Sequence[int]) -> list[str]:
    """A measure."""
    return [f"{row.probe}: {row.measure}", row.line, *(_text(row.cells[k]) for k in shown)]


def _text(cell: Cell | None) -> str:
    """A value; what misses its line has a mark, which needs no colour."""
    if cell is None:
        return "-  "
    return f"{cell.text} !" if cell.failed else f"{cell.text}  "


def cut(text: str, width: int) -> str:
    """The text, cut with an ellipsis if it is longer."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
