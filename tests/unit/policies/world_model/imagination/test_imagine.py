"""What imagining says: followers matter, an object is hit once, worlds do not depend on each other."""

import math

import numpy as np
import pytest

from envs.cost.parameters import CostParameters
from envs.specification import column
from envs.specification.debris import LOOKS
from envs.specification.world import empty_batch
from policies.perception.velocity_filter import NUM_SPEEDS
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.imagination.cost_ledger import charge_driven
from policies.world_model.imagination.imagine import imagine
from policies.world_model.imagination.scoring import reduce_costs
from policies.world_model.model import state as s
from policies.world_model.model.checkpoint import SHIPPED, load
from policies.world_model.model.cruise_control import STRAIGHT_ON, cruise_limit
from policies.world_model.model.state import State, empty_state, read_observation
from policies.world_model.planner.policy import WorldModel

STEPS = 25
HEAVY = NUM_CLASSES - 1


@pytest.fixture(scope="module")
def learned():
    return load(SHIPPED).learned


def observe(dx=60.0, follower_gap=None, speed=30.0):
    """The ego in the middle of three lanes, a high box ahead, perhaps a tailgater."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = 4.0, speed, speed
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 10.0
    ego[0, column.E_NUM_LANES], ego[0, column.E_GRIP] = 3, 0.9
    ego[0, column.E_SIGHT_RANGE], ego[0, column.E_TIME_LEFT] = 150.0, 15.0
    vehicles = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    debris = np.zeros((1, 4, column.NUM_DEBRIS), np.float32)
    row = debris[0, 0]
    row[column.D_TRACKED] = row[column.D_VISIBLE] = 1.0
    row[column.D_DX] = dx
    row[column.D_LENGTH], row[column.D_WIDTH], row[column.D_HEIGHT] = 0.8, 0.8, 0.7
    row[column.D_SD_X], row[column.D_SD_Y], row[column.D_SD_V] = 0.5, 0.05, 0.3
    row[column.D_LOOK + LOOKS.index("box")] = 1.0
    if follower_gap is not None:
        car = vehicles[0, 0]
        car[column.V_TRACKED] = car[column.V_VISIBLE] = 1.0
        car[column.V_DX], car[column.V_VX] = -follower_gap - 4.5, speed
        car[column.V_LENGTH], car[column.V_WIDTH], car[column.V_HEIGHT] = 4.5, 1.8, 1.5
    return {"ego": ego, "vehicles": vehicles, "debris": debris}


def roll(learned, observation, accelerations, kind=HEAVY):
    """Costs of plans that keep the lane: without the object, and by class of it; probability of touching it."""
    count = len(accelerations)
    root = empty_state()
    read_observation(
        observation["ego"][0],
        observation["vehicles"][0],
        observation["debris"][0],
        np.zeros((8, NUM_SPEEDS)),
        root,
    )
    roots = empty_batch(1)
    params = CostParameters().to_array()
    charge_driven(
        roots,
        np.ones(1, np.bool_),
        observation["ego"],
        observation["ego"],
        observation["vehicles"],
        params,
    )
    belief = np.zeros((1, 4, NUM_CLASSES))
    belief[0, 0, kind] = 1.0
    actions = np.zeros((1, count, STEPS, 2))
    for c, acceleration in enumerate(accelerations):
        actions[0, c, :, 0] = 2.0 * (acceleration + 8.0) / 11.0 - 1.0
    cost = np.zeros((1, count, 1, 4, NUM_CLASSES + 1))
    first, path = np.zeros((1, count, 2)), np.zeros((1, count, STEPS, 2))
    met = np.zeros((1, count))
    imagine(
        learned,
        type(root)(*(np.ascontiguousarray(field[None]) for field in root)),
        roots,
        belief,
        actions,
        np.ones((1, count), np.bool_),
        np.array([STEPS]),
        np.array([0]),
        False,
        params,
        (empty_state(), empty_state(), empty_batch(1)),
        cost,
        first,
        path,
        met,
    )
    return cost[0, :, 0, 0, NUM_CLASSES], cost[0, :, 0, 0, :NUM_CLASSES], met[0], path[0]


def test_a_tailgater_makes_hard_braking_dear(learned):
    alone, *_ = roll(learned, observe(), [-8.0])
    followed, *_ = roll(learned, observe(follower_gap=8.0), [-8.0])
    assert followed[0] > alone[0] + 500.0


def test_an_object_in_the_path_is_touched_once(learned):
    _, by_class, met, _ = roll(learned, observe(dx=40.0), [0.0])
    _, slow, slow_met, _ = roll(learned, observe(dx=12.0, speed=4.0), [0.0])
    assert met[0] > 0.9
    assert slow_met[0] <= 1.0 + 1e-9
    # creeping over it takes many decisions, and is still one contact
    assert slow[0, HEAVY] < by_class[0, HEAVY]


def test_braking_in_time_avoids_it(learned):
    _, _, met, path = roll(learned, observe(dx=70.0, speed=20.0), [0.0, -6.0])
    assert met[0] > 0.9
    assert met[1] < 0.2
    assert path[1, -1, 0] < 70.0


def test_beside_a_wreck_the_brakes_are_no_stronger_than_real_ones(learned):
    # a truck askew half alongside: the law of the cruise control asks for thousands of m/s2
    scene = observe(dx=150.0, speed=10.0, follower_gap=0.0)
    wreck = scene["vehicles"][0, 0]
    wreck[column.V_DX], wreck[column.V_DY], wreck[column.V_VX] = 8.0, -3.2, 0.0
    wreck[column.V_LENGTH], wreck[column.V_WIDTH], wreck[column.V_HEADING] = 15.0, 2.5, -0.13
    root = empty_state()
    rows = (scene[name][0] for name in ("ego", "vehicles", "debris"))
    read_observation(*rows, np.zeros((8, NUM_SPEEDS)), root)
    assert cruise_limit(root, STRAIGHT_ON) < -100.0
    base, by_class, _, path = roll(learned, scene, [0.0, -8.0], kind=0)
    assert np.isfinite(base).all()
    assert np.isfinite(by_class).all()
    # it brakes from 10 m/s to a stop, which takes 6 m, and stays in its lane
    assert 4.0 < path[0, -1, 0] < 10.0
    np.testing.assert_allclose(path[0, :, 1], 4.0, atol=0.3)


def test_what_is_heavier_costs_more(learned):
    _, by_class, _, _ = roll(learned, observe(), [0.0], kind=HEAVY)
    _, light, _, _ = roll(learned, observe(), [0.0], kind=4)
    assert by_class[0, HEAVY] > 10.0 * light[0, 4]


def test_costs_of_objects_that_matter_less_count_with_their_mean():
    cost = np.zeros((1, 2, 1, 4, NUM_CLASSES + 1))
    cost[0, :, 0, 0, NUM_CLASSES] = 7.0
    cost[0, 0, 0, 0, 5], cost[0, 0, 0, 1, 6] = 100.0, 10.0
    belief = np.zeros((1, 4, NUM_CLASSES))
    belief[0, 0, 5], belief[0, 0, 0] = 0.5, 0.5
    belief[0, 1, 6], belief[0, 1, 0] = 0.2, 0.8
    main, found, weights = reduce_costs(cost, belief)
    assert main[0] == 0
    np.testing.assert_allclose(found[0, 0, 0, [0, 5]], [9.0, 109.0])
    np.testing.assert_allclose(found[0, 1, 0], 7.0)
    np.testing.assert_allclose(weights[0], belief[0, 0])


def test_decisions_do_not_depend_on_the_batch(learned):
    one = observe(dx=80.0, follower_gap=20.0)
    other = observe(dx=35.0)
    both = {key: np.concatenate([other[key], one[key], other[key]]) for key in one}
    alone, batch = WorldModel(learned), WorldModel(learned)
    alone.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    batch.reset(np.ones(3, np.bool_), np.zeros(3, np.int64))
    for _ in range(3):
        np.testing.assert_array_equal(alone.act(one)[0], batch.act(both)[1])


def test_vehicles_go_where_they_point():
    seen = observe(dx=50.0)
    car = seen["vehicles"][0, 1]
    car[column.V_TRACKED], car[column.V_VX], car[column.V_VY] = 1.0, 20.0, 0.7
    rows = (seen["ego"][0], seen["vehicles"][0], seen["debris"][0], np.zeros((8, NUM_SPEEDS)))
    root = empty_state()
    for heading, expected in ((0.0, 0.0), (0.05, 20.0 * math.tan(0.05)), (1.5, 0.7)):
        car[column.V_HEADING] = heading
        read_observation(*rows, root)
        assert root.cars[1, s.C_VY] == pytest.approx(expected, rel=1e-5)


def test_the_state_holds_hidden_things_where_they_were_seen():
    seen = observe(dx=50.0)
    seen["debris"][0, 0, column.D_AGE_SINCE_SEEN] = 1.0
    root = empty_state()
    read_observation(
        seen["ego"][0], seen["vehicles"][0], seen["debris"][0], np.zeros((8, NUM_SPEEDS)), root
    )
    assert isinstance(root, State)
    assert root.things[0, s.D_LIVE] == 1.0
    assert root.things[0, s.D_X] == pytest.approx(50.0)
    assert root.things[0, s.D_AGE] == 1.0
