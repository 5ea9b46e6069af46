"""Columns of text, aligned. Alone in a module, so that a command that only shows something need not load statistics."""

from __future__ import annotations

from collections.abc import Sequence


def align(rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns, the first to the left.

    Parameters
    ----------
    rows
        Of the same length; an empty row is an empty line.

    Returns
    -------
    str
        One line per row.
    """
    widths = [max(map(len, column)) for column in zip(*(row for row in rows if row), strict=True)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] if row else []
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=bool(row))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
