"""Given plans are judged as they are, until they end, and nothing is changed by it."""

import numpy as np

from envs.batched.env import DebrisVectorEnv
from policies.catalogue_planner import CataloguePlanner

WORLDS = 3


def test_plans_are_judged_until_they_end():
    env = DebrisVectorEnv(WORLDS)
    observation, _ = env.reset(seed=4)
    policy = CataloguePlanner()
    policy.reset(np.ones(WORLDS, bool), np.arange(WORLDS))
    policy.act(observation)
    plans = np.zeros((WORLDS, 3, 10, 2))
    plans[:, 2, :, 0] = -1.0  # the last one brakes as hard as it can
    found = policy.judge(observation, plans)
    assert found.shape == (WORLDS, 3)
    assert (found[:, 0] == found[:, 1]).all()
    assert (found[:, 2] != found[:, 0]).all()
    # what has been paid by the first decision has been paid by the last
    assert (policy.judge(observation, plans[:, :, :1]) <= found + 1e-9).all()
    assert (policy.judge(observation, plans) == found).all()
