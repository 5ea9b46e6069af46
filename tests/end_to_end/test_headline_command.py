"""``python -m experiments.compare experiment=...``: trains, tunes, drives, publishes; goes on where it was killed."""

import json
import shutil
import signal
import subprocess
import sys
import time

import duckdb
import pytest

pytestmark = pytest.mark.end_to_end

ARMS = [
    "experiment=headline_small", "suite=quick", "max_instances=1", "num_resamples=100", "output=small",
    "experiment.budgets=[{decisions:6000,updates:1}]", "experiment.model_free=[ppo]", "experiment.world_model=[]",
    "experiment.variants=[]", "experiment.trees=false", "experiment.fixed=[keep,rule_tuned,clairvoyant]",
    "experiment.rule_counts=[2]", "experiment.rule_instances=1",
]  # fmt: skip


def command(*overrides):
    return [sys.executable, "-m", "experiments.compare", *ARMS, *overrides]


def run(folder, *overrides):
    done = subprocess.run(
        command(*overrides), cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("headline")
    # killed once, somewhere in the middle
    running = subprocess.Popen(
        command(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 300.0
    while not list(folder.glob("small/ppo@6k/seed_*/model.json")):
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    time.sleep(2.0)  # its workers end with their task
    code, out, err = run(folder)
    assert code == 0, err
    return folder, out


def test_arms_are_policies_and_training_seeds_are_policy_seeds(finished):
    folder, out = finished
    path = str(folder / "small" / "records.parquet")
    found = (
        duckdb.read_parquet(path)
        .aggregate("policy, list(distinct policy_seed order by policy_seed) as seeds", "policy")
        .order("policy")
        .fetchall()
    )
    assert found == [
        ("clairvoyant", [0]), ("keep", [0]), ("ppo@6k", [0, 1]), ("rule_tuned", [0]), ("rule_tuned@6k", [0, 1]),
        ("rule_tuned_2", [0]),
    ]  # fmt: skip
    assert "ppo@6k" in out
    told = json.loads((folder / "small" / "provenance.json").read_text())
    steps = told["entrants"]["ppo@6k"]["budget"]["environment_steps"]
    assert 3000 < steps <= 6000


def test_page_and_curves_are_there(finished):
    folder, _ = finished
    for name in (
        "index.html",
        "figures/experience.png",
        "figures/computing.svg",
        "figures/rules.png",
    ):
        assert (folder / "small" / name).stat().st_size > 1000


def test_the_same_command_does_nothing_again(finished):
    folder, out = finished
    code, again, err = run(folder)
    assert code == 0, err
    hashes = [line for text in (out, again) for line in text.splitlines() if "records " in line]
    assert len(set(hashes)) == 1


@pytest.mark.slow
def test_it_goes_on_from_its_published_records(finished):
    folder, out = finished
    driven = folder / "small" / "driven"
    shutil.move(driven / "shards", folder / "moved")
    code, again, err = run(folder)
    assert code == 0, err
    work = json.loads((driven / "provenance.json").read_text())["work"]
    assert work["num_episodes"] == 0
    hashes = [line for text in (out, again) for line in text.splitlines() if "records " in line]
    assert len(set(hashes)) == 1


def test_readme_is_made_from_the_records(finished, tmp_path):
    folder, _ = finished
    shutil.copytree(folder / "small", tmp_path / "small")
    readme = tmp_path / "README.md"
    readme.write_text(
        "before\n<!-- headline: made by experiments.report, not by hand -->\n<!-- end of headline -->\nafter\n"
    )
    done = subprocess.run(
        [
            sys.executable, "-m", "experiments.report", "records=small", "output=page", "readme=README.md",
            "hero=ppo@6k", "num_resamples=100",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = readme.read_text()
    assert text.startswith("before\n<!-- headline")
    assert text.endswith("<!-- end of headline -->\nafter\n")
    assert "| `ppo@6k` |" in text
    assert "rule_tuned_2" not in text
    assert "`ppo@6k` against `rule_tuned`" in text


def test_another_experiment_is_refused(finished):
    folder, _ = finished
    code, _, err = run(folder, "experiment.own_share=0.5")
    assert code == 2
    assert err == "error: output: got small, which contains another experiment; other own_share\n"
