"""Without memory an action is a function of the present observation alone; with it two pasts give two actions."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from policies.world_model import WorldModel

WORLDS, PAST = 6, 12
"""Worlds, and decisions before the observation that both pasts share."""


@pytest.fixture(scope="module")
def observations():
    """Observations of worlds in which the ego has driven on its line for a while, decision by decision."""
    env = DebrisVectorEnv(WORLDS, scenario="lone_object")
    observation, _ = env.reset(seed=2_000_000)
    seen = [observation]
    for _ in range(PAST):
        observation, *_ = env.step(np.tile([0.4, 0.0], (WORLDS, 1)))
        seen.append(observation)
    return [{key: values.copy() for key, values in one.items()} for one in seen]


def act_after(past, present, *, remembers):
    """Actions on an observation after a past."""
    policy = WorldModel(remembers=remembers)
    policy.reset(np.ones(WORLDS, np.bool_), np.zeros(WORLDS, np.int64))
    for observation in past:
        policy.act(observation)
    return policy.act(present)


def test_without_memory_the_past_does_not_matter(observations):
    *past, present = observations
    assert (present["debris"][..., 0] > 0.5).any()
    long, short, none = (
        act_after(one, present, remembers=False) for one in (past, past[:3][::-1], [])
    )
    assert (long == short).all()
    assert (long == none).all()


def test_with_memory_the_past_matters(observations):
    *past, present = observations
    long, none = (act_after(one, present, remembers=True) for one in (past, []))
    assert (long != none).any()
