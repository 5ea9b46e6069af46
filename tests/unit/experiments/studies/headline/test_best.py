"""The best training seed of an arm is kept, by what its training knew."""

import json
from pathlib import Path

import pytest

from experiments.studies.headline.arms import Job
from experiments.studies.headline.best import CRITERIA, keep_best


def trained(folder, arm, what, costs, **values):
    jobs = []
    for seed, usd in costs.items():
        made = folder / arm / f"seed_{seed}"
        made.mkdir(parents=True)
        (made / "model.json").write_text(json.dumps({"validation": {CRITERIA[what]: usd}}))
        (made / "model.safetensors").write_bytes(f"{arm} {seed}".encode())
        jobs.append(Job(what, str(made), {"seed": seed, **values}))
    return jobs


@pytest.mark.parametrize("what", CRITERIA)
def test_the_smallest_is_kept_and_of_equals_the_first(tmp_path, what):
    jobs = trained(tmp_path, "a@1M", what, {0: 30.0, 1: 10.0, 2: 20.0})
    jobs += trained(tmp_path, "b@1M", what, {4: 7.0, 2: 7.0})
    assert keep_best(jobs, tmp_path) == {"a@1M": 1, "b@1M": 2}
    assert (tmp_path / "best" / "a@1M" / "model.safetensors").read_bytes() == b"a@1M 1"
    assert sorted(path.name for path in (tmp_path / "best" / "b@1M").iterdir()) == [
        "model.json",
        "model.safetensors",
    ]


def test_the_world_model_behind_a_policy_goes_with_it(tmp_path):
    (model,) = trained(tmp_path, "world_model@1M", "world_model", {0: 5.0})
    jobs = [model, *trained(tmp_path, "c@1M", "model_free", {0: 1.0}, world_model=model.folder)]
    keep_best(jobs, tmp_path)
    behind = tmp_path / "best" / "c@1M" / "world_model" / "model.safetensors"
    assert behind.read_bytes() == b"world_model@1M 0"


def test_first_models_and_other_work_are_no_arms(tmp_path):
    first = Job("world_model", str(tmp_path / "experience@1M" / "model_0"), {"seed": 0})
    rules = Job("rules", str(tmp_path / "rule_tuned@1M" / "seed_0"), {"seed": 0})
    assert keep_best([first, rules], tmp_path) == {}
    assert not (Path(tmp_path) / "best").exists()
