"""Recorded states: the same episodes as the records, every decision once, everything JSON can hold."""

import json

import numpy as np
import pytest

from envs.scenario.suite import load_suite
from envs.specification import column
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.presentation.replays.page import write_replay
from experiments.presentation.replays.states import describe_instance, drive_all, to_plain
from experiments.rollout.loop import Rollout

NAMES = ("rule_tuned", "catalogue_planner")


@pytest.fixture(scope="module")
def instances():
    suite = load_suite(locate("suite", "quick"))
    return [suite.instance(item) for item in suite.items("validation")[:4]]


@pytest.fixture(scope="module")
def runs(instances):
    return {name: drive_all(name, load_policy(name), instances) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_replays_are_the_recorded_episodes(instances, runs, name):
    expected = dict(Rollout(load_policy(name), instances, num_worlds=2).episodes())
    for k, run in enumerate(runs[name]):
        np.testing.assert_array_equal(run.episode.total_usd, expected[k].total_usd)
        assert len(run.frames) == len(expected[k].actions)
        spent = [frame["usd"] for frame in run.frames]
        before = np.concatenate([[0.0], np.cumsum(expected[k].total_usd)[:-1]])
        np.testing.assert_allclose(spent, before, atol=0.006)


def test_frames_show_the_ego_and_who_is_near(instances, runs):
    for run, instance in zip(runs["rule_tuned"], instances, strict=True):
        for k, frame in enumerate(run.frames):
            ego = frame["cars"][0]
            assert ego[0] == 0
            assert ego[4] == pytest.approx(float(run.episode.ego[k, column.E_SPEED]), abs=0.06)
            assert all(abs(car[1] - ego[1]) <= 180.0 for car in frame["cars"])
        assert {thing[0] for thing in run.frames[-1]["things"]} <= set(
            range(len(instance.debris_types))
        )


def test_what_the_policy_said_is_kept(runs):
    said = runs["catalogue_planner"][0].frames
    planned = [frame for frame in said if frame.get("options")]
    assert planned
    assert planned[0]["options"][0]["path"][0][0] > 0.0
    assert {frame["label"] for frame in runs["rule_tuned"][0].frames} <= {
        "keep", "run over", "straddle", "steer left", "steer right", "brake",
    }  # fmt: skip
    assert all(frame["reason"] for frame in runs["rule_tuned"][0].frames)


def test_runs_and_instances_are_plain(instances, runs):
    for run in runs["catalogue_planner"]:
        json.dumps(to_plain(run), allow_nan=False)
    assert json.loads(json.dumps(describe_instance(instances[0])))["lanes"] >= 1


def test_a_replay_cannot_be_broken_out_of(instances, runs, tmp_path):
    evil = "</script><script>alert(1)</script>"
    run = runs["rule_tuned"][0]._replace(policy=evil)
    path = tmp_path / "replay.html"
    write_replay(path, evil, evil, evil, instances[0], [run])
    text = path.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    data = text.split('id="data">')[1].split("</script>")[0]
    assert json.loads(data)["runs"][0]["policy"] == evil
    assert len(text) < 600_000
