"""What actor and critics see: slots do not count, and what does not matter is not seen."""

import numpy as np
import pytest

from envs.specification import LANE_WIDTH_M
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.model import state as s
from policies.world_model.model.actor_features import (
    NUM_CAR,
    NUM_EGO,
    NUM_FEATURES,
    NUM_OBJECT,
    NUM_PLACES,
    write_features,
)
from policies.world_model.model.state import State, copy_state, empty_state

OBJECTS = NUM_EGO + NUM_PLACES * NUM_CAR


def scene(seed=0):
    """Five vehicles and three objects at random places around an ego in the middle of three lanes."""
    random = np.random.default_rng(seed)
    state = empty_state()
    state.ego[[s.Y, s.SPEED, s.SET_SPEED, s.GRIP]] = 4.0, 27.0, 30.0, 0.8
    state.ego[[s.LEFT_EDGE, s.RIGHT_EDGE, s.NUM_LANES, s.SIGHT_RANGE]] = -2.0, 10.0, 3.0, 150.0
    state.cars[:5, s.C_LIVE] = 1.0
    state.cars[:5, s.C_X] = random.uniform(-60.0, 90.0, 5)
    state.cars[:5, s.C_Y] = LANE_WIDTH_M * random.integers(0, 3, 5)
    state.cars[:5, s.C_VX] = random.uniform(20.0, 35.0, 5)
    state.cars[:5, s.C_LENGTH], state.cars[:5, s.C_WIDTH] = 4.5, 1.8
    state.things[:3, s.D_LIVE] = 1.0
    state.things[:3, s.D_X] = 20.0, 45.0, 80.0
    state.things[:3, s.D_Y] = random.uniform(2.0, 7.0, 3)
    state.things[:3, s.D_LENGTH], state.things[:3, s.D_WIDTH] = 0.8, 0.5
    belief = np.zeros((4, NUM_CLASSES))
    belief[:3] = random.dirichlet(np.ones(NUM_CLASSES), 3)
    return state, belief


def features(state, belief):
    out = np.full(NUM_FEATURES, np.nan, np.float32)
    write_features(state, belief, out)
    return out


def test_all_are_written_and_of_order_one():
    for seed in range(20):
        found = features(*scene(seed))
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 4.0


def test_slots_do_not_count():
    state, belief = scene()
    other, turned = empty_state(), np.zeros_like(belief)
    copy_state(state, other)
    cars, things = np.random.default_rng(1).permutation(8), np.array([2, 3, 0, 1])
    other.cars[:], other.things[:] = state.cars[cars], state.things[things]
    turned[:] = belief[things]
    np.testing.assert_array_equal(features(other, turned), features(state, belief))


def test_what_is_nothing_does_not_matter_or_is_passed_is_not_seen():
    state, belief = scene()
    without = State(state.ego, state.cars, state.things.copy())
    without.things[0] = 0.0
    expected = features(without, belief)
    sure = belief.copy()
    sure[0] = np.eye(NUM_CLASSES)[0]
    forgotten = belief.copy()
    forgotten[0] = 0.0
    passed = State(state.ego, state.cars, state.things.copy())
    passed.things[0, s.D_X] = -8.0
    assert not np.array_equal(features(state, belief), expected)
    for found in (features(state, sure), features(state, forgotten), features(passed, belief)):
        np.testing.assert_array_equal(found, expected)


def test_the_nearer_object_comes_first():
    state, belief = scene()
    found = features(state, belief)
    assert found[OBJECTS + 1] < found[OBJECTS + NUM_OBJECT + 1]
    np.testing.assert_allclose(found[OBJECTS + 18 : OBJECTS + NUM_OBJECT], belief[0], rtol=1e-6)


def test_an_object_dead_ahead_is_passed_on_either_side_alike():
    state, belief = scene()
    state.things[0, s.D_Y] = state.ego[s.Y]
    found = features(state, belief)
    # half of 0.5 m and half of 1.8 m
    assert found[OBJECTS + 6] == found[OBJECTS + 7] == pytest.approx(1.15)
