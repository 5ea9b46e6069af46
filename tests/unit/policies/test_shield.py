"""Each hard rule fires where it should, and nowhere else; what no rule touches stays bit for bit."""

import numpy as np
import pytest

from envs.specification import column
from policies.base import BRAKE, KEEP, Explanation
from policies.command import to_action
from policies.shield import RULES, Shielded, safe_distance_m

SPEED = 25.0


class Fixed:
    """Asks for one acceleration and one lateral target."""

    privileged = False

    def __init__(self, acceleration=0.0, target=4.0):
        self._wanted = (acceleration, target)

    def reset(self, mask, seeds):
        """Nothing to forget."""

    def act(self, observation):
        """The same always."""
        return to_action(observation, *(np.full(len(observation["ego"]), x) for x in self._wanted))

    def explain(self):
        """The reason, too."""
        return Explanation(np.array([KEEP]), np.array([0]), ("fixed",))


def scene(*vehicles, thing=None):
    """The ego in the middle of three lanes; vehicles ``(dx, dy, vx)``; a thing ``(dx, dy, height, is warm)``."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, [column.E_Y, column.E_SPEED, column.E_GRIP]] = 4.0, SPEED, 0.9
    ego[0, [column.E_LEFT_EDGE, column.E_RIGHT_EDGE, column.E_NUM_LANES]] = -2.0, 10.0, 3
    rows = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    for k, (dx, dy, vx) in enumerate(vehicles):
        rows[0, k, [column.V_TRACKED, column.V_DX, column.V_DY, column.V_VX]] = 1.0, dx, dy, vx
        rows[0, k, [column.V_LENGTH, column.V_WIDTH]] = 4.5, 1.8
    debris = np.zeros((1, 4, column.NUM_DEBRIS), np.float32)
    if thing is not None:
        dx, dy, height, warm = thing
        debris[0, 0, [column.D_TRACKED, column.D_DX, column.D_DY]] = 1.0, dx, dy
        debris[0, 0, [column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT]] = 0.5, 0.5, height
        debris[0, 0, column.D_THERMAL] = warm
    return {"ego": ego, "vehicles": rows, "debris": debris}


def drive(policy, observation):
    shield = Shielded(policy)
    shield.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    action = shield.act(observation)
    said = shield.explain()
    return action, policy.act(observation), said.names[said.reasons[0]], said.labels[0]


def test_safe_distance_by_hand():
    # 25 x 0.2 + 0.75 x 0.04 + 25.3^2 / 12 - 20^2 / 16
    found = safe_distance_m(np.array([25.0]), np.array([20.0]), 0.2, np.array([0.9]))
    assert found[0] == pytest.approx(5.0 + 0.03 + 25.3**2 / 12.0 - 400.0 / 16.0)
    # on ice, 1 m/s2, nobody brakes harder than the road allows
    icy = safe_distance_m(np.array([10.0]), np.array([0.0]), 0.0, np.array([1.0 / 9.81]))
    assert icy[0] == pytest.approx(50.0)


def test_nothing_near_changes_nothing():
    action, wanted, reason, _ = drive(Fixed(1.0, 5.0), scene((80.0, 0.0, 25.0)))
    np.testing.assert_array_equal(action, wanted)
    assert reason == "fixed"


@pytest.mark.parametrize(
    ("gap_m", "speed_mps", "brakes"),
    [(20.0, 15.0, True), (20.0, 25.0, False), (120.0, 15.0, False)],
    ids=["near and slower", "near, as fast", "far"],
)
def test_distance_is_kept(gap_m, speed_mps, brakes):
    observation = scene((gap_m + 4.5, 0.0, speed_mps))
    action, wanted, reason, label = drive(Fixed(), observation)
    assert (reason == RULES[0]) == brakes == (action[0, 0] < wanted[0, 0])
    if brakes:
        # 10 m/s too fast: as hard as is sure
        np.testing.assert_allclose(
            action, to_action(observation, np.array([-6.0]), np.array([4.0]))
        )
        assert label == BRAKE


@pytest.mark.parametrize(
    ("vehicle", "is_closed"),
    [
        ((0.0, 4.0, 25.0), True),
        ((-12.0, 4.0, 32.0), True),
        ((-12.0, 4.0, 25.0), False),
        ((0.0, -4.0, 25.0), False),
    ],
    ids=["beside", "fast from behind", "as fast behind", "on the other side"],
)
def test_no_change_into_an_occupied_lane(vehicle, is_closed):
    observation = scene(vehicle)
    action, _, reason, _ = drive(Fixed(0.0, 8.0), observation)
    assert (reason == RULES[1]) == is_closed
    target = 4.0 if is_closed else 8.0
    np.testing.assert_allclose(action, to_action(observation, np.array([0.0]), np.array([target])))


@pytest.mark.parametrize(
    ("thing", "target", "brakes"),
    [
        ((30.0, 0.0, 0.8, 1.0), 4.0, True),
        ((30.0, 0.0, 0.8, 0.0), 4.0, False),
        ((30.0, 0.0, 0.2, 1.0), 4.0, False),
        ((150.0, 0.0, 0.8, 1.0), 4.0, False),
        ((30.0, 3.0, 0.8, 1.0), 4.0, False),
        ((60.0, 0.0, 0.8, 1.0), 8.0, False),
    ],
    ids=["a person", "a box", "a bird", "far away", "beside", "steered around"],
)
def test_never_over_something_alive(thing, target, brakes):
    observation = scene(thing=thing)
    action, _, reason, _ = drive(Fixed(0.0, target), observation)
    assert (reason == RULES[2]) == brakes
    assert (action[0, 0] == -1.0) == brakes
