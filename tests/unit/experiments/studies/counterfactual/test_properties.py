"""One property changes, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from envs.errors import UserError
from envs.physics.aerodynamics import motion_threshold
from envs.scenario.instance import ARRAYS
from envs.scenario.suite import load_suite
from envs.specification import debris, episode, vehicle
from experiments.cli.locations import locate
from experiments.studies.counterfactual.properties import PROPERTIES, find_property

SUITE = load_suite(locate("suite", "quick"))
ITEMS = SUITE.items("validation")


def first(family):
    return SUITE.instance(next(item for item in ITEMS if item.family == family))


BOXED_IN = first("boxed_in")


def behind(instance):
    """Vehicles behind the ego in its lane."""
    lane, x = instance.vehicle_i[vehicle.LANE], instance.vehicle_f[vehicle.X]
    return (lane == lane[0]) & (x < x[0])


def with_a_second_follower(instance):
    """The last vehicle put 40 m behind the follower."""
    f, i = instance.vehicle_f.copy(), instance.vehicle_i.copy()
    follower = int(np.flatnonzero(behind(instance))[0])
    assert follower != f.shape[1] - 1
    f[vehicle.X, -1] = f[vehicle.X, follower] - 40.0
    f[vehicle.Y, -1] = f[vehicle.Y, 0]
    i[[vehicle.LANE, vehicle.TARGET_LANE], -1] = i[vehicle.LANE, 0]
    return replace(instance, vehicle_f=f, vehicle_i=i)


COLUMN = with_a_second_follower(BOXED_IN)


def changed_cells(before, after):
    """Names and indices of all cells that differ."""
    return {
        (name, *map(int, place))
        for name in ARRAYS
        for place in np.argwhere(getattr(before, name) != getattr(after, name))
    }


def test_mass_changes_no_look():
    after = PROPERTIES["mass_kg"].change(BOXED_IN, 40.0)
    f = after.debris_f[:, 0]
    assert changed_cells(BOXED_IN, after) <= {
        ("debris_f", debris.MASS, 0),
        ("debris_f", debris.AIR_THRESHOLD, 0),
    }
    assert f[debris.MASS] == 40.0
    # a heavier thing needs a stronger wind
    assert f[debris.AIR_THRESHOLD] == motion_threshold(
        40.0, f[debris.FRICTION], f[debris.DRAG_AREA], f[debris.LIFT_AREA]
    )
    assert f[debris.AIR_THRESHOLD] > BOXED_IN.debris_f[debris.AIR_THRESHOLD, 0]
    # nobody is told that this is the catalogue's empty bag
    assert after.debris_types == (f"{BOXED_IN.debris_types[0]} (mass 40 kg)",)


def test_height_changes_height_alone():
    after = PROPERTIES["height_m"].change(BOXED_IN, 0.5)
    assert changed_cells(BOXED_IN, after) == {("debris_f", debris.HEIGHT, 0)}


@pytest.mark.parametrize("instance", [BOXED_IN, COLUMN])
def test_gap_moves_the_column_behind_and_keeps_its_spacing(instance):
    gap = PROPERTIES["follower_gap_m"]
    after = gap.change(instance, 33.0)
    assert gap.value(after) == pytest.approx(33.0)
    moved = {cell[1:] for cell in changed_cells(instance, after) if cell[0] == "vehicle_f"}
    assert {row for row, _ in moved} <= {vehicle.X, vehicle.TIME_GAP}
    shift = after.vehicle_f[vehicle.X] - instance.vehicle_f[vehicle.X]
    assert np.allclose(shift[behind(instance)], gap.value(instance) - 33.0)
    assert (shift[~behind(instance)] == 0.0).all()


def test_speed_takes_along_who_follows():
    after = PROPERTIES["ego_speed_mps"].change(BOXED_IN, 20.0)
    assert after.episode_f[episode.SET_SPEED] == 20.0
    speed, lane = after.vehicle_f[vehicle.SPEED], after.vehicle_i[vehicle.LANE]
    assert speed[0] == pytest.approx(20.0)
    assert np.allclose(speed[1:][lane[1:] == lane[0]], 20.0)
    assert (
        speed[lane != lane[0]] == BOXED_IN.vehicle_f[vehicle.SPEED][lane != lane[0]]
    ).all()  # other lanes go on as they did


@pytest.mark.parametrize("name", PROPERTIES)
def test_own_value_is_the_very_same_instance(name):
    changed = PROPERTIES[name]
    assert changed.change(BOXED_IN, changed.value(BOXED_IN)) is BOXED_IN


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("count", [3, 8, 25])
def test_grid_holds_the_own_value_and_can_be_used_everywhere(name, count):
    changed = PROPERTIES[name]
    grid = changed.grid(BOXED_IN, count, None, None)
    assert len(grid) == count
    assert (np.diff(grid) > 0.0).all()
    assert changed.value(BOXED_IN) in grid
    for value in grid:
        assert changed.value(changed.change(BOXED_IN, float(value))) == pytest.approx(value)


def test_grid_keeps_the_ends_that_were_asked_for():
    grid = PROPERTIES["height_m"].grid(BOXED_IN, 7, 0.02, 1.2)
    assert (grid[0], grid[-1]) == (0.02, 1.2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: PROPERTIES["mass_kg"].change(BOXED_IN, 900.0),
            "mass_kg: got 900, expected 0.1 to 80 kg",
        ),
        (
            lambda: PROPERTIES["mass_kg"].change(first("phantom"), 3.0),
            "property: got 'mass_kg', but this instance has no solid object",
        ),
        (
            lambda: PROPERTIES["mass_kg"].grid(BOXED_IN, 9, 5.0, 4.0),
            "low, high: got 5, 4, expected 0.1 <= low < high <= 80 kg",
        ),
        (
            lambda: PROPERTIES["mass_kg"].grid(BOXED_IN, 26, None, None),
            "num_values: got 26, expected 3 to 25",
        ),
    ],
)
def test_mistakes_are_one_line(call, said):
    with pytest.raises(UserError) as caught:
        call()
    assert str(caught.value) == said


def test_unknown_property_gets_a_hint():
    with pytest.raises(UserError, match="did you mean 'mass_kg'"):
        find_property("mas_kg")
