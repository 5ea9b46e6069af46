"""``python -m experiments.counterfactual``: a figure, its numbers, and one line for every mistake."""

import json
import subprocess
import sys
from itertools import pairwise

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.end_to_end


def run(folder, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.counterfactual", *overrides],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_figure_and_numbers_agree(tmp_path):
    code, out, err = run(
        tmp_path, "policy=[rule_tuned,keep]", "family=lone_object", "seed=12010000", "property=object.height",
        "num_values=9",
    )  # fmt: skip
    assert code == 0, err
    *said, last = out.splitlines()
    folder = (tmp_path / last).parent
    assert {path.name for path in folder.iterdir()} == {
        "config.yaml", "counterfactual.parquet", "counterfactual.png", "counterfactual.svg", "flips.json",
        "manifest.json", "provenance.json", "run.json",
    }  # fmt: skip
    rows = pq.read_table(folder / "counterfactual.parquet").to_pylist()
    assert len(rows) == 9
    flips = json.loads((folder / "flips.json").read_text())["flips"]
    assert list(flips) == ["right answer", "rule_tuned", "keep"]
    assert flips["keep"] == []
    for name, column in (("right answer", "best"), ("rule_tuned", "rule_tuned_manoeuvre")):
        chosen = [row[column] for row in rows]
        changes = [pair for pair in pairwise(chosen) if pair[0] != pair[1]]
        assert [(flip["before"], flip["after"]) for flip in flips[name]] == changes
        assert changes != []
    assert [line.split("  ")[0].strip() for line in said] == list(flips)
    assert "keep          never changes" in said
    # the same command draws the same picture
    code, again, _ = run(
        tmp_path, "policy=[rule_tuned,keep]", "family=lone_object", "seed=12010000", "property=object.height",
        "num_values=9",
        "output=again",
    )  # fmt: skip
    assert code == 0
    second = (tmp_path / again.splitlines()[-1]).parent
    for name in ("counterfactual.svg", "counterfactual.png", "counterfactual.parquet"):
        assert (folder / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("property=weight", "property: got 'weight', allowed are road.weather, road.light"),
        ("family=lone_objekt", "did you mean 'lone_object'?"),
        ("seed=3", "seed: got 3, allowed are 12000000, 12000001"),
        ("high=9000", "low, high: got 0.1, 9000, expected 0 <= low < high <= 5000 kg"),
        ("num_values=2", "num_values: got 2"),
        ("proprety=object.mass", "did you mean 'property'?"),
    ],
)
def test_mistakes_are_one_line(tmp_path, override, message):
    code, out, err = run(tmp_path, "policy=keep", override)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
