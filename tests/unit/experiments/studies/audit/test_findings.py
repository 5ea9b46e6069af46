"""Limits judge values, and the verdict says which broken models are noticed."""

import numpy as np
import pytest

from experiments.presentation.text.audit_table import write_markdown
from experiments.stats.interval import Interval
from experiments.studies.audit.findings import Audited, Finding, Line, mean_of
from experiments.studies.audit.show import as_rows, verdict


def finding(subject, value, line=None, measure="order"):
    return Finding("probe", measure, subject, Interval(value, np.nan, np.nan), line)


@pytest.mark.parametrize(
    ("value", "line", "failed"),
    [
        (0.8, Line(">=", 0.8), False),
        (0.79, Line(">=", 0.8), True),
        (1.0, Line("<=", 1.0), False),
        (1.1, Line("<=", 1.0), True),
        (np.nan, Line("<=", 1.0), True),
        (9.9, None, False),
    ],
)
def test_a_line_judges(value, line, failed):
    assert finding("m", value, line).has_failed is failed


def test_means_skip_what_is_missing():
    found = mean_of(np.array([1.0, np.nan, 3.0, 2.0]), ["a", "b", "a", "b"])
    assert found.value == pytest.approx(2.0)
    assert found.low <= 2.0 <= found.high
    assert np.isnan(mean_of(np.array([np.nan]), ["a"]).value)


def test_the_verdict_names_missed_limits_and_unnoticed_models():
    line = Line("<=", 1.0)
    findings = [
        finding("twin", 0.0, line), finding("mine", 2.0, line), finding("broken: deaf", 3.0, line),
        finding("broken: blind", 1.5, line), finding("twin", 0.0, line, "size"), finding("mine", 0.5, line, "size"),
        finding("broken: deaf", 4.0, line, "size"), finding("broken: blind", 0.5, line, "size"),
    ]  # fmt: skip
    audited = Audited("mine", findings, 7)
    assert verdict(audited) == {
        "model": "mine", "moments": 7, "failed": ["probe: order"], "twin_failed": [], "unnoticed": ["broken: blind"],
    }  # fmt: skip
    text = write_markdown(as_rows(findings))
    assert "| probe | order | <= 1 | 0 | **2** | deaf, blind |" in text
    assert "| probe | size | <= 1 | 0 | 0.5 | deaf |" in text
