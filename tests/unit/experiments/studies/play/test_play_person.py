"""Keys become actions: a short press is gentle, a long one reaches the limits, and none is lost."""

import numpy as np
import pytest

from envs.specification import column
from experiments.studies.play.person import (
    DOWN,
    LEAD_M,
    LEFT,
    RIGHT,
    UP,
    Keyboard,
    Person,
    Repeated,
)
from policies.command import decode_actions, lateral_range

MASK, SEEDS = np.ones(1, np.bool_), np.zeros(1, np.int64)


def observe(y=4.0):
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = y, -2.0, 10.0
    return {"ego": ego}


def act(person, y=4.0):
    """Acceleration and lateral target of one decision."""
    observation = observe(y)
    acceleration, target = decode_actions(person.act(observation)[0], *lateral_range(observation))
    return pytest.approx(float(acceleration)), float(target[0])


def make(*script):
    """A person who holds one key, or several, in every decision."""
    keys = iter([frozenset(held) for held in script])
    person = Person(lambda: next(keys))
    person.reset(MASK, SEEDS)
    return person


def test_pedals_deepen_while_they_are_held_and_begin_anew():
    person = make(*[{DOWN}] * 4, {}, {DOWN}, *[{UP}] * 4)
    assert [act(person)[0] for _ in range(10)] == [
        -2.0,
        -5.0,
        -8.0,
        -8.0,
        0.0,
        -2.0,
        1.0,
        2.0,
        3.0,
        3.0,
    ]


def test_the_brake_wins():
    assert act(make({UP, DOWN}))[0] == -2.0


def test_without_a_key_speed_and_lateral_target_stay():
    person = make({RIGHT}, {}, {})
    moved = act(person)[1]
    assert moved == pytest.approx(4.2)
    assert [act(person, y) for y in (4.1, 4.2)] == [(0.0, pytest.approx(4.2))] * 2


@pytest.mark.parametrize(("key", "sign"), [(LEFT, -1.0), (RIGHT, 1.0)])
def test_steering_speeds_up_and_does_not_run_away_from_the_car(key, sign):
    person = make(*[{key}] * 9)
    targets = np.array([act(person)[1] for _ in range(9)])
    assert sign * (targets[:4] - 4.0) == pytest.approx([0.2, 0.6, 1.2, 2.0])
    assert sign * (targets[4:] - 4.0) == pytest.approx(LEAD_M)


def test_the_target_stays_on_the_road():
    person = make(*[{LEFT}] * 9)
    assert [act(person, -1.0)[1] for _ in range(9)][-1] == pytest.approx(-1.1)


def test_both_directions_cancel():
    assert act(make({LEFT, RIGHT}))[1] == pytest.approx(4.0)


def test_a_new_episode_begins_where_the_car_is():
    person = make({RIGHT}, {})
    act(person, 4.0)
    person.reset(MASK, SEEDS)
    assert act(person, 8.0)[1] == pytest.approx(8.0)


def test_a_press_shorter_than_a_decision_counts_once():
    keyboard = Keyboard()
    keyboard.press(UP)
    keyboard.release(UP)
    assert [keyboard.read(), keyboard.read()] == [{UP}, frozenset()]
    keyboard.press(LEFT)
    assert [keyboard.read(), keyboard.read()] == [{LEFT}, {LEFT}]
    keyboard.clear()
    keyboard.press("a")
    assert keyboard.read() == frozenset()


def test_repeated_actions_end_with_the_last_one():
    actions = np.array([[0.1, 0.2], [0.3, 0.4]])
    policy = Repeated(actions)
    for _ in range(2):
        policy.reset(MASK, SEEDS)
        assert np.concatenate([policy.act(observe()) for _ in range(3)]).tolist() == [
            [0.1, 0.2], [0.3, 0.4], [0.3, 0.4],
        ]  # fmt: skip
