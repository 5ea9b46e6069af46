"""Trajectories of other vehicles belong to an instance: checked, stored, hashed, and refused by the engines."""

import json
import pickle
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest

from envs.errors import UserError
from envs.scenario.generator import ScenarioSampler
from envs.scenario.instance import ScenarioInstance
from envs.scenario.trajectory import COURSE, Trajectory

COURSES = {
    "time_s": [0.0, 1.0, 2.5],
    "x_m": [480.0, 510.0, 555.0],
    "y_m": [0.0, 0.5, 4.0],
    "heading_rad": [0.0, 0.05, 0.0],
    "speed_mps": [30.0, 30.0, 30.0],
}


def course(index=1, **changes):
    """A lane change in three moments."""
    numbers = {name: np.array(values) for name, values in (COURSES | changes).items()}
    return Trajectory(index, **numbers)


@pytest.fixture(scope="module")
def plain():
    """An instance without trajectories."""
    return ScenarioSampler("boxed_in").sample(np.random.default_rng(0))


def test_there_are_none_by_default(plain):
    assert plain.trajectories == ()
    assert plain.to_dict()["trajectories"] == []


def test_they_are_stored_hashed_and_frozen(plain):
    played = replace(plain, trajectories=(course(1), course(2)))
    read = ScenarioInstance.from_dict(json.loads(json.dumps(played.to_dict())))
    copied = pickle.loads(pickle.dumps(played))  # noqa: S301 (made here)
    for other in (read, copied):
        assert other.hash == played.hash != plain.hash
        for one, same in zip(other.trajectories, played.trajectories, strict=True):
            assert one.vehicle == same.vehicle
            for name in COURSE:
                assert np.array_equal(getattr(one, name), getattr(same, name))
                assert not getattr(one, name).flags.writeable
    for name in COURSE:
        moved = course(1, **{name: [*COURSES[name][:2], COURSES[name][2] + 0.25]})
        assert replace(plain, trajectories=(moved, course(2))).hash != played.hash


@pytest.mark.parametrize("engine", ["make", "make_vec"])
def test_an_engine_refuses_what_it_does_not_play(plain, engine):
    instance = replace(plain, trajectories=(course(),))
    name = "envs:roadworld/Debris-v1"
    twin = {"num_envs": 1, "vectorization_mode": "vector_entry_point"}
    env = gym.make(name) if engine == "make" else gym.make_vec(name, **twin)
    with pytest.raises(
        UserError, match=r"^instance: trajectories: got 1, expected none: this vers"
    ):
        env.reset(options={"instance": instance})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"time_s": [0.0, 2.0, 1.0]}, "time_s: expected increasing moments, the first 0"),
        ({"time_s": [1.0, 2.0, 3.0]}, "time_s: expected increasing moments, the first 0"),
        (
            {"x_m": [1.0, 2.0]},
            "x_m: got shape (2,), expected at least 2 numbers, as many as moments",
        ),
        ({"speed_mps": [30.0, -1.0, 30.0]}, "speed_mps: got -1, expected 0 to 60"),
        ({"y_m": [0.0, np.nan, 0.0]}, "y_m: got nan, expected -10 to 30"),
        ({"x_m": [0.0, 1.0, 1e6]}, "x_m: got 1e+06, expected 0 to 10000"),
    ],
)
def test_an_impossible_course_is_refused(changes, expected):
    with pytest.raises(UserError) as caught:
        course(**changes)
    assert str(caught.value) == f"trajectory of vehicle 1: {expected}"


def test_the_vehicle_must_exist_and_have_one(plain):
    last = plain.vehicle_f.shape[1] - 1
    for given, expected in (
        ((course(0),), f"trajectory: vehicle: got 0, expected 1 to {last}, the ego has none"),
        ((course(last + 1),), f"trajectory: vehicle: got {last + 1}, expected 1 to {last}"),
        ((course(1), course(1)), "trajectory: vehicle: got 1 twice, expected one per vehicle"),
    ):
        with pytest.raises(UserError) as caught:
            replace(plain, trajectories=given)
        assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, "instance: trajectories: got 3, expected a list"),
        ([{}], "trajectory: got {}, expected a mapping of vehicle, time_s"),
        ([{**COURSES, "vehicle": "a"}], "trajectory: vehicle: got 'a', expected an integer >= 1"),
        ([{**COURSES, "vehicle": 1, "x_m": "a"}], "trajectory: expected numbers only"),
    ],
)
def test_a_malformed_file_is_refused(plain, given, expected):
    with pytest.raises(UserError) as caught:
        ScenarioInstance.from_dict({**plain.to_dict(), "trajectories": given})
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1], "instance: parameters: got [1], expected a mapping"),
        ({"a": None}, "instance: parameters.a: got None, expected a finite number, a flag or text"),
        ({"a": float("inf")}, "instance: parameters.a: got inf, expected a finite number"),
    ],
)
def test_a_malformed_point_is_refused(plain, given, expected):
    with pytest.raises(UserError) as caught:
        ScenarioInstance.from_dict({**plain.to_dict(), "parameters": given})
    assert str(caught.value).startswith(expected)
