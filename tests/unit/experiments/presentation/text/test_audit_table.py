"""The findings of an audit as a text, a table and a page."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import conf
from envs.errors import UserError
from experiments.presentation.page.audit_section import COMMITTED, find_section, write_audit_page
from experiments.presentation.text.audit_table import number, read, sort_rows, write_markdown
from experiments.studies.audit.summary import WIDTH, summarise


def row(measure, subject, value, line="<= 1", failed=False):
    return {
        "probe": "violations", "measure": measure, "subject": subject, "value": value, "low": None, "high": None,
        "line": line, "failed": failed,
    }  # fmt: skip


@pytest.fixture
def values():
    findings = [
        row("flying", "twin", 0.0),
        row("flying", "mine", 0.5),
        row("sinking", "twin", 0.0),
        row("sinking", "mine", 4.25, failed=True),
        row("sinking", "other", 0.25),
        row("sinking", "broken: sinks", 1e6, failed=True),
        row("<i>size</i>", "mine", 1234.5, line=None),
    ]
    bins = [
        {
            "low": 0.0, "high": 0.1, "predicted": 0.05, "count": 9, "happened": 1, "share_low": 0.02,
            "share_high": 0.43,
        }
    ]  # fmt: skip
    film = {"probe": "cost", "caption": "12 instead of 34,000 US$"}
    return {
        "model": "mine", "moments": 9, "findings": findings, "twin_failed": [], "unnoticed": [], "git_commit": "abc",
        "config": {"seed": 0}, "reliability": {"mine": {"contact": bins, "collision": bins}},
        "gallery": [
            film | {"video": "films/01_cost.mp4", "poster": "films/01_cost.png"},
            film | {"video": "films/02_lost.mp4", "poster": "films/02_lost.png"},
        ],
    }  # fmt: skip


def test_missed_limits_come_first(values):
    table = sort_rows(values)
    assert table.subjects == ("twin", "mine", "other")
    assert [one.measure for one in table.red] == ["sinking"]
    assert [one.measure for one in table.passed] == ["flying"]
    assert [one.measure for one in table.shown] == ["<i>size</i>"]
    assert table.red[0].noticed == ("sinks",)
    assert table.passed[0].cells[2] is None
    assert table.red[0].cells[1].text == "4.25"
    assert number(1234.5) == "1,234"


def test_the_text_has_a_mark_at_what_is_missed(values):
    text = summarise(sort_rows(values))
    lines = text.splitlines()
    assert lines[0] == "Does mine know physics? 9 moments, 2 limits: 1 missed, 1 met"
    (red,) = (line for line in lines if "sinking" in line)
    # further subjects are in the table of the run
    assert red.split() == ["violations:", "sinking", "<=", "1", "0", "4.25", "!"]
    assert "size" not in text
    assert lines.index(red) < next(k for k, line in enumerate(lines) if "flying" in line)


def test_the_committed_audit_fits_a_hundred_columns():
    text = summarise(read(COMMITTED))
    assert max(map(len, text.splitlines())) <= WIDTH == 100
    table = read(COMMITTED)
    assert len(table.red) == len(json.loads((COMMITTED / "audit.json").read_text())["failed"])


def test_the_committed_tables_are_those_of_the_committed_findings():
    values = json.loads((COMMITTED / "audit.json").read_text(encoding="utf-8"))
    for name, findings in (("audit", values["findings"]), ("speed", values["speed"]["findings"])):
        text = (COMMITTED / f"{name}.md").read_text(encoding="utf-8")
        assert text == write_markdown(findings)


def test_a_page_of_an_audit(values, tmp_path):
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "01_cost.mp4").touch()
    text = write_audit_page(tmp_path, sort_rows(values)).read_text(encoding="utf-8")
    assert "<h1>The world model mine misses 1 of 2 limits of physics</h1>" in text
    assert '<video controls preload="none" src="films/01_cost.mp4"></video>' in text
    # the verdict, then films, then the figure, then the limits that are missed
    marks = ("<h1>", "films/01_cost.mp4", "<figure>", "Missed limits", "limits that are met")
    assert sorted(marks, key=text.index) == list(marks)
    # a film that is not there has a caption only
    assert "02_lost" not in text
    assert text.count("12 instead of 34,000 US$") == 2
    assert text.count("data:image/svg+xml;base64,") == 1
    assert "<i>" not in text
    assert "&lt;i&gt;size" in text
    assert text.count('class="red"') == 1
    for outside in ("http://", "https://"):
        assert outside not in text
    for ending in ("png", "svg"):
        assert (tmp_path / "figures" / f"reliability.{ending}").stat().st_size > 5_000


def test_a_comparison_shows_the_committed_audit_if_its_model_drove(tmp_path, capsys):
    texts = {
        name: (Path(conf.__file__).parent / "policy" / f"{name}.yaml").read_text(encoding="utf-8")
        for name in ("rule", "brake", "ppo", "world_model")
    }
    model = texts.pop("world_model")
    assert find_section(texts, tmp_path) is None
    assert find_section(texts | {"mine": "a: ["}, tmp_path) is None
    assert find_section({"mine": model.replace("shipped", "elsewhere")}, tmp_path) is None
    assert capsys.readouterr().err == ""
    # under whatever name, and wherever its file is now
    section = find_section(texts | {"mine": model, "other": None}, tmp_path)
    assert section.table.judged == "shipped"


def test_a_policy_of_which_no_file_is_known_is_said(tmp_path, capsys):
    assert find_section({"world_model": None, "rule": "a: 1"}, tmp_path) is None
    assert capsys.readouterr().err == (
        "left out: the section about the audit of shipped: provenance.json has no files of world_model\n"
    )


def test_a_copied_audit_is_shown_and_its_page_names_the_sources(tmp_path, values):
    values |= {"git_commit": "unknown", "version": "0.1.0", "sources": "f" * 64}
    made, copied = tmp_path / "made", tmp_path / "copied"
    made.mkdir()
    (made / "audit.json").write_text(json.dumps(values))
    shutil.copytree(made, copied)
    shutil.rmtree(made)
    table = read(copied)
    assert "Does mine know physics?" in summarise(table)
    assert "f" * 64 in write_audit_page(copied, table).read_text(encoding="utf-8")


def test_another_file_is_an_error_of_one_line(tmp_path):
    with pytest.raises(UserError, match=r"audit\.json: cannot be read: "):
        read(tmp_path)
    (tmp_path / "audit.json").write_text("{}")
    with pytest.raises(UserError, match=r"audit\.json: not the audit\.json of an audit"):
        read(tmp_path)


def test_showing_starts_no_engine():
    code = (
        "import sys\nfrom experiments.presentation.text.audit_table import read\n"
        "from experiments.studies.audit.summary import summarise\n"
        f"summarise(read(__import__('pathlib').Path({str(COMMITTED)!r})))\n"
        "print([name for name in ('numba', 'torch', 'pyarrow', 'scipy') if name in sys.modules])"
    )
    root = Path(__file__).parents[5]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout == "[]\n"
