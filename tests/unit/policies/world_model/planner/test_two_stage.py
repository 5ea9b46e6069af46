"""Two-stage planning: what is imagined once, and what is not."""

import numpy as np

from envs.batched.env import DebrisVectorEnv
from policies.world_model.planner import two_stage
from policies.world_model.planner.policy import WorldModel
from policies.world_model.planner.two_stage import find_originals


def test_doubles_are_those_whose_actions_that_count_are_the_same():
    actions = np.random.default_rng(0).normal(size=(2, 5, 6, 2))
    actions[0, 3] = actions[0, 1]
    actions[0, 4] = actions[0, 1]
    # in the second world plans 0 and 2 differ only after its end
    actions[1, 2, :4] = actions[1, 0, :4]
    found = find_originals(actions, np.array([6, 4]))
    assert found.tolist() == [[0, 1, 2, 1, 1], [0, 1, 0, 3, 4]]
    assert find_originals(actions, np.array([6, 5]))[1].tolist() == [0, 1, 2, 3, 4]


def test_imagining_doubles_once_changes_nothing(monkeypatch):
    env = DebrisVectorEnv(4, scenario="lone_object")
    seen, _ = env.reset(seed=3)
    policy = WorldModel()
    policy.reset(np.ones(4, np.bool_), np.zeros(4, np.int64))
    while policy._planned is None:
        seen, *_ = env.step(policy.act(seen))
    question = policy._planned.candidates
    answer = policy._planner.choose(question, np.inf)
    doubles = find_originals(question.actions, question.steps) != np.arange(
        len(answer.plans.score[0])
    )
    assert doubles.any()

    def everyone(actions, steps):
        del steps
        return np.tile(np.arange(actions.shape[1]), (len(actions), 1))

    monkeypatch.setattr(two_stage, "find_originals", everyone)
    slow = policy._planner.choose(question, np.inf)
    np.testing.assert_array_equal(slow.best, answer.best)
    assert (slow.imagined_s > answer.imagined_s).all()
    for one, other in zip(slow.plans, answer.plans, strict=True):
        np.testing.assert_array_equal(one, other)
