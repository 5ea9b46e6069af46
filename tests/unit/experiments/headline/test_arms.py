"""The plan of an experiment: every arm, budget and seed once, and nothing before what it needs."""

from pathlib import Path

import pytest

import conf
from envs.debris.safe_yaml import read_mapping
from experiments.headline.arms import label, make_arms
from experiments.headline.configuration import ExperimentConfiguration
from experiments.headline.work import WORK

FILES = sorted((Path(conf.__file__).parent / "experiment").glob("*.yaml"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def config(request):
    return ExperimentConfiguration(**read_mapping(request.param)["experiment"])


def test_every_arm_has_every_seed_at_every_budget(config):
    arms = make_arms(config, Path("o"), "v1")
    made = {(one.arm, one.seed) for one in arms.contestants}
    assert len(made) == len(arms.contestants)
    for budget in config.budgets:
        for name in (*config.model_free, *config.world_model, "rule_tuned"):
            for seed in config.seeds:
                assert (f"{name}@{label(budget.decisions)}", seed) in made
    assert set(config.fixed) <= {arm for arm, _ in made}
    paths = [one.path for one in arms.contestants]
    assert len({Path(path).stem for path in paths}) == len(paths)


def test_what_a_job_reads_is_made_in_an_earlier_stage(config):
    arms = make_arms(config, Path("o"), "v1")
    there: set[str] = set()
    for stage in arms.stages:
        for job in stage:
            assert job.what in WORK
            words = [*job.values.values(), *job.values.get("changes", {}).values()]
            needed = [x for v in words for x in (v if isinstance(v, list) else [v])]
            for one in needed:
                if isinstance(one, str) and one.startswith("o/"):
                    assert one in there, (job, one)
        there |= {job.folder for job in stage}
    files = {job.folder for stage in arms.stages for job in stage}
    for one in arms.contestants:
        if one.path.startswith("o/"):
            assert one.path in files or str(Path(one.path).parent) in files


def test_a_smaller_budget_borrows_nothing(config):
    arms = make_arms(config, Path("o"), "v1")
    for budget in config.budgets:
        size = label(budget.decisions)
        jobs = [job for stage in arms.stages for job in stage if f"@{size}/" in f"{job.folder}/"]
        collected = [job.values["decisions"] for job in jobs if job.what == "collect"]
        assert sum(collected) == budget.decisions
        for job in jobs:
            for word in (job.values.get("world_model", ""), *job.values.get("experience", ())):
                assert f"@{size}/" in f"{word}/" or not word


def test_the_flat_model_learns_from_what_the_hero_learns_from(config):
    arms = make_arms(config, Path("o"), "v1")
    size = label(max(budget.decisions for budget in config.budgets))
    jobs = {job.folder: job.values for stage in arms.stages for job in stage}
    for seed in config.variant_seeds:
        flat = dict(jobs[f"o/flat@{size}/seed_{seed}"])
        assert flat.pop("flat_hidden") == config.flat_hidden > 0
        assert flat == jobs[f"o/world_model@{size}/seed_{seed}"]
        policy = jobs[f"o/policies/flat@{size}.{seed}.yaml"]
        assert policy["base"] == "ablation/no_memory"
        assert policy["changes"] == {"checkpoint": f"o/flat@{size}/seed_{seed}"}
    left_out = config.model_copy(update={"flat_hidden": 0})
    assert not any("flat" in one.arm for one in make_arms(left_out, Path("o"), "v1").contestants)
