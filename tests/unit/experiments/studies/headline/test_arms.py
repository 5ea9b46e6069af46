"""The plan of an experiment: every arm, budget and seed once, and nothing before what it needs."""

import json
from pathlib import Path

import pytest

import conf
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from experiments.cli.extras import NEEDS_SKLEARN
from experiments.studies.headline import run, work
from experiments.studies.headline.arms import label, make_arms
from experiments.studies.headline.configuration import ExperimentConfiguration
from experiments.studies.headline.work import LARGEST_SHARD, WORK
from experiments.training.collection.collect import ROWS
from experiments.training.dreamer_v3 import train as dreamer_v3
from experiments.training.trees import train as trees

FILES = sorted((Path(conf.__file__).parent / "experiment").glob("*.yaml"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def config(request):
    return ExperimentConfiguration(**read_mapping(request.param)["experiment"])


def test_every_arm_has_every_seed_at_every_budget(config):
    arms = make_arms(config, Path("o"), "v2")
    made = {(one.arm, one.seed) for one in arms.contestants}
    assert len(made) == len(arms.contestants)
    for budget in config.budgets:
        for name in (*config.model_free, *config.world_model, "rule_tuned", "trees"):
            for seed in config.seeds:
                assert (f"{name}@{label(budget.decisions)}", seed) in made
    assert set(config.fixed) <= {arm for arm, _ in made}
    paths = [one.path for one in arms.contestants]
    assert len({Path(path).stem for path in paths}) == len(paths)


def test_what_a_job_reads_is_made_in_an_earlier_stage(config):
    arms = make_arms(config, Path("o"), "v2")
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
    arms = make_arms(config, Path("o"), "v2")
    for budget in config.budgets:
        size = label(budget.decisions)
        jobs = [job for stage in arms.stages for job in stage if f"@{size}/" in f"{job.folder}/"]
        first, second = (job.values for job in jobs if job.what == "collect")
        assert first["decisions"] == round((1.0 - config.own_share) * budget.decisions)
        assert (second["budget"], second["after"]) == (
            budget.decisions,
            f"o/experience@{size}/round_0",
        )
        for job in jobs:
            for word in (job.values.get("world_model", ""), *job.values.get("experience", ())):
                assert f"@{size}/" in f"{word}/" or not word


def test_the_flat_model_learns_from_what_the_hero_learns_from(config):
    arms = make_arms(config, Path("o"), "v2")
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
    assert not any("flat" in one.arm for one in make_arms(left_out, Path("o"), "v2").contestants)


def small(**changes):
    told = read_mapping(next(path for path in FILES if path.stem == "headline_small"))["experiment"]
    return ExperimentConfiguration(**(told | changes))


def test_external_arms_have_a_budget_of_their_own(tmp_path):
    config = small(external=["dreamer_v3"], external_decisions=30_000, external_seeds=[0, 4])
    arms = make_arms(config, tmp_path, "quick")
    entered = [one for one in arms.contestants if one.arm.startswith("dreamer_v3")]
    assert [(one.arm, one.seed) for one in entered] == [
        ("dreamer_v3@30k", 0),
        ("dreamer_v3@30k", 4),
    ]
    jobs = [job for stage in arms.stages for job in stage]
    trained = [job for job in jobs if job.what == "external"]
    assert [job.values["decisions"] for job in trained] == [30_000, 30_000]
    written = next(job for job in jobs if job.folder == entered[1].path)
    WORK["policy"](Path(written.folder), written.values)
    assert read_mapping(Path(entered[1].path)) == {
        "_target_": "policies.dreamer_v3.DreamerV3",
        "checkpoint": "../dreamer_v3@30k/seed_4",  # relative to the file
    }


def test_external_arms_are_left_out_where_nothing_can_train_them(tmp_path, monkeypatch, capsys):
    config = small(external=["dreamer_v3"])
    monkeypatch.setattr(run, "is_available", lambda: True)
    assert run._leave_out(config, tmp_path, "quick") is config
    monkeypatch.setattr(run, "is_available", lambda: False)
    assert capsys.readouterr().err == ""
    assert run._leave_out(config, tmp_path, "quick") == small()
    err = capsys.readouterr().err
    assert err.startswith("left out: dreamer_v3 needs sheeprl")
    assert '-m pip install -e ".[dreamer]"' in err
    assert err.count("\n") == 1
    # so are decision trees
    monkeypatch.setattr(run, "is_available", lambda: True)
    monkeypatch.setattr(run, "has_sklearn", lambda: False)
    assert run._leave_out(config, tmp_path, "quick") == config.model_copy(update={"trees": False})
    assert capsys.readouterr().err == f"left out: {NEEDS_SKLEARN}\n"
    monkeypatch.setattr(run, "has_sklearn", lambda: True)
    monkeypatch.setattr(run, "is_available", lambda: False)
    # a checkpoint needs nothing to drive
    made = tmp_path / "dreamer_v3@200k" / "seed_0"
    made.mkdir(parents=True)
    (made / "model.json").write_text("{}")
    assert run._leave_out(config, tmp_path, "quick") is config
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("what", "learner", "decisions", "arm"),
    [
        ("external", dreamer_v3, 200_000, "dreamer_v3@200k"),
        ("trees", trees, 20_000, "trees@20k"),
    ],
)
def test_arms_are_trained_with_their_budget(tmp_path, monkeypatch, what, learner, decisions, arm):
    arms = make_arms(small(external=["dreamer_v3"]), tmp_path, "quick")
    job = next(job for stage in arms.stages for job in stage if job.what == what)
    told = []
    monkeypatch.setattr(learner, "train", lambda *words: told.append(words))
    WORK[what](Path(job.folder), job.values)
    ((config, shared, folder, seed),) = told
    assert (config.decisions, shared.suite, seed) == (decisions, "quick", 0)
    assert folder == str(tmp_path / arm / "seed_0")


def test_what_learns_slowly_may_have_fewer_seeds(tmp_path):
    config = small(seeds_of={"qr_dqn@50k": [1]})
    made = {(one.arm, one.seed) for one in make_arms(config, tmp_path, "quick").contestants}
    usual = {(one.arm, one.seed) for one in make_arms(small(), tmp_path, "quick").contestants}
    assert usual - made == {("qr_dqn@50k", 0)}
    assert made < usual
    wrong = small(seeds_of={"world_model@50k": [0]})
    with pytest.raises(
        UserError, match=r"experiment\.seeds_of: got 'world_model@50k', allowed are ppo@20k"
    ):
        make_arms(wrong, tmp_path, "quick")


@pytest.mark.parametrize(
    ("budget", "spent"), [(50_000, 41_701), (200_000, 157_566), (1_000_000, 775_632)]
)
def test_the_second_round_does_not_overspend(tmp_path, monkeypatch, budget, spent):
    asked = []
    monkeypatch.setattr(work, "collect", lambda config: asked.append(config.num_decisions))
    first = tmp_path / "round_0"
    first.mkdir()
    (first / "counts.json").write_text(json.dumps({"decisions": spent}))
    values = {"budget": budget, "after": str(first), "checkpoint": "c"}
    WORK["collect"](tmp_path / "round_1", values)
    # a collection goes on until it has what was asked for, so it ends at most one shard later
    shards = asked[0] // ROWS
    assert 0.9 * budget < spent + shards * ROWS
    assert spent + shards * LARGEST_SHARD <= budget
