"""Trajectories of other vehicles belong to an instance: checked, stored, hashed, and kept by what changes instances."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from envs.errors import UserError
from envs.scenario.generator import ScenarioSampler, rebuild
from envs.scenario.instance import ScenarioInstance
from envs.scenario.trajectory import COURSE, Trajectory
from envs.specification import vehicle
from experiments.studies.sensitivity.factors import change_followers

COURSES = {
    "time_s": [0.0, 1.0, 2.5],
    "x_m": [640.0, 670.0, 715.0],
    "y_m": [0.0, 0.5, 4.0],
    "heading_rad": [0.0, 0.05, 0.0],
    "speed_mps": [30.0, 30.0, 30.0],
}


def course(index=1, **changes):
    """A lane change in three moments."""
    numbers = {name: np.array(values) for name, values in (COURSES | changes).items()}
    return Trajectory(index, **numbers)


def long(index):
    """Three hundred moments of a standing vehicle."""
    still = np.zeros(300)
    return Trajectory(index, np.arange(300.0), still + 640.0, still, still, still)


def beside(index):
    """The same in the third lane."""
    return course(index, y_m=[8.0, 8.5, 12.0])


@pytest.fixture(scope="module")
def plain():
    """An instance without trajectories."""
    return ScenarioSampler("boxed_in").sample(np.random.default_rng(0))


def test_there_are_none_by_default(plain):
    assert plain.trajectories == ()
    assert plain.to_dict()["trajectories"] == []


def test_they_are_stored_hashed_and_frozen(plain):
    played = plain.with_trajectories(course(1), beside(2))
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
        assert plain.with_trajectories(moved, beside(2)).hash != played.hash


def test_the_hash_of_an_instance_without_any_is_what_it_was(plain):
    assert plain.hash == "ac4bde60b289ffc7bdb62aef854154635714c87c58c7bb60ccd0b0ebe1fb065f"
    assert plain.with_trajectories().hash == plain.hash


def test_their_vehicles_are_put_where_they_begin(plain):
    played = plain.with_trajectories(course(1))
    rows = [vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.SPEED]
    assert played.vehicle_f[rows, 1].tolist() == [640.0, 0.0, 0.0, 30.0]
    assert played.vehicle_i[[vehicle.LANE, vehicle.TARGET_LANE], 1].tolist() == [0, 0]
    others = np.arange(played.vehicle_f.shape[1]) != 1
    assert np.array_equal(played.vehicle_f[:, others], plain.vehicle_f[:, others])
    with pytest.raises(UserError) as caught:
        replace(plain, trajectories=(course(1),))
    x = plain.vehicle_f[vehicle.X, 1]
    assert str(caught.value).startswith(
        f"trajectory of vehicle 1: x_m: begins with 640, expected {x:g} as in vehicle_f"
    )


def test_a_rebuilt_instance_keeps_them(plain):
    played = plain.with_trajectories(course(1))
    assert rebuild(played, {}).hash == played.hash
    slower = rebuild(played, {"ego.speed": plain.parameters["ego.speed"] - 1.0})
    assert slower.trajectories == played.trajectories
    assert slower.vehicle_f[vehicle.X, 1] == 640.0
    assert slower.hash != played.hash


def test_gaps_behind_move_them_along(plain):
    lane = plain.vehicle_i[vehicle.LANE, 0]
    is_behind = plain.vehicle_f[vehicle.X] < plain.vehicle_f[vehicle.X, 0]
    behind = np.flatnonzero(is_behind & (plain.vehicle_i[vehicle.LANE] == lane))
    k = int(behind[plain.vehicle_f[vehicle.X, behind].argmax()])
    x, y = plain.vehicle_f[[vehicle.X, vehicle.Y], k]
    one = course(k, x_m=[x, x + 30.0, x + 75.0], y_m=[y] * 3, heading_rad=[0.0] * 3)
    wider = change_followers(plain.with_trajectories(one), 1.5)
    assert wider.trajectories[0].x_m[0] == wider.vehicle_f[vehicle.X, k] < x
    assert np.diff(wider.trajectories[0].x_m) == pytest.approx([30.0, 45.0])


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
        (
            {"x_m": [640.0, 670.0, 760.0]},
            "speed_mps, heading_rad: got 30 m/s at 0.05 rad, but from 1 to 2.5 s the positions move at 60 m/s at "
            "0.0389 rad, expected about the same",
        ),
        (
            {"heading_rad": [0.0, 1.0, 0.0]},
            "speed_mps, heading_rad: got 30 m/s at 0 rad, but from 0 to 1 s the positions move at 30 m/s at 0.0167 "
            "rad, expected about the same",
        ),
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
        (
            (long(1), long(2)),
            "instance: trajectories: got 600 moments, expected at most 256: one or two per",
        ),
    ):
        with pytest.raises(UserError) as caught:
            plain.with_trajectories(*given)
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
