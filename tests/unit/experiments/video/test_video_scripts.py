"""Scripts and their replay: the same numbers as in the records, in both engines."""

from dataclasses import replace

import numpy as np
import pytest

from envs.errors import UserError
from envs.highway.env import DebrisEnv
from envs.specification import column, episode, vehicle
from experiments.rollout.listener import UNSAID
from experiments.rollout.loop import Rollout
from experiments.video.course.course import Replay
from experiments.video.course.script import drive
from experiments.video.drawing.ending import describe_ending
from policies.floors import Constant


def test_script_holds_the_numbers_of_the_records(instance, brake):
    # three worlds at once, as an evaluation would drive it
    rollout = Rollout(Constant(braking_mps2=6.0), [instance] * 3, num_worlds=3)
    for _, driven in rollout.episodes():
        assert float(driven.total_usd.sum()) == brake.cost_usd
        np.testing.assert_array_equal(driven.actions, brake.episode.actions)


def test_script_says_why(brake):
    episode = brake.episode
    first = int(np.flatnonzero(episode.reasons == 1)[0])
    assert brake.caption(first).reason == "object ahead"
    assert brake.caption(0).reason == "nothing ahead"
    assert brake.caption(0).options == ()


def test_silent_policy_has_silent_captions(silent):
    assert silent.caption(0) == (UNSAID, "", (), None, None)


def test_imagined_options_are_kept_for_every_decision(imagining):
    assert len(imagining.options) == imagining.num_decisions
    assert [option.name for option in imagining.caption(3).options] == ["brake", "swerve"]


def test_chosen_option_comes_first_even_if_it_is_not_the_best(imagining):
    names = ("swerve",)
    stayed = replace(imagining, episode=replace(imagining.episode, names=names))
    assert [option.name for option in stayed.caption(3).options] == ["swerve", "brake"]


def test_privileged_policy_sees_the_twin_once(instance, imagining_policy):
    drive("p", imagining_policy, instance)
    assert [type(worlds).__name__ for worlds in imagining_policy.bound] == ["DebrisVectorEnv"]


def test_replay_holds_the_state_of_every_tick(brake):
    course = Replay(brake, num_decisions=4).run()
    assert course.num_ticks == 12
    worlds = course.worlds
    np.testing.assert_array_equal(worlds.episode_i[:, episode.TICK], range(13))
    # a decision is complete with its last tick
    np.testing.assert_array_equal(worlds.episode_i[::3, episode.DECISION], range(5))
    speeds = brake.episode.ego[:5, column.E_SPEED]
    np.testing.assert_allclose(worlds.vehicle_f[::3, vehicle.SPEED, 0], speeds, rtol=1e-6)
    costs = np.append(0.0, np.cumsum(brake.episode.total_usd[:4]))
    np.testing.assert_allclose(worlds.episode_f[::3, episode.TOTAL_COST], costs, rtol=1e-6)
    assert course.origin(2) == worlds.vehicle_f[6, vehicle.X, 0]


def test_reference_counts_the_cost_of_the_twin(brake):
    replay = Replay(brake)
    assert replay.run().num_ticks == 3 * brake.num_decisions
    assert replay.cost_usd == pytest.approx(brake.cost_usd, rel=1e-6)
    assert replay.describe_disagreement() == ""


def test_disagreement_is_told_in_one_line(keep):
    wrong = replace(keep, episode=replace(keep.episode, total_usd=keep.episode.total_usd + 0.01))
    replay = Replay(wrong, num_decisions=5)
    replay.run()
    # five decisions, a cent too much in each, and nothing has happened yet
    line = replay.describe_disagreement()
    assert line.startswith("keep: the reference counts 0.000000 US$, the twin 0.050000 US$")
    assert "\n" not in line


def test_replay_closes_its_environment_when_it_fails(brake, monkeypatch):
    closed = []
    monkeypatch.setattr(DebrisEnv, "close", lambda self: closed.append(self))
    wrong = replace(brake, episode=replace(brake.episode, actions=np.full((3, 2), np.nan)))
    with pytest.raises(UserError):
        Replay(wrong).run()
    assert len(closed) == 1


def test_ending_names_event_contact_and_dearest_parts(suite, keep):
    # a wheel behind glass: braking ends in a collision with the vehicle behind
    brake = drive("brake", Constant(braking_mps2=6.0), suite.instance(suite.items("train")[26]))
    ending = describe_ending(brake.episode)
    seconds = 0.2 * brake.num_decisions
    assert ending.headline == f"collision with a vehicle at {seconds:.1f} s"
    assert ending.contacts == "ran over glass shards"
    assert ending.is_bad
    assert ending.cost == f"expected cost ${brake.cost_usd:,.0f}"
    assert ending.parts.startswith("rear end $")
    calm = describe_ending(keep.episode)
    assert (calm.headline, calm.is_bad) == ("time is up after 20 s", False)


def test_cut_film_says_so(brake):
    ending = describe_ending(brake.episode, 10)
    assert ending.headline == f"cut at 2.0 s of {0.2 * brake.num_decisions:.1f} s"
    assert not ending.is_bad
    assert ending.cost.startswith("expected cost of the whole episode $")
