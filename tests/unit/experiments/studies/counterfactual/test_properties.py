"""Every parameter of a family can be changed, alone, and by values that are possible."""

from dataclasses import replace

import numpy as np
import pytest

from envs.errors import UserError
from envs.scenario.generator import FAMILIES
from envs.scenario.suite import load_suite
from envs.specification import debris, episode, vehicle
from experiments.cli.locations import locate
from experiments.studies.counterfactual.properties import (
    MOST_VALUES,
    find_property,
    list_properties,
)

SUITE = load_suite(locate("suite", "quick"))
ITEMS = [item for split in ("validation", "train") for item in SUITE.items(split)]


def first(family):
    return SUITE.instance(next(item for item in ITEMS if item.family == family))


BOXED_IN = first("boxed_in")


def test_every_parameter_of_a_family_is_offered():
    for family, known in FAMILIES.items():
        assert list(list_properties(family)) == list(known.parameters.names)
    assert list_properties("mine") == {}


@pytest.mark.parametrize("name", list_properties("boxed_in"))
@pytest.mark.parametrize("count", [3, 8])
def test_grids_hold_the_own_value_and_can_be_built(name, count):
    changed = find_property(BOXED_IN, name)
    grid = changed.grid(BOXED_IN, count, None, None)
    own = changed.value(BOXED_IN)
    assert 2 <= len(grid) <= MOST_VALUES
    assert (np.diff(grid) > 0.0).all()
    assert own in grid
    assert changed.change(BOXED_IN, own) is BOXED_IN
    for value in grid.tolist():
        after = changed.change(BOXED_IN, value)
        assert after.parameters[name] == changed.plain(value)
        others = {key: value for key, value in after.parameters.items() if key != name}
        assert others == {key: value for key, value in BOXED_IN.parameters.items() if key != name}
        assert after.episode_i[episode.NOISE_SEED] == BOXED_IN.episode_i[episode.NOISE_SEED]
        assert changed.text(value)


def test_mass_changes_the_object_and_its_name():
    after = find_property(BOXED_IN, "object.mass").change(BOXED_IN, 40.0)
    assert after.debris_f[debris.MASS, 0] == 40.0
    assert (after.vehicle_f == BOXED_IN.vehicle_f).all()
    assert after.debris_types == (f"{BOXED_IN.debris_types[0]} (mass 40 kg)",)


def test_speed_of_the_ego_is_its_set_speed():
    after = find_property(BOXED_IN, "ego.speed").change(BOXED_IN, 20.0)
    assert after.episode_f[episode.SET_SPEED] == after.vehicle_f[vehicle.SPEED, 0] == 20.0


def test_names_are_places_in_their_list():
    weather = find_property(BOXED_IN, "road.weather")
    assert weather.choices == ("clear", "rain", "fog")
    after = weather.change(BOXED_IN, 1.0)
    assert (after.parameters["road.weather"], weather.value(after)) == ("rain", 1.0)
    assert weather.text(2.0) == "fog"
    truck = find_property(BOXED_IN, "follower.truck")
    assert [truck.text(value) for value in (0.0, 1.0)] == ["no", "yes"]


def test_the_type_is_one_that_looks_alike():
    kind = find_property(BOXED_IN, "object.type")
    assert BOXED_IN.debris_types[0] in kind.choices
    assert len(kind.choices) > 1
    other = 1.0 if kind.value(BOXED_IN) == 0.0 else 0.0
    assert kind.change(BOXED_IN, other).debris_types == (kind.choices[int(other)],)


def test_whole_numbers_stay_whole_and_impossible_ones_are_left_out():
    lane = find_property(BOXED_IN, "ego.lane")
    grid = lane.grid(BOXED_IN, 9, None, None)
    assert grid.tolist() == list(range(int(BOXED_IN.parameters["road.lanes"])))


def test_grid_keeps_the_ends_that_are_given():
    grid = find_property(BOXED_IN, "object.height").grid(BOXED_IN, 7, 0.02, 1.2)
    assert (grid[0], grid[-1], len(grid)) == (0.02, 1.2, 7)


def test_a_grid_from_zero_is_arithmetic():
    height = find_property(BOXED_IN, "object.height")
    assert height.is_log
    nothing = height.change(BOXED_IN, 0.0)
    flat = find_property(nothing, "object.height")
    assert not flat.is_log
    assert flat.between(0.0, 1.0) == 0.5


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: find_property(BOXED_IN, "object.mass").change(BOXED_IN, 9000.0),
            "object.mass: got 9000.0, expected 0 to 5000 kg",
        ),
        (
            lambda: find_property(BOXED_IN, "object.mass").grid(BOXED_IN, 9, 5.0, 4.0),
            "low, high: got 5, 4, expected 0 <= low < high <= 5000 kg",
        ),
        (
            lambda: find_property(BOXED_IN, "object.mass").grid(BOXED_IN, 9, 0.0, 4.0),
            "low: got 0, expected a number > 0: the grid of object.mass is geometric",
        ),
        (
            lambda: find_property(BOXED_IN, "object.mass").grid(BOXED_IN, 26, None, None),
            "num_values: got 26, expected 3 to 25",
        ),
        (
            lambda: find_property(replace(BOXED_IN, family="mine"), "object.mass"),
            "property: got 'object.mass', but scenario mine has no table of parameters",
        ),
    ],
)
def test_mistakes_are_one_line(call, said):
    with pytest.raises(UserError) as caught:
        call()
    assert str(caught.value) == said


def test_unknown_property_gets_a_hint():
    with pytest.raises(UserError, match=r"did you mean 'object.mass'"):
        find_property(BOXED_IN, "object.mas")
