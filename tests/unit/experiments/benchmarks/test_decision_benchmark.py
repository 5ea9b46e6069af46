"""The decision probe: answers, their costs, and the table."""

import numpy as np
import pytest
from gymnasium.utils import seeding

from envs.scenario.generator import ScenarioSampler
from experiments.benchmarks.decision import summarise
from experiments.rollout.decision_probe import Answered, DecisionProbe
from policies.planning.answers import ANSWERS, Approach, candidates

APPROACH = Approach(25.0, 4.0, 1, 80.0, 4.5, -1.1, 9.1)


def test_every_answer_has_executions_within_the_action_space():
    found = candidates(APPROACH, 40)
    assert {candidate.answer for candidate in found} == set(ANSWERS)
    assert all(c.actions.shape == (40, 2) and np.abs(c.actions).max() <= 1.0 for c in found)


def test_left_and_right_are_mirror_images():
    middle = APPROACH._replace(object_y_m=4.0)
    by_name = {c.name: c.actions[:, 1] for c in candidates(middle, 30)}
    # the lane's centre is the middle of the carriageway: targets are opposite
    assert np.allclose(by_name["left, 2.5 s"], -by_name["right, 2.5 s"])


def test_phantom_costs_nothing_to_run_over():
    instance = ScenarioSampler("phantom").sample(seeding.np_random(3)[0])
    assert DecisionProbe().answer(instance).cost_usd[ANSWERS.index("over")] == 0.0


def test_knowing_the_contents_is_never_worth_less_than_nothing():
    sampler = ScenarioSampler("lone_object", split="all", groups=("P1",))
    answer = DecisionProbe().answer(sampler.sample(seeding.np_random(5)[0]), num_contents=6)
    # the mean of minima is at most the minimum of means
    assert answer.value_known_usd <= answer.value_unknown_usd
    assert answer.value_unknown_usd > 0.0


def test_summary_of_hand_made_answers():
    def answered(*costs, known=np.nan, unknown=np.nan):
        return Answered(np.array(costs, float), known, unknown)

    row = summarise(
        "x",
        [
            answered(0, 9, 9, 9),
            answered(100, 50, 400, 60, known=3, unknown=4),
            answered(200, 300, 10, 90),
        ],
    )
    # harmful: two of three; cheapest answers left and right: (50 + 10)/2 = 30; best constant: brake (60 + 90)/2 = 75
    assert row.harmless == pytest.approx(1 / 3)
    assert row.best == (0.0, 0.5, 0.5, 0.0)
    assert (row.best_usd, row.constant_usd, row.saving) == (30.0, 75.0, pytest.approx(0.25))
