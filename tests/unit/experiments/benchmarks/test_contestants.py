"""The race: rates, replays, ratios round by round, and checks that notice a wrong kernel."""

import numpy as np
import pytest

from envs.batched.highway_v0 import HighwayVectorEnv
from experiments.benchmarks import contestants
from experiments.benchmarks import engine as engine_benchmark
from experiments.benchmarks.contestants import (
    CHUNKS_PER_EPISODE,
    TOLERANCE,
    Contestant,
    debris_twin,
    largest_difference,
    parity_twin,
)


def made_up(**changes):
    """A contestant that counts; its clock is the test's."""
    counted = {"begun": [], "steps": 0}

    def begin(seed):
        counted["begun"].append(seed)
        counted["steps"] = 0

    def step():
        counted["steps"] += 1
        return 1

    settings = {
        "name": "x",
        "num_vehicles": 7,
        "ticks": 3,
        "num_worlds": 5,
        "begin": begin,
        "step": step,
        "digest": lambda: str((counted["begun"][-1], counted["steps"])),
    }
    return Contestant(**(settings | changes)), counted


def test_rate_counts_vehicles_ticks_and_worlds(monkeypatch):
    clock = iter([10.0, 12.0])
    monkeypatch.setattr(contestants.time, "process_time", lambda: next(clock))
    contestant, counted = made_up()
    contestant.run_round(1.0)
    # one chunk of 33/3 = 11 decisions in 2 s: 11 x 3 ticks x 7 vehicles x 5 worlds / 2 s = 577.5
    assert contestant.rates == [577.5]
    assert counted == {"begun": [5], "steps": 11}
    assert contestant.restarts == 11


def test_episodes_go_on_from_round_to_round(monkeypatch):
    clock = iter(float(k) for k in range(1000))
    monkeypatch.setattr(contestants.time, "process_time", lambda: next(clock))
    contestant, counted = made_up()
    for _ in range(CHUNKS_PER_EPISODE + 1):
        contestant.run_round(0.5)
    # the tenth chunk is the first of the second episode, with fresh seeds
    assert counted == {"begun": [5, 10], "steps": 11}
    assert contestant.is_reproduced()


def test_replay_notices_a_state_that_depends_on_the_run():
    drift = iter(range(1000))
    contestant, _ = made_up(digest=lambda: str(next(drift)))
    contestant.run_round(1e-9)
    assert contestant.is_reproduced() is False


def test_replay_notices_a_step_that_does_nothing():
    contestant, _ = made_up(digest=lambda: "always the same")
    contestant.run_round(1e-9)
    assert contestant.is_reproduced() is False


def test_without_a_digest_nothing_is_claimed():
    contestant, _ = made_up(digest=None)
    assert contestant.is_reproduced() is None


@pytest.mark.parametrize(
    "make", [lambda: parity_twin(11, 15, 3), lambda: debris_twin(11, 2, 3)], ids=["plain", "debris"]
)
def test_twins_end_where_an_untimed_run_ends(make):
    contestant = make()
    contestant.run_round(1e-9)
    contestant.run_round(1e-9)
    assert contestant.is_reproduced()
    assert contestant.restarts == 0


def test_crowd_drives_through_an_episode_without_a_restart():
    contestant = debris_twin(21, 4, 8)
    for _ in range(CHUNKS_PER_EPISODE):
        contestant.run_round(1e-9)
    assert contestant.restarts == 0


def test_twin_sees_what_highway_env_sees():
    assert largest_difference(11, 15) <= TOLERANCE


def test_comparison_notices_another_observation(monkeypatch):
    real = HighwayVectorEnv.step

    def wrong(self, actions):
        # a kernel that forgets one tick
        self.ticks = 14
        return real(self, np.asarray(actions))

    monkeypatch.setattr(HighwayVectorEnv, "step", wrong)
    assert largest_difference(11, 15) > TOLERANCE


def test_goal_is_on_the_median_of_ratios_round_by_round():
    fast, slow = made_up()[0], made_up()[0]
    fast.rates, slow.rates = [100.0, 400.0, 90.0], [1.0, 2.0, 3.0]
    ratios = engine_benchmark._ratios(fast, slow)
    assert ratios == [100.0, 200.0, 30.0]
    goal = engine_benchmark._goal("ratio", ratios, 100.0)
    assert (goal.found, goal.lowest, goal.highest, goal.met) == (100.0, 30.0, 200.0, True)
    assert not engine_benchmark._goal("ratio", ratios, 100.5).met
    assert engine_benchmark._goal("us", ratios, 100.0, at_most=True).met
    assert not engine_benchmark._goal("us", ratios, 99.5, at_most=True).met


def test_compilation_is_the_cold_start_less_the_warm_one():
    goals = engine_benchmark._start_goals({"cold": [12.5], "warm": [0.5, 0.4, 1.5]})
    found = {goal.name: (goal.found, goal.met) for goal in goals}
    assert found == {
        "cold compile, CPU-s": (12.0, True),
        "warm import to first step, CPU-s": (0.5, True),
    }
