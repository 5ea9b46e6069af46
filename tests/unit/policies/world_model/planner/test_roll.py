"""The ensemble as a model of the search: what is rolled once, and what is not."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from policies.planning import search as planning
from policies.planning.search import find_originals, search
from policies.world_model.planner.policy import WorldModel


@pytest.fixture(scope="module")
def question():
    """The arguments of the search in the first decision that needs plans."""
    env = DebrisVectorEnv(4, scenario="lone_object")
    seen, _ = env.reset(seed=3)
    policy = WorldModel()
    policy.reset(np.ones(4, np.bool_), np.zeros(4, np.int64))
    while policy._planned is None:
        seen, *_ = env.step(policy.act(seen))
    return policy._ensemble, policy._planned.roots, policy._planned.library, policy._weights


def test_rolling_doubles_once_changes_nothing(question, monkeypatch):
    library = question[2]
    answer = search(*question)
    original = find_originals(library.actions, library.steps)
    assert (original != np.arange(original.shape[1])).any()

    def everyone(actions, steps):
        del steps
        return np.tile(np.arange(actions.shape[1]), (len(actions), 1))

    monkeypatch.setattr(planning, "find_originals", everyone)
    slow = search(*question)
    np.testing.assert_array_equal(slow.best, answer.best)
    assert (slow.imagined_s > answer.imagined_s).all()
    for one, other in zip(slow.plans, answer.plans, strict=True):
        np.testing.assert_array_equal(one, other)


def test_all_members_decide_finally(question):
    roll, roots, library, _ = question
    some = np.zeros(library.labels.shape, np.bool_)
    some[:, :3] = True
    rough = roll(roots, library, some, is_final=False)
    final = roll(roots, library, some, is_final=True)
    assert rough.num_futures == 1 < final.num_futures == 5
    for rolled in (rough, final):
        np.testing.assert_allclose(rolled.weights.sum(axis=1), 1.0)
        assert rolled.cost.shape[2] == rolled.weights.shape[1]
    # what is not wanted is not rolled
    assert not final.path[:, 3:].any()
    assert final.path[:, :3, -1, 0].min() > 10.0


def test_braking_for_nothing_has_a_price_where_no_vehicle_asks_for_it(question):
    roll, roots, library, _ = question
    everything = np.ones(library.labels.shape, np.bool_)
    count = len(roots.nothing)
    quiet = roots._replace(nothing=np.full(count, 0.25), is_quiet=np.ones(count, np.bool_))
    rolled = roll(quiet, library, everything, is_final=False)
    first = rolled.first[..., 0]
    # 3,000 US$ at 3 m/s2, half of it at 2, nothing at 1; a quarter of it, because that likely nothing is there
    np.testing.assert_allclose(rolled.surcharge, 750.0 * np.maximum(-1.0 - first, 0.0) / 2.0)
    assert (first < -5.0).any()
    assert rolled.surcharge.max() > 1_500.0
    busy = roll(
        quiet._replace(is_quiet=~quiet.is_quiet), library, everything, is_final=False
    ).surcharge
    assert not busy.any()
