"""``python -m experiments.compare``: tables, page, figures and videos from one command; killed, it continues."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from experiments.records import table as records

pytestmark = pytest.mark.end_to_end

BASE = ("suite=quick", "max_instances=2", "num_resamples=200")
POLICIES = ("keep", "brake_straddle", "rule", "clairvoyant")


def start(folder, *overrides):
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.compare", *BASE, *overrides],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder, *overrides):
    process = start(folder, *overrides)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def sha256_of(out):
    return re.search(r"^records (\w{64})$", out, re.MULTILINE)[1]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    code, out, err = run(folder, f"policy=[{','.join(POLICIES)}]", "num_videos=1", "reference=rule")
    assert code == 0, err
    return folder, out


def test_compare_prints_tables_verdicts_and_where_the_page_is(reference):
    folder, out = reference
    for name in POLICIES:
        assert name in out
    assert "score" in out
    assert "rule" in out
    assert "14 paired episodes)" in out
    assert (folder / out.splitlines()[-1]).name == "index.html"


def test_compare_leaves_everything_behind(reference):
    folder, out = reference
    page = folder / out.splitlines()[-1]
    names = {path.relative_to(page.parent).as_posix() for path in page.parent.rglob("*")}
    for wanted in ("records.parquet", "summary.json", "table.md", "table.txt", "config.yaml"):
        assert wanted in names
    for figure in ("cost", "differences", "components", "distribution"):
        assert {f"figures/{figure}.png", f"figures/{figure}.svg"} <= names
    assert not any(name.startswith("shards") or "/." in name for name in names)
    videos = [name for name in names if name.endswith(".mp4")]
    assert len(videos) == 1
    text = page.read_text(encoding="utf-8")
    assert f'src="{videos[0]}"' in text
    assert records.compute_sha256(records.read(page.parent)) == sha256_of(out)
    json.loads((page.parent / "summary.json").read_text(encoding="utf-8"))


def test_clairvoyant_is_never_dearer_than_its_portfolio(reference):
    folder, out = reference
    table = records.read((folder / out.splitlines()[-1]).parent)
    rows = records.query(
        table,
        "select max(c.cost_usd - o.cost_usd) as excess from records c join records o using (seed) "
        "where c.policy = 'clairvoyant'",
    )
    assert rows[0]["excess"] <= 1e-6


def test_killed_comparison_continues_and_gives_the_same_records(tmp_path, reference):
    overrides = (f"policy=[{','.join(POLICIES)}]", "reference=rule", "workers=1")
    process = start(tmp_path, *overrides)
    deadline = time.monotonic() + 300
    while not list(tmp_path.glob("outputs/*/*/shards/rule*.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    code, out, err = run(tmp_path, *overrides)
    assert code == 0, err
    assert "compare continues outputs" in err
    assert sha256_of(out) == sha256_of(reference[1])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("policy=[keep]", "reference=brake"), "error: reference: got 'brake', allowed are keep"),
        (("policy=[keep]", "level=95"), "error: level: got 95"),
    ],
)
def test_mistakes_are_one_line(tmp_path, overrides, message):
    code, _, err = run(tmp_path, *overrides)
    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
