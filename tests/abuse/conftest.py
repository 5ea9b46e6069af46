"""The table of the abuse suite: what was tried, how often, what was lost, and whether it was said clearly.

``make test`` runs the short form. ``make abuse`` sets ``ABUSE=full`` and ``ABUSE_TABLE``, the file for the table.
"""

import os
from pathlib import Path

import pytest

from envs.errors import UserError

FULL = os.environ.get("ABUSE") == "full"
ROWS: dict[str, list[int]] = {}


class Tally:
    """Counts of one kind of fault or bad input."""

    def __init__(self, name):
        self._row = ROWS.setdefault(name, [0, 0, 0, 0])

    def add(self, *, lost=0, refused=False, clear=True):
        """One was tried: records lost by it, whether it was refused, and whether in one clear line."""
        self._row[0] += 1
        self._row[1] += lost
        self._row[2] += refused
        self._row[3] += refused and clear

    def read(self, call, *words):
        """Call a reader: what it returns, or ``None`` if it refused in one clear line; anything else is a failure."""
        try:
            found = call()
        except UserError as error:
            text = str(error)
            is_clear = len(text) > 10 and len(text.splitlines()) == 1
            self.add(refused=True, clear=is_clear)
            assert is_clear, text
            for word in words:
                assert word in text
            return None
        self.add()
        return found


@pytest.fixture(scope="session")
def tally():
    """Makes a row of the table."""
    return Tally


@pytest.fixture(scope="session")
def times():
    """How often: the short form, and the full one."""
    return lambda short, full: full if FULL else short


def pytest_terminal_summary(terminalreporter):
    """Print the table, and write it where it was asked for."""
    target = os.environ.get("ABUSE_TABLE")
    if not target:
        return
    lines = [
        "| fault or bad input | tried | records lost | refused | in one clear line |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {t:,} | {lost} | {r:,} | {c:,} |"
            for name, (t, lost, r, c) in sorted(ROWS.items())
        ),
    ]
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    terminalreporter.write_line("")
    for line in lines:
        terminalreporter.write_line(line)
