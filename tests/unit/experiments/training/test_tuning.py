"""Tuning: points are thresholds within their ranges, the search is replayed from its log, the file says what it is."""

from dataclasses import fields

import numpy as np
import pytest

from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.explain_rules import explain
from experiments.training import rules as tuning
from experiments.training import tuned_rules
from policies.rule.thresholds import Thresholds

START = tuning._thresholds_of(locate("policy", "rule"))
SUITE = locate("suite", "quick")


def test_points_are_thresholds_and_back():
    point = tuning._to_unit(START)
    assert ((point >= 0.0) & (point <= 1.0)).all()
    back = tuning._from_unit(point, START)
    for one in fields(Thresholds):
        assert back[one.name] == pytest.approx(START[one.name], rel=1e-3, abs=1e-6)
    for corner in (0.0, 1.0):
        Thresholds.from_mapping(tuning._from_unit(np.full(len(START), corner), START))


def test_objective_is_capped_and_prices_hard_braking_for_phantoms():
    suite = load_suite(SUITE)
    items = tuple(item for item in suite.items("train") if item.stratum == "phantom")[:6]
    outcome = tuning.run_trial(tuning.Trial(str(SUITE), START, items))
    assert outcome.decisions == 600
    assert outcome.objective >= outcome.mean_usd
    # everything is a severe object: it brakes for marks, and pays for it
    nervous = {**START, "mark_probability": 0.99, "severe_mark_probability": 0.75}
    nervous |= {"severe_height_m": 0.05, "flat_height_m": 0.0, "sheet_height_m": 0.0}
    assert tuning.run_trial(tuning.Trial(str(SUITE), nervous, items)).objective > outcome.objective


def test_a_catastrophe_counts_as_its_cap(monkeypatch):
    suite = load_suite(SUITE)
    items = tuple(suite.items("train"))[:6]
    plain = tuning.run_trial(tuning.Trial(str(SUITE), START, items))
    monkeypatch.setattr(tuning, "EPISODE_CAP_USD", 1.0)
    capped = tuning.run_trial(tuning.Trial(str(SUITE), START, items))
    assert capped.mean_usd == plain.mean_usd > 1.0
    assert capped.objective <= 1.0


def test_a_trial_with_perception_drives_with_it():
    suite = load_suite(SUITE)
    items = tuple(item for item in suite.items("train") if item.stratum == "seen")[:8]
    costs = {
        perception: tuning.run_trial(tuning.Trial(str(SUITE), START, items, perception)).mean_usd
        for perception in (False, True)
    }
    assert costs[False] != costs[True]


def test_generations_take_turns_through_the_train_seeds():
    suite = load_suite(SUITE)
    first, second = (tuning._next_items(suite, 8, k) for k in (0, 1))
    assert len(first) == 8 * len(suite.strata)
    assert not set(first) & set(second)
    assert set(tuning._next_items(suite, 20, 1)) == set(tuning._next_items(suite, 20, 0))


def test_interrupted_search_is_replayed_from_its_log(tmp_path, monkeypatch):
    played = []

    def outcome(trial):
        played.append(trial)
        return tuning.Outcome(float(sum(trial.thresholds.values())), 1.0, 2_000_000, 0.5)

    monkeypatch.setattr(tuning, "_run_all", lambda trials, _: [outcome(one) for one in trials])
    effort, options = tuning.Effort(100_000_000, 2, 3, 1), {"log": tmp_path / "log.json"}
    whole = tuning.tune(SUITE, locate("policy", "rule"), effort, **options)
    calls = len(played)
    lines = options["log"].read_text().splitlines(keepends=True)
    # the first line lists what the search is made of
    assert len(lines) == whole.generations + 1 > 3
    # killed while the third generation was written
    options["log"].write_text("".join(lines[:3]) + lines[3][:20])
    played.clear()
    assert tuning.tune(SUITE, locate("policy", "rule"), effort, **options) == whole
    assert 0 < len(played) < calls
    # smaller thresholds were cheaper in this world
    assert whole.after["objective"] < whole.before["objective"]


def test_the_last_choice_is_made_on_validation_instances(tmp_path, monkeypatch):
    played = []

    def outcomes(trials):
        played.append([item.seed for item in trials[0].items])
        return [tuning.Outcome(1.0, 1.0, 20_000_000, 0.5) for _ in trials]

    monkeypatch.setattr(tuning, "_run_all", lambda trials, _: outcomes(trials))
    options = {"log": tmp_path / "log.json"}
    tuning.tune(SUITE, locate("policy", "rule"), tuning.Effort(100_000_000, 2, 3, 1), **options)
    suite = load_suite(SUITE)
    seeds = {split: {item.seed for item in suite.items(split)} for split in ("train", "validation")}
    *searched, chosen = played
    assert searched
    assert all(seeds["train"].issuperset(one) for one in searched)
    assert seeds["validation"].issuperset(chosen)


def test_another_search_begins_anew_and_another_file_is_left_alone(tmp_path, monkeypatch, capsys):
    played = []

    def outcome(trial):
        played.append(trial)
        return tuning.Outcome(1.0, 1.0, 20_000_000, 0.5)

    monkeypatch.setattr(tuning, "_run_all", lambda trials, _: [outcome(one) for one in trials])
    options = {"log": tmp_path / "log.json"}
    calls = []
    for seed in (3, 4, 4):
        played.clear()
        tuning.tune(
            SUITE, locate("policy", "rule"), tuning.Effort(100_000_000, 2, seed, 1), **options
        )
        calls.append(len(played))
        said = capsys.readouterr().err
        assert ("begins anew; changed since: search (seed)" in said) == (calls == [calls[0]] * 2)
    assert calls[0] == calls[1] > calls[2] > 0
    options["log"].write_text("my diary")
    with pytest.raises(UserError, match="not the log of a search; move it, or set log"):
        tuning.tune(SUITE, locate("policy", "rule"), tuning.Effort(100_000_000, 2, 3, 1), **options)
    assert options["log"].read_text() == "my diary"


def test_policy_without_thresholds_cannot_be_tuned():
    with pytest.raises(UserError, match="only rules can be tuned"):
        tuning._thresholds_of(locate("policy", "keep"))


@pytest.mark.parametrize("perception", [False, True])
def test_tuned_policy_file_loads_and_says_where_it_comes_from(tmp_path, perception):
    numbers = {"objective": 9.0, "mean_usd": 8.0}
    hashes = {"train": "a" * 64, "validation": "b" * 64}
    found = tuning.Tuned(
        START, numbers, numbers, 5_000_000, 4_900_000, 80.25, 12, 7, perception, hashes
    )
    path = tmp_path / "mine.yaml"
    tuned_rules.write_policy(path, found, "rule")
    text = path.read_text()
    for wanted in (
        "4900000 environment steps",
        "seed 7",
        "a" * 64,
        "b" * 64,
        "capped at 20,000 US$",
    ):
        assert wanted in text
    assert ("perception=true" in text) == perception
    loaded = load_policy(str(path))
    assert vars(loaded.thresholds) == pytest.approx(START, rel=1e-3)
    assert loaded.budget == (4_900_000, 80.2)
    assert loaded.perception == perception


@pytest.mark.parametrize("told", ["-1", ".inf", "many", "true"])
def test_cpu_seconds_of_a_policy_file_are_checked(tmp_path, told):
    lines = locate("policy", "rule_tuned_perception").read_text().splitlines()
    kept = [line for line in lines if not line.startswith("cpu_seconds")]
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join([*kept, f"cpu_seconds: {told}\n"]))
    with pytest.raises(UserError, match=r"cpu_seconds: got .*, expected a number >= 0"):
        load_policy(str(path))


@pytest.mark.parametrize("name", ["rule", "rule_tuned"])
def test_explanation_names_every_rule_with_its_numbers(name):
    from policies.rule import objects, rules

    thresholds = vars(load_policy(name).thresholds)
    text = explain(name, thresholds)
    for rule in (*objects.RULES, *rules.RULES):
        assert rule.name in text
    assert f"{thresholds['horizon_s']:.3g} s" in text
    assert max(len(line) for line in text.splitlines()) <= 120
