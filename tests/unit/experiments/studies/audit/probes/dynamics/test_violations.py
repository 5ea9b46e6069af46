"""Every law of physics notices what breaks it, and nothing else does."""

import numpy as np
import pytest

from experiments.studies.audit.probes.dynamics.violations import LAWS, count_violations
from experiments.studies.audit.scenes import bodies as c
from experiments.studies.audit.subjects.rollout import empty_futures

T = 10
DT = 0.2


def body(x, y, vx, length=4.5, width=1.8, height=1.5):
    """A body that goes straight on, ``(T + 1, NUM_BODY)``."""
    rows = np.zeros((T + 1, c.NUM_BODY))
    rows[:, c.X], rows[:, c.Y], rows[:, c.VX] = x + vx * DT * np.arange(T + 1), y, vx
    rows[:, c.LENGTH], rows[:, c.WIDTH], rows[:, c.HEIGHT] = length, width, height
    return rows


@pytest.fixture
def calm():
    """The ego at 20 m/s, a vehicle ahead and one beside, a box far ahead: nothing happens."""
    found = empty_futures(np.zeros((1, 8), bool), T)
    found.ego[0] = body(0.0, 0.0, 20.0)
    found.vehicles[0, :, 0] = body(30.0, 0.0, 20.0)
    found.vehicles[0, :, 1] = body(0.0, 4.0, 21.0)
    found.objects[0, :, 0] = body(99.0, -12.0, 0.0, 0.5, 0.5, 0.9)
    return found


def go_on(rows, x):
    """Places that speeds lead to, from ``x`` on."""
    mean = 0.5 * (rows[1:, c.VX] + rows[:-1, c.VX])
    rows[:, c.X] = x + DT * np.concatenate([[0.0], np.cumsum(mean)])


def broken(found):
    """Names of the laws that are broken."""
    return {name for name, per_1000 in count_violations(found).items() if per_1000[0] > 0.0}


def test_a_calm_future_breaks_no_law(calm):
    assert set(count_violations(calm)) == set(LAWS)
    assert broken(calm) == set()


def test_a_jump_is_teleporting_and_one_in_ten_decisions(calm):
    calm.vehicles[0, 5:, 1, c.X] += 0.6
    assert broken(calm) == {"teleporting"}
    assert count_violations(calm)["teleporting"][0] == pytest.approx(1000.0 / T)


def test_an_object_may_jump_where_a_vehicle_can_have_pushed_it(calm):
    calm.objects[0, 5:, 0, c.X] += 1.2
    assert broken(calm) == {"teleporting"}
    calm.vehicles[0, :, 1] = body(99.0, -9.0, 0.0)
    assert broken(calm) == set()


def test_a_stop_beyond_the_tyres(calm):
    calm.vehicles[0, 5:, 0, c.VX] = 18.0
    go_on(calm.vehicles[0, :, 0], 30.0)
    assert broken(calm) == {"beyond friction"}
    # 8 m/s2 is braking
    calm.vehicles[0, 5:, 0, c.VX] = 18.4
    go_on(calm.vehicles[0, :, 0], 30.0)
    assert broken(calm) == set()


def test_a_wreck_of_before_may_stop_as_it_will(calm):
    calm.vehicles[0, 5:, 0, c.VX] = 18.0
    go_on(calm.vehicles[0, :, 0], 30.0)
    calm.crashed[0, 1] = True
    assert broken(calm) == {"beyond friction"}
    calm.crashed[0, 0] = True
    assert broken(calm) == set()


def test_two_in_one_place_without_a_collision(calm):
    calm.vehicles[0, :, 0] = body(3.0, 0.5, 20.0)
    assert broken(calm) == {"overlapping"}
    calm.collided[0, 1:] = True
    assert broken(calm) == set()


def test_bodies_askew_are_apart_by_their_own_axes(calm):
    # a corner of one is beside the other's flank: boxes along the road would overlap
    calm.vehicles[0, :, 0] = body(3.4, 2.4, 20.0)
    calm.vehicles[0, :, 0, c.HEADING] = -0.25 * np.pi
    assert broken(calm) == set()
    calm.vehicles[0, :, 0, c.HEADING] = 0.25 * np.pi
    assert broken(calm) == {"overlapping"}


def test_an_object_that_sets_off(calm):
    calm.objects[0, 5:, 0, c.VX] = 1.5
    go_on(calm.objects[0, :, 0], 99.0)
    assert broken(calm) == {"moving unforced"}
    calm.touched[0, 1:, 0] = True
    assert broken(calm) == set()


def test_an_object_that_vanishes(calm):
    calm.objects[0, :, 0, c.X] = 50.0
    calm.objects[0, 5:, 0] = np.nan
    assert broken(calm) == {"vanishing"}
    # behind the ego it may be forgotten
    calm.objects[0, :5, 0, c.X] = -20.0
    assert broken(calm) == set()


def test_speed_from_a_contact(calm):
    calm.touched[0, 5:, 0] = True
    assert broken(calm) == set()
    calm.ego[0, 5:, c.VX] = 21.0
    go_on(calm.ego[0], 0.0)
    assert broken(calm) == {"gaining by contact"}


def test_another_size(calm):
    calm.vehicles[0, 3:, 1, c.LENGTH] = 4.6
    assert broken(calm) == {"changing size"}


def test_an_object_that_tips_over_keeps_its_sides(calm):
    calm.objects[0, 4:, 0, [c.LENGTH, c.HEIGHT]] = calm.objects[0, 4:, 0, [c.HEIGHT, c.LENGTH]]
    assert calm.objects[0, 4, 0, c.LENGTH] == 0.9
    assert broken(calm) == set()
    calm.objects[0, 4:, 0, c.HEIGHT] = 0.6
    assert broken(calm) == {"changing size"}


def test_what_comes_after_the_end_does_not_count(calm):
    for bodies in (calm.ego, calm.vehicles, calm.objects):
        bodies[0, 5:] = np.nan
    ended = calm._replace(length=np.array([4]))
    assert broken(ended) == set()
    assert np.isnan(count_violations(calm._replace(length=np.array([0])))["teleporting"][0])


def test_a_truck_may_slip_across_but_not_along(calm):
    calm.vehicles[0, 5:, 1, c.Y] += 1.4
    assert broken(calm) == set()
    calm.vehicles[0, 5:, 1, c.Y] += 0.2
    assert broken(calm) == {"teleporting"}
