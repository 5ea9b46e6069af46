"""Writes the tables and figures of an audit, and its verdict."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.presentation.text.audit_table import BROKEN, FILE, TWIN, write_markdown
from experiments.store.atomic import make_folder, write_text
from experiments.store.provenance import machine
from experiments.studies.audit.findings import Audited, Finding


def verdict(audited: Audited) -> dict[str, Any]:
    """The verdict of an audit in the form that scripts read.

    Returns
    -------
    dict
        ``failed``: measures of which the judged model misses the limit; ``twin_failed``: those of the twin, which must
        be none; ``unnoticed``: broken models that no probe has noticed, which must be none.
    """
    findings = audited.findings
    broken = {one.subject for one in findings if one.subject.startswith(BROKEN)}
    judged = {(one.probe, one.measure): one for one in findings if one.subject == audited.judged}
    # a defect shows where a limit is missed, and the value is worse than that of the model without the defect
    noticed = {
        one.subject
        for one in findings
        if one.has_failed
        and (one.probe, one.measure) in judged
        and one.is_worse_than(judged[one.probe, one.measure])
    }
    return {
        "model": audited.judged,
        "moments": audited.num_moments,
        "failed": _failed(findings, audited.judged),
        "twin_failed": _failed(findings, TWIN),
        "unnoticed": sorted(broken - noticed),
    }


def _failed(findings: Sequence[Finding], subject: str) -> list[str]:
    return [
        f"{one.probe}: {one.measure}"
        for one in findings
        if one.subject == subject and one.has_failed
    ]


def publish(audited: Audited, folder: Path, about: dict[str, Any]) -> None:
    """Write ``audit.json``, ``audit.md`` and ``speed.md``; the last one is separate because timings vary."""
    make_folder(folder)
    rows, timed = (as_rows(one) for one in (audited.findings, audited.timed))
    write_text(folder / "audit.md", write_markdown(rows))
    write_text(folder / "speed.md", write_markdown(timed))
    values = about | verdict(audited) | dict(audited.data) | {"findings": rows}
    values |= {"speed": {"machine": machine(), "findings": timed}}
    write_text(folder / FILE, json.dumps(values, indent=1) + "\n")


def as_rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as rows for a file; ``None`` where a value is NaN."""
    return [
        {"probe": one.probe, "measure": one.measure, "subject": one.subject}
        | {name: None if math.isnan(x) else x for name, x in one.value._asdict().items()}
        | {"line": str(one.line) if one.line else None, "failed": one.has_failed}
        for one in findings
    ]
