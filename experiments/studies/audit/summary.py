"""Summary of an audit as text for the terminal: missed limits first, at most 100 columns wide."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from experiments.presentation.text.audit_table import AuditTable, Cell
from experiments.presentation.text.columns import align

WIDTH: Final = 100

OTHERS: Final = ("twin", "straight lines")
"""Upper and lower bound, shown beside the model that is judged; further subjects are in the table of the run."""

SUBJECT: Final = 14
"""Columns of a subject's name; a longer one is cut."""


def summarise(audit: AuditTable) -> str:
    """Summarise an audit in several lines; measures without a limit are left out."""
    num_lines = len(audit.red) + len(audit.passed)
    head = (
        f"Does {audit.judged} know physics? {audit.num_moments} moments, {num_lines} limits: {len(audit.red)} missed, "
        f"{len(audit.passed)} met"
    )
    shown = [k for k, one in enumerate(audit.subjects) if one in {audit.judged, *OTHERS}]
    names = [f"{cut(audit.subjects[k], SUBJECT)}  " for k in shown]
    rows: list[list[str]] = []
    for title, group in (("MISSED", audit.red), ("met", audit.passed)):
        if group:
            rows += [[], [title, "limit", *names]]
        for row in group:
            cells = [_text(row.cells[k]) for k in shown]
            rows.append([f"{row.probe}: {row.measure}", row.line, *cells])
    columns = list(zip(*(row[1:] for row in rows if row), strict=True))
    width = WIDTH - sum(2 + max(map(len, column)) for column in columns)
    table = align([[cut(row[0], width), *row[1:]] if row else row for row in rows])
    twin, unnoticed = len(audit.about["twin_failed"]), len(audit.about["unnoticed"])
    tail = f"! misses the limit; the simulator itself misses {twin}; no probe notices {unnoticed} of the broken models"
    return "\n".join(["\n".join(wrap(head, WIDTH)), table, "", "\n".join(wrap(tail, WIDTH))]) + "\n"


def _text(cell: Cell | None) -> str:
    """A value as text; one that misses its limit has a mark that needs no colour."""
    if cell is None:
        return "-  "
    return f"{cell.text} !" if cell.failed else f"{cell.text}  "


def cut(text: str, width: int) -> str:
    """Shorten a text with an ellipsis if it is too long."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
