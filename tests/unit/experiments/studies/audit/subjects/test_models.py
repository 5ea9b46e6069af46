"""Checkpoints without a part, and rankings of equal costs."""

import numpy as np
import pytest

from envs.cost.parameters import CostParameters
from experiments.studies.audit.probes.decisions import ranking
from experiments.studies.audit.subjects.models import Model
from policies.world_model.dream.simulation.burn_in import burn_in
from policies.world_model.dream.simulation.starts import FILE, Starts, read_starts
from policies.world_model.estimation.belief import Belief
from policies.world_model.model.checkpoint import SHIPPED


@pytest.fixture(scope="module")
def whole():
    return Model("shipped", 0)


def test_one_member_is_one_of_every_ensemble(whole):
    one = whole.ablate("one_member")
    assert one.name == "one member"
    nets = one.learned
    for net in (
        nets.transition.car,
        nets.transition.thing,
        nets.events.contact,
        nets.filter.contents,
    ):
        assert net.b1.shape[0] == 1
    assert whole.name == "shipped"
    assert whole.learned.transition.car.b1.shape[0] > 1
    assert one.remembers


def test_without_memory_the_belief_is_that_of_the_last_observation(whole):
    forgetful = whole.ablate("no_memory")
    assert (forgetful.name, forgetful.remembers, whole.remembers) == ("no memory", False, True)
    found = read_starts(SHIPPED / FILE)
    few = Starts(
        found.ego[:20], found.vehicles[:20], found.debris[:20], found.limit, found.families[:20]
    )
    nets = forgetful.learned.filter
    params = CostParameters().to_array().view(np.ndarray)
    alone = Belief(nets, 0.5, 20)
    keys = ("ego", "vehicles", "debris")
    last = {key: np.ascontiguousarray(getattr(few, key)[:, -1]) for key in keys}
    alone.update(last, np.ones(20, bool))
    assert (burn_in(few, nets, 0.5, params, remembers=False).belief == alone.probabilities).all()
    assert (burn_in(few, nets, 0.5, params).belief != alone.probabilities).any()
    assert (forgetful.dreams()._remembers, whole.dreams()._remembers) == (False, True)


class Moments:
    """Two moments of one family."""

    families = ("a", "a")


def test_a_policy_that_was_optimised_in_dreams_may_exploit_them():
    real = np.array([[1.0, 2.0], [3.0, 4.0], [500.0, 700.0]])
    dreamt = np.array([[2.0, 1.0], [3.0, 4.0], [200.0, 400.0]])
    # the dream flatters it by 300 of 600 US$, and the others by nothing in the mean
    *_, gap = ranking.measure_ranking(Moments(), [False, False, True], real, dreamt, "model")
    assert "exploitation gap" in gap.measure
    assert gap.value.value == pytest.approx(0.5)


def test_equal_costs_give_no_ranking():
    real = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]])
    none = [False] * 3
    flat = ranking.measure_ranking(Moments(), none, real, np.zeros((3, 2)), "straight lines")
    assert all(np.isnan(one.value.value) for one in flat)
    same = ranking.measure_ranking(Moments(), none, real, real, "twin")
    assert [one.value.value for one in same] == pytest.approx([1.0, 1.0])
