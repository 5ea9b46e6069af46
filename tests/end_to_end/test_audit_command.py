"""``python -m experiments.audit``: a table, numbers, one line for scripts; the same again."""

import json
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.end_to_end

FEW = [
    "per_stratum=12", "hidden=60", "draws=1", "dreams=10", "ranked=[keep,rule,brake]", "dreamers=[]",
    "paths=[keep,edge_out]", "checkpoints=[shipped]", "films=1", "output=audit",
]  # fmt: skip


def run(folder, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.audit", *FEW, *overrides],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    code, out, err = run(folder)
    assert code == 0, err
    return folder, out


def test_every_broken_model_is_noticed_and_the_twin_passes(audited):
    folder, out = audited
    told = json.loads(out.splitlines()[-1])
    assert told["unnoticed"] == []
    assert told["twin_failed"] == []
    assert told["model"] == "shipped"
    assert told["moments"] > 20
    rows = json.loads((folder / "audit" / "audit.json").read_text())["findings"]
    probes = {row["probe"] for row in rows}
    assert probes == {
        "open loop",
        "violations",
        "interaction",
        "policy ranking",
        "permanence",
        "viewpoint",
        "calibration",
        "contents",
        "following",
        "generalisation",
    }
    red = [
        f"{row['probe']}: {row['measure']}"
        for row in rows
        if row["failed"] and row["subject"] == "shipped"
    ]
    assert told["failed"] == red


def test_ablations_and_straight_lines_take_part(audited):
    folder, _ = audited
    rows = json.loads((folder / "audit" / "audit.json").read_text())["findings"]
    by_probe = {}
    for row in rows:
        by_probe.setdefault(row["probe"], set()).add(row["subject"])
    for name in ("open loop", "violations", "interaction", "policy ranking"):
        assert {"one member", "no memory", "straight lines"} <= by_probe[name]
    for name in ("contents", "following", "permanence", "viewpoint", "generalisation"):
        assert {"one member", "no memory"} <= by_probe[name]
    assert "straight lines" in by_probe["calibration"]
    assert "catalogue planner" in by_probe["interaction"]
    values = {(row["measure"], row["subject"]): row["value"] for row in rows}
    assert values["vehicle, 4.0 s, share of straight lines", "straight lines"] == 1.0
    remembered = [
        {row["measure"]: row["value"] for row in rows if (row["probe"], row["subject"]) == key}
        for key in (("permanence", "no memory"), ("permanence", "shipped"))
    ]
    assert remembered[0] != remembered[1]


def test_what_is_timed_stands_apart(audited):
    folder, out = audited
    told = json.loads((folder / "audit" / "audit.json").read_text())
    assert "speed" not in {row["probe"] for row in told["findings"]}
    assert {row["probe"] for row in told["speed"]["findings"]} == {"speed"}
    assert all(row["value"] > 0.0 for row in told["speed"]["findings"])
    assert "imagined s per CPU s" in (folder / "audit" / "speed.md").read_text()
    assert "imagined s" not in (folder / "audit" / "audit.md").read_text()
    assert "imagined s" not in out.splitlines()[-1]


def test_an_object_with_everything_of_another_is_believed_to_be_that(audited):
    folder, _ = audited
    rows = json.loads((folder / "audit" / "audit.json").read_text())["findings"]
    ways = {
        row["measure"].split("follows ")[1]: row["value"]
        for row in rows
        if row["probe"] == "following"
    }
    assert set(ways) == {"look", "size", "motion", "echo", "all of them"}
    assert 0.8 < ways["all of them"] < 1.1
    assert all(way < ways["all of them"] for name, way in ways.items() if name != "all of them")


def test_the_page_shows_lines_diagram_and_film(audited):
    folder, out = audited
    page = (folder / "audit" / "index.html").read_text()
    told = json.loads(out.splitlines()[-1])
    assert page.count("✗ ") > len(told["failed"])
    assert 'src="films/01_cost.mp4"' in page
    assert "data:image/svg+xml;base64," in page
    values = json.loads((folder / "audit" / "audit.json").read_text())
    bins = values["reliability"]["shipped"]["contact"]
    assert sum(row["count"] for row in bins) == values["moments"]
    assert len(values["gallery"]) == 1


def noted(folder, name):
    journal = folder / "manifest.jsonl"
    return journal.is_file() and f'["{name}"' in journal.read_text()


def test_killed_in_the_middle_and_continued_it_is_the_same(audited):
    folder, said = audited
    command = [sys.executable, "-m", "experiments.audit", *FEW, "output=killed"]
    parts = folder / "killed" / "parts"
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        # finished is what is noted
        while process.poll() is None and not noted(parts, "futures.json"):
            time.sleep(0.05)
        process.kill()
    before = (parts / "futures.json").stat().st_mtime_ns
    assert not (folder / "killed" / "audit.json").exists()
    code, out, err = run(folder, "output=killed")
    assert code == 0, err
    assert out.splitlines()[-1] == said.splitlines()[-1]
    assert (parts / "futures.json").stat().st_mtime_ns == before
    # but for what is timed
    one, two = (
        json.loads((folder / name / "audit.json").read_text()) for name in ("audit", "killed")
    )
    assert one | {"speed": None} == two | {"speed": None}
    for name in ("audit.md", "index.html", "films/01_cost.mp4"):
        one, two = ((folder / output / name).read_bytes() for output in ("audit", "killed"))
        assert one == two, name


def test_a_finished_audit_is_shown_at_once(audited):
    folder, _ = audited
    code, out, err = run(folder, "show=audit")
    assert (code, err) == (0, "")
    assert out.startswith("Does shipped know physics? ")
    assert max(map(len, out.splitlines())) <= 100
    code, _, err = run(folder, "show=nowhere")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("error: nowhere/audit.json: cannot be read")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("driver=nobody", "error: policy: got 'nobody'"),
        ("split=test", "error: split: got 'test'"),
        ("checkpoints=[nowhere]", "error: nowhere/model.json: "),
    ],
)
def test_a_mistake_is_one_line(tmp_path, override, message):
    code, _, err = run(tmp_path, override)
    assert code == 2
    # a slow machine may have said before how long it has been working
    said = [line for line in err.splitlines() if " audit: working" not in line]
    assert len(said) == 1
    assert said[0].startswith(message)
