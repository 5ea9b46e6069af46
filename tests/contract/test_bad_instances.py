"""An impossible ScenarioInstance is refused in one line that names key, value and what is allowed."""

import copy
import json

import gymnasium as gym
import pytest

from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.specification import debris, episode, vehicle


def make_reference(**settings):
    return gym.make("envs:roadworld/Debris-v1", **settings).unwrapped


def refusal(call):
    """The message with which a call is refused: one line, an error meant for users."""
    with pytest.raises(UserError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def plain():
    """A valid instance as a mapping that was JSON once."""
    env = make_reference(scenario="boxed_in")
    env.reset(seed=2)
    return json.loads(json.dumps(env.instance.to_dict()))


def altered(plain, name, row, column, value):
    """The mapping with one number of one array replaced."""
    wrong = copy.deepcopy(plain)
    if column is None:
        wrong[name][row] = value
    else:
        wrong[name][row][column] = value
    return wrong


NUMBERS = [
    ("debris_f", debris.MASS, 0, -1.0, "debris mass_kg: got -1, expected 0 to 5000"),
    ("debris_f", debris.MASS, 0, 0.0, "debris mass_kg: got 0, expected a number > 0"),
    ("debris_f", debris.LENGTH, 0, 0.0, "debris length_m: got 0, expected 0.01 to 60"),
    ("debris_f", debris.SHARPNESS, 0, 1.5, "debris sharpness: got 1.5, expected 0 to 1"),
    ("debris_f", debris.DRAG_AREA, 0, -0.1, "debris drag_area_m2: got -0.1, expected 0 to 100"),
    ("debris_i", debris.LOOK, 0, 99, "debris look: got 99, expected 0 to 17"),
    ("debris_i", debris.CARRIER, 0, 77, "debris carrier: got 77, expected -1 to"),
    ("debris_i", debris.IS_REAL, 0, 2, "debris is_real: got 2, expected 0 to 1"),
    ("vehicle_f", vehicle.SPEED, 1, -3.0, "vehicle speed_mps: got -3, expected 0 to 60"),
    ("vehicle_f", vehicle.WIDTH, 1, 40.0, "vehicle width_m: got 40, expected 0.5 to 3"),
    ("vehicle_f", vehicle.X, 1, -5.0, "vehicle x_m: got -5, expected 0 to 9000"),
    ("vehicle_f", vehicle.Y, 1, 400.0, "vehicle y_m: got 400, expected -10 to 30"),
    ("vehicle_f", vehicle.MASS, 1, float("nan"), "vehicle_f: got a number that is not finite"),
    ("vehicle_i", vehicle.LANE, 1, 9, "vehicle lane: got 9, expected 0 to"),
    ("vehicle_i", vehicle.TARGET_LANE, 1, -1, "vehicle target_lane: got -1, expected 0 to"),
    ("vehicle_i", vehicle.KIND, 0, vehicle.KIND_IDM, "vehicle kind: expected the ego first"),
    ("vehicle_i", vehicle.KIND, 1, vehicle.KIND_EGO, "vehicle kind: expected the ego first"),
    ("episode_f", episode.FRICTION, None, 5.0, "episode friction: got 5, expected 0 to 2"),
    ("episode_f", episode.SET_SPEED, None, 0.0, "episode set_speed_mps: got 0, expected 0.1 to 60"),
    ("episode_i", episode.NUM_LANES, None, 0, "episode num_lanes: got 0, expected 1 to 4"),
    ("episode_i", episode.WEATHER, None, 7, "episode weather: got 7, expected 0 to 2"),
    ("episode_i", episode.NUM_VEHICLES, None, 3000, "num_vehicles, num_debris: got 3000"),
]


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "expected"),
    NUMBERS,
    ids=[f"{name}[{row}]={value}" for name, row, _, value, _ in NUMBERS],
)
def test_impossible_number_in_an_instance(plain, name, row, column, value, expected):
    wrong = altered(plain, name, row, column, value)
    message = refusal(lambda: ScenarioInstance.from_dict(wrong))
    assert message.startswith("instance: ")
    assert expected in message


def test_overlapping_vehicles(plain):
    wrong = copy.deepcopy(plain)
    for row in (vehicle.X, vehicle.Y):
        wrong["vehicle_f"][row][2] = wrong["vehicle_f"][row][1]
    message = refusal(lambda: ScenarioInstance.from_dict(wrong))
    assert "vehicles 1 and 2 overlap at the start; expected free space" in message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"format": "x"}, "instance: format: got 'x', expected 'roadworld-scenario-instance'"),
        ({"schema": 99}, "instance: schema: got 99, this version reads"),
        ({"vehicle_f": [[1.0]]}, "instance: vehicle_f: got shape (1, 1), expected"),
        ({"vehicle_f": 3}, "instance: vehicle_f: got shape (), expected"),
        ({"vehicle_f": "abc"}, "instance: vehicle_f: expected numbers only"),
        ({"vehicle_f": [[1, 2], [3]]}, "instance: vehicle_f: expected numbers only"),
        ({"debris_types": []}, "instance: debris_types: got 0 names, expected 1"),
    ],
)
def test_malformed_instance(plain, change, expected):
    assert expected in refusal(lambda: ScenarioInstance.from_dict({**plain, **change}))


def test_instance_lacks_a_key_or_is_none(plain):
    del plain["debris_i"]
    assert refusal(lambda: ScenarioInstance.from_dict(plain)) == "instance: debris_i: missing"
    assert (
        refusal(lambda: ScenarioInstance.from_dict([])) == "instance: got list, expected a mapping"
    )


def test_a_correct_instance_survives_the_journey(plain):
    # otherwise everything above could be refused for another reason
    env = make_reference()
    env.reset(options={"instance": ScenarioInstance.from_dict(plain)})
    assert env.instance.to_dict() == plain
