"""Tables of text, aligned or in Markdown; a module of its own, so that quick commands need not import statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown."""
    lines = ["".join(f"| {c} " if c else "| " for c in cells) + "|" for cells in (head, *rows)]
    return [lines[0], "|---" * len(head) + "|", *lines[1:]]


def align(rows: Sequence[Sequence[str]]) -> str:
    """Format rows as aligned lines, the first column to the left; rows are equally long or empty."""
    widths = [max(map(len, column)) for column in zip(*(row for row in rows if row), strict=True)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] if row else []
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=bool(row))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
