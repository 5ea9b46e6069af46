"""``python -m experiments.sensitivity``: a table, a map, numbers; what is driven is not driven again."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.end_to_end

FEW = [
    "suite=quick",
    "max_instances=1",
    "policy=[rule_tuned,keep]",
    "num_resamples=100",
    "output=sensitivity",
]


def run(folder, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.sensitivity", *FEW, *overrides],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_table_and_a_map(tmp_path):
    code, out, err = run(tmp_path)
    assert code == 0, err
    lines = [line for line in out.splitlines() if line.startswith("|")]
    assert lines[0] == "| setting | `rule_tuned` | `keep` |"
    assert len(lines) == 2 + 8
    folder = tmp_path / "sensitivity"
    told = json.loads((folder / "sensitivity.json").read_text())
    assert [row["setting"]["title"] for row in told["rows"]][:2] == ["as usual", "cost loc_5"]
    assert (folder / "sensitivity.png").stat().st_size > 1000
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "driven").iterdir()}
    code, again, _ = run(tmp_path, "workers=1")
    assert (code, again) == (0, out)
    assert before == {path.name: path.stat().st_mtime_ns for path in (folder / "driven").iterdir()}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("reference=brake", "error: reference: got 'brake', allowed are rule_tuned, keep\n"),
        ("costs=[loc_9]", "error: cost: got 'loc_9'"),
        ("+factors.gravity=[2.0]", "error: factors: got 'gravity'"),
    ],
)
def test_a_mistake_is_one_line(tmp_path, override, message):
    code, _, err = run(tmp_path, override)
    assert code == 2
    assert err.startswith(message)
    assert err.count("\n") == 1
