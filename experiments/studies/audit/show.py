"""The table of an audit, and what of it is told by the last line."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.stats.interval import Interval
from experiments.store.atomic import make_folder, write_text
from experiments.store.provenance import machine
from experiments.studies.audit.findings import Audited, Finding

_BROKEN = "broken: "
TWIN = "twin"


def render(audited: Audited) -> str:
    """A table in Markdown: a measure per line, a subject per column; what misses its line is bold.

    Returns
    -------
    str
        Measures without a line after those with one, probe by probe.
    """
    return _render(audited.findings)


def _render(findings: Sequence[Finding]) -> str:
    """The table of some findings."""
    subjects = list(
        dict.fromkeys(one.subject for one in findings if not one.subject.startswith(_BROKEN))
    )
    judged = [one for one in subjects if one != TWIN]
    by_key = {(one.probe, one.measure, one.subject): one for one in findings}
    measures = list(dict.fromkeys((one.probe, one.measure) for one in findings))
    lines = [
        f"| probe | measure | line | {' | '.join(subjects)} | broken models noticed |",
        "|---" * (len(subjects) + 4) + "|",
    ]
    for probe, measure in measures:
        there = [one for one in findings if (one.probe, one.measure) == (probe, measure)]
        # a line for controls alone judges nobody
        line = next((str(one.line) for one in there if one.line and one.subject in judged), "-")
        cells = [_cell(by_key.get((probe, measure, subject))) for subject in subjects]
        noticed = [
            one.subject.removeprefix(_BROKEN)
            for one in there
            if one.subject.startswith(_BROKEN) and one.has_failed
        ]
        lines.append(
            f"| {probe} | {measure} | {line} | {' | '.join(cells)} | {', '.join(noticed) or '-'} |"
        )
    return "\n".join(lines) + "\n"


def _cell(finding: Finding | None) -> str:
    """A value with its interval."""
    if finding is None or math.isnan(finding.value.value):
        return "-"
    text = _number(finding.value)
    return f"**{text}**" if finding.has_failed else text


def _number(value: Interval) -> str:
    told = f"{value.value:,.3g}"
    return told if math.isnan(value.low) else f"{told} [{value.low:,.3g}, {value.high:,.3g}]"


def tell(audited: Audited) -> dict[str, Any]:
    """What a script wants to know.

    Returns
    -------
    dict
        ``failed``: red measures of the judged model; ``twin_failed``: those of the twin, which must be none;
        ``unnoticed``: broken models that no probe has noticed, which must be none.
    """
    findings = audited.findings
    broken = {one.subject for one in findings if one.subject.startswith(_BROKEN)}
    mine = {(one.probe, one.measure): one for one in findings if one.subject == audited.judged}
    # a defect shows where a measure is red, and worse than it is for the model without the defect
    noticed = {
        one.subject
        for one in findings
        if one.has_failed
        and (one.probe, one.measure) in mine
        and one.is_worse_than(mine[one.probe, one.measure])
    }
    return {
        "model": audited.judged,
        "moments": audited.num_moments,
        "failed": _red(findings, audited.judged),
        "twin_failed": _red(findings, "twin"),
        "unnoticed": sorted(broken - noticed),
    }


def _red(findings: Sequence[Finding], subject: str) -> list[str]:
    return [
        f"{one.probe}: {one.measure}"
        for one in findings
        if one.subject == subject and one.has_failed
    ]


def publish(audited: Audited, folder: Path, about: dict[str, Any]) -> str:
    """Write tables and numbers; what is timed has a table of its own.

    Returns
    -------
    str
        The tables.
    """
    make_folder(folder)
    text, timed = render(audited), _render(audited.timed)
    write_text(folder / "audit.md", text)
    write_text(folder / "speed.md", timed)
    told = about | tell(audited) | dict(audited.data) | {"findings": _rows(audited.findings)}
    told |= {"speed": {"machine": machine(), "findings": _rows(audited.timed)}}
    write_text(folder / "audit.json", json.dumps(told, indent=1) + "\n")
    return text + timed


def _rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings for a file."""
    return [
        {"probe": one.probe, "measure": one.measure, "subject": one.subject}
        | {name: None if math.isnan(x) else x for name, x in one.value._asdict().items()}
        | {"line": str(one.line) if one.line else None, "failed": one.has_failed}
        for one in findings
    ]
