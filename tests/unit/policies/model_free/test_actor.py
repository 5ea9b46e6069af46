"""The compiled actor does what torch does, row by row, and forgets where an episode begins."""

import numpy as np
import pytest
import torch

from policies.model_free.actor import Lstm, RecurrentActor, RunningActor
from policies.networks.compiled import empty_net

INPUTS, MEMORY, HIDDEN, OUTPUTS = 7, 5, 6, 4


@pytest.fixture
def pair():
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(INPUTS, MEMORY)
    arrays = [
        getattr(lstm, name).detach().numpy().T.copy()
        for name in ("weight_ih_l0", "bias_ih_l0", "weight_hh_l0", "bias_hh_l0")
    ]
    rng = np.random.default_rng(1)
    head = empty_net(MEMORY, HIDDEN, OUTPUTS, 1)
    head = head._replace(
        **{
            key: rng.normal(size=getattr(head, key).shape).astype(np.float32)
            for key in head._fields
        }
    )
    return lstm, RecurrentActor(Lstm(*arrays), head)


def dense(head, x):
    for w, b in ((head.w1, head.b1), (head.w2, head.b2)):
        x = np.maximum(x @ w[0] + b[0], 0.0)
    return x @ head.w3[0] + head.b3[0]


def test_memory_is_that_of_torch(pair):
    lstm, actor = pair
    x = np.random.default_rng(2).normal(size=(6, 3, INPUTS)).astype(np.float32)
    with torch.no_grad():
        wanted = dense(actor.head, lstm(torch.from_numpy(x))[0].numpy())
    mind = RunningActor(actor, 3)
    new = np.ones(3, np.bool_)
    for k, row in enumerate(x):
        np.testing.assert_allclose(mind.think(row, new), wanted[k], atol=1e-5)
        new = np.zeros(3, np.bool_)


def test_an_episode_begins_with_an_empty_memory_and_the_others_go_on(pair):
    _, actor = pair
    x = np.random.default_rng(3).normal(size=(2, INPUTS)).astype(np.float32)
    mind = RunningActor(actor, 2)
    first = mind.think(x, np.ones(2, np.bool_))
    again = mind.think(x, np.array([True, False]))
    np.testing.assert_array_equal(again[0], first[0])
    assert (again[1] != first[1]).any()
