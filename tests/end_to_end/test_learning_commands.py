"""``python -m experiments.collect`` and ``train``: from nothing to a policy that drives; killed runs end the same."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli.loading import load_policy
from experiments.store.run_folder import sources_hash
from policies.checkpoint import ABOUT, TENSORS
from policies.world_model.log import experience as log
from policies.world_model.model import checkpoint

pytestmark = pytest.mark.end_to_end

COLLECT = ("num_decisions=9_000", "first_seed=30_000_000", "output=experience")
TRAIN = (
    "experience=[experience]",
    "updates.filter=12",
    "updates.transition=150",
    "updates.events=100",
    "updates.emission=100",
    "rows=3_000",
    "stride=20",
    "validation_share=0.4",
    "members=2",
)


def run(folder, command, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", f"experiments.{command}", *overrides],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def one_line(result, *words):
    code, _, err = result
    assert code == 2, err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learning")
    code, out, err = run(folder, "collect", *COLLECT, "workers=2")
    assert code == 0, err
    assert "contacts" in out
    return folder


@pytest.fixture(scope="module")
def trained(collected):
    """The folder, with a trained model: its tests may run in different processes."""
    code, out, err = run(collected, "train", *TRAIN, "output=model")
    assert code == 0, err
    assert "contact_ece" in out
    return collected


def test_collection_is_complete_and_repeatable(collected):
    shards = log.list_shards(collected / "experience")
    rows = sum(log.read_about(path)["rows"] for path in shards)
    assert rows >= 9_000
    assert not list((collected / "experience").glob(".*partial"))
    about = json.loads((collected / "experience" / "provenance.json").read_text(encoding="utf-8"))
    assert about["machine"]["sources"] == sources_hash()
    before = [log.read_about(path)["sha256"] for path in shards]
    # a shard that a killed run has lost comes back with the same bits, here in one process
    shutil.rmtree(shards[0])
    code, _, err = run(collected, "collect", *COLLECT, "workers=1")
    assert code == 0, err
    assert [log.read_about(path)["sha256"] for path in shards] == before


def test_training_goes_on_where_it_was_killed_and_ends_the_same(trained):
    first = json.loads((trained / "model" / ABOUT).read_text())
    for name in ("part_events.safetensors", "part_events.json", ABOUT):
        (trained / "model" / name).unlink()
    code, _, err = run(trained, "train", *TRAIN, "output=model")
    assert code == 0, err
    again = json.loads((trained / "model" / ABOUT).read_text())
    assert again["tensors_sha256"] == first["tensors_sha256"]
    assert again["validation"] == first["validation"]

    shipped = Path("conf/policy/world_model.yaml").read_text()
    mine = trained / "mine.yaml"
    mine.write_text(shipped.replace("checkpoint: shipped", f"checkpoint: {trained / 'model'}"))
    assert load_policy(str(mine)).privileged is False
    arguments = (f"policy={mine}", "suite=quick", "strata=[phantom]", "max_instances=2")
    code, out, err = run(trained, "evaluate", *arguments, "workers=1")
    assert code == 0, err
    assert "records " in out


def test_mistakes_are_one_line(collected, trained):
    one_line(run(collected, "train", "experience=[nowhere]"), "nowhere", "experiments.collect")
    one_line(run(trained, "train", *TRAIN, "members=3", "output=model"), "output", "model")
    one_line(
        run(collected, "train", "device=abacus", "experience=[experience]"), "device", "abacus"
    )
    one_line(run(collected, "train", "updates.filter=0"), "updates.filter", "0")
    one_line(run(collected, "collect", *COLLECT, "mix.rule=9"), "output", "another collection")
    one_line(run(collected, "collect", "objects=everything", "output=x"), "objects", "held_out")
    one_line(run(collected, "collect", "first_seed=3_000_000", "output=x"), "first_seed", "testing")
    one_line(run(collected, "collect", "mix.policy=1", "output=x"), "policy", "null")
    assert not (collected / "x").exists()
    broken = collected / "broken"
    shutil.copytree(checkpoint.SHIPPED, broken)
    (broken / TENSORS).write_bytes(b"nothing")
    bad = collected / "bad.yaml"
    bad.write_text(f"_target_: policies.world_model.WorldModel\ncheckpoint: {broken}\n")
    one_line(run(collected, "evaluate", f"policy={bad}"), "model.safetensors", "tensors_sha256")
