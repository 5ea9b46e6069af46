"""What went away is let go when its place is in plain view, and not before."""

import numpy as np
import pytest

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column
from policies.perception.existence import LEAVES, MISSED, update_gone
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.content_classes import NOTHING
from policies.world_model.model.checkpoint import SHIPPED, load

NONE_NEW = np.zeros(1, np.bool_)


def observe(*, visible, identity=7.0, truck=False, dx=40.0):
    """A box ahead, maybe behind a truck."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_SIGHT_RANGE] = 150.0
    cars = np.zeros((1, VEHICLE_SLOTS, column.NUM_VEHICLE), np.float32)
    if truck:
        cars[0, 0, [column.V_TRACKED, column.V_DX, column.V_LENGTH, column.V_WIDTH]] = (
            1,
            20,
            10,
            2.5,
        )
    rows = np.zeros((1, DEBRIS_SLOTS, column.NUM_DEBRIS), np.float32)
    row = rows[0, 1]
    row[column.D_TRACKED], row[column.D_IDENTITY] = 1.0, identity
    row[column.D_VISIBLE], row[column.D_DX] = visible, dx
    row[[column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT]] = 1.0
    return {"ego": ego, "vehicles": cars, "debris": rows}


def follow(*seen, begins=()):
    """What is gone after these observations; tracks begin with the first, and with those whose numbers are given."""
    gone = np.zeros((1, DEBRIS_SLOTS))
    for k, observation in enumerate(seen):
        gone = update_gone(gone, observation, np.full(gone.shape, k == 0 or k in begins))
    return gone[0]


@pytest.fixture(scope="module")
def nets():
    return load(SHIPPED).learned.filter


def believe(nets, *seen):
    belief = Belief(nets, 0.5, 1)
    for observation in seen:
        belief.update(observation, NONE_NEW)
    return belief


def test_five_misses_in_plain_view_after_a_second_behind_a_truck():
    hidden = [observe(visible=True)] + 5 * [observe(visible=False, truck=True)]
    assert follow(*hidden)[1] == pytest.approx(1.0 - (1.0 - LEAVES) ** 5)
    odds = follow(*hidden)[1] / (1.0 - follow(*hidden)[1])
    # by hand: the odds grow by what leaves, then by the misses
    for _ in range(5):
        gone = odds / (1.0 + odds)
        odds = (gone + LEAVES * (1.0 - gone)) / ((1.0 - LEAVES) * (1.0 - gone)) / MISSED
    gone = follow(*hidden, *(5 * [observe(visible=False)]))
    assert gone[1] == pytest.approx(odds / (1.0 + odds))
    assert gone[1] > 0.9
    assert gone[[0, 2, 3]].tolist() == [0.0, 0.0, 0.0]


def test_what_is_hidden_is_kept_and_what_is_seen_is_there():
    hidden = [observe(visible=True)] + 10 * [observe(visible=False, truck=True)]
    assert 0.0 < follow(*hidden)[1] < 0.03
    assert follow(*hidden, observe(visible=True))[1] == 0.0
    # a miss or two say little, and nothing is let go at the last moment
    assert follow(observe(visible=True), observe(visible=False))[1] < 0.02
    assert follow(observe(visible=True), *(2 * [observe(visible=False)]))[1] < 0.15
    assert follow(observe(visible=True), *(9 * [observe(visible=False, dx=4.0)]))[1] < 0.01


def test_what_was_moving_is_looked_for_where_it_has_gone():
    behind = observe(visible=False, dx=8.0)
    row, car = behind["debris"][0, 1], behind["vehicles"][0, 0]
    row[[column.D_VX, column.D_AGE_SINCE_SEEN]] = 15.0, 2.0
    car[[column.V_TRACKED, column.V_DX, column.V_LENGTH, column.V_WIDTH]] = 1, 20, 10, 2.5
    # 8 m ahead it would be in plain view, 38 m ahead the truck hides it
    assert follow(*(6 * [behind]))[1] < 0.01
    row[column.D_VX] = 0.0
    assert follow(*(6 * [behind]))[1] > 0.9


def test_a_track_that_begins_has_not_gone():
    missed = 7 * [observe(visible=False)]
    assert follow(*missed)[1] > 0.9
    assert follow(*missed, begins=[6])[1] == 0.0
    after = follow(*missed, missed[0], begins=[6])[1]
    assert after == pytest.approx(LEAVES / (LEAVES + MISSED * (1.0 - LEAVES)))


def test_beliefs_let_go_of_a_track_and_of_no_other(nets):
    seen, missed = 6 * [observe(visible=True)], 6 * [observe(visible=False)]
    assert believe(nets, *seen).probabilities[0, 1, NOTHING] < 0.5
    let_go = believe(nets, *seen, *missed)
    assert let_go.probabilities[0, 1, NOTHING] > 0.9
    assert let_go.probabilities[0, 1].sum() == pytest.approx(1.0)
    assert not let_go.probabilities[0, [0, 2, 3]].any()
    # another track in the same slot is as if nothing had been before
    other = observe(visible=False, identity=8.0)
    let_go.update(other, NONE_NEW)
    np.testing.assert_array_equal(let_go.probabilities, believe(nets, other).probabilities)


def test_worlds_can_be_put_with_what_has_gone(nets):
    missed = observe(visible=False)
    one, many = believe(nets, *(6 * [observe(visible=True)]), *(3 * [missed])), Belief(nets, 0.5, 3)
    three = {key: np.repeat(rows, 3, axis=0) for key, rows in missed.items()}
    many.update(three, np.ones(3, np.bool_))
    many.put(np.array([2]), one)
    one.update(missed, NONE_NEW)
    many.update(three, np.zeros(3, np.bool_))
    np.testing.assert_array_equal(many.probabilities[2], one.probabilities[0])
    assert many.probabilities[0, 1, NOTHING] != one.probabilities[0, 1, NOTHING]
