"""What the actor sees: the features that it shares with others, then the sensor's word on the two nearest objects."""

import numpy as np

from envs.specification import column
from policies.model_free.sight import COLUMNS, LARGEST, NUM_INPUTS, SCALES, Sight
from policies.world_model.model import actor_features as ft
from policies.world_model.model.checkpoint import SHIPPED, load


def observe(*objects):
    """One world with objects at ``(dx, dy, look column, thermal)``."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, [column.E_SPEED, column.E_RIGHT_EDGE, column.E_NUM_LANES, column.E_GRIP]] = (
        25,
        10,
        3,
        0.9,
    )
    debris = np.zeros((1, 4, column.NUM_DEBRIS), np.float32)
    for j, (dx, dy, look, warm) in enumerate(objects):
        debris[0, j, column.D_TRACKED] = debris[0, j, column.D_VISIBLE] = 1.0
        debris[0, j, column.D_IDENTITY] = j + 1
        debris[0, j, [column.D_DX, column.D_DY]] = dx, dy
        debris[0, j, column.D_LOOK + look] = 1.0
        debris[0, j, column.D_THERMAL] = warm
        debris[0, j, [column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT]] = 0.5, 0.5, 0.3
    return {
        "ego": ego,
        "vehicles": np.zeros((1, 8, column.NUM_VEHICLE), np.float32),
        "debris": debris,
    }


def sensed(features):
    return features[0, ft.NUM_FEATURES :].reshape(ft.NUM_OBJECTS, len(COLUMNS))


def test_the_two_nearest_objects_ahead_in_order():
    # behind, third, first, second
    observation = observe((-20, 0, 1, 0), (90, 0, 2, 0), (30, 1, 3, 1), (60, -2, 4, 0))
    features = Sight(None, 1).look(observation, np.ones(1, np.bool_))
    assert features.shape == (1, NUM_INPUTS)
    looks = sensed(features)[:, :18]
    assert looks.argmax(axis=1).tolist() == [3, 4]
    warm = COLUMNS.tolist().index(column.D_THERMAL)
    assert sensed(features)[:, warm].tolist() == [1.0, 0.0]
    # the shared features speak of the same two objects
    gaps = [features[0, ft.FIRST_OBJECT + n * ft.NUM_OBJECT + 1] for n in range(2)]
    assert gaps[0] < gaps[1]


def test_columns_are_scaled_and_bounded():
    observation = observe((30, 0, 0, 0))
    observation["debris"][0, 0, column.D_LENGTH] = 40.0
    values = sensed(Sight(None, 1).look(observation, np.ones(1, np.bool_)))
    assert len(SCALES) == len(COLUMNS)
    assert values[0, COLUMNS.tolist().index(column.D_LENGTH)] == LARGEST
    assert not values[1].any()


def test_only_the_belief_tells_contents_apart():
    filter_nets = load(SHIPPED).learned.filter
    observation = observe((30, 0, 2, 0))
    new = np.ones(1, np.bool_)
    blind, seeing = (
        Sight(None, 1).look(observation, new),
        Sight(filter_nets, 1).look(observation, new),
    )
    at = slice(ft.FIRST_OBJECT + 18, ft.FIRST_OBJECT + ft.NUM_OBJECT)
    assert np.ptp(blind[0, at]) == 0.0
    assert np.ptp(seeing[0, at]) > 0.01
    np.testing.assert_array_equal(
        np.delete(blind, at)[: at.start], np.delete(seeing, at)[: at.start]
    )
