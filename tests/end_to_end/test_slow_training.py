"""Five minutes from nothing to a model that predicts and a policy that beats doing nothing; ``make slow`` runs it."""

import json
import subprocess
import sys

import duckdb
import pytest

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

TRAIN = (
    "experience=[experience]",
    "updates.filter=700",
    "updates.transition=2_500",
    "updates.events=1_500",
    "updates.emission=500",
    "rows=60_000",
    "members=3",
)


def run(folder, command, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", f"experiments.{command}", *overrides],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_five_minutes_of_training_are_worth_it(tmp_path):
    run(tmp_path, "collect", "num_decisions=250_000", "first_seed=40_000_000", "output=experience")
    run(tmp_path, "train", *TRAIN, "output=model")
    found = json.loads((tmp_path / "model" / "model.json").read_text())["validation"]
    assert found["vehicle_share_of_constant_velocity"] < 0.9
    assert found["ego_share_of_constant_velocity"] < 0.2
    assert found["contact_ece"] < 0.04

    mine = tmp_path / "mine.yaml"
    mine.write_text(
        f"_target_: policies.world_model.WorldModel\ncheckpoint: {tmp_path / 'model'}\n"
    )
    run(
        tmp_path,
        "evaluate",
        f"policy=[{mine},keep,brake]",
        "suite=v2",
        "split=validation",
        "max_instances=25",
        "output=runs",
    )
    (records,) = (tmp_path / "runs").rglob("records.parquet")
    table = duckdb.read_parquet(str(records))
    cost = dict(table.aggregate("policy, avg(cost_usd)").fetchall())
    assert cost["mine"] < 0.5 * min(cost["keep"], cost["brake"])
