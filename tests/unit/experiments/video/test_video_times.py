"""The clock of a film, and the states between two ticks."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.specification import debris, episode, vehicle
from envs.specification.world import empty_batch, world_at
from experiments.video.course.between import interpolate
from experiments.video.course.clock import (
    AFTER_TICKS,
    BEFORE_TICKS,
    Moment,
    find_contacts,
    set_clock,
)
from experiments.video.course.course import Course
from experiments.video.course.moments import NEAR_M, find_highlight


@pytest.mark.parametrize(
    ("fps", "count"), [(5, 6), (10, 11), (15, 16), (24, 25), (25, 26), (30, 31)]
)
def test_a_second_has_as_many_frames_as_it_should(fps, count):
    moments = set_clock(15, fps)
    assert len(moments) == count
    np.testing.assert_allclose(
        [one.tick for one in moments], np.linspace(0.0, 15.0, count), rtol=1e-12
    )
    assert not any(one.is_slow for one in moments)


def test_time_runs_slower_around_a_contact():
    moments = set_clock(60, 30, contacts=[30], slow_motion=4)
    slow = [one.tick for one in moments if one.is_slow]
    assert slow[0] == 30 - BEFORE_TICKS
    # half a tick per frame, an eighth in slow motion
    assert len(slow) == 8 * (BEFORE_TICKS + AFTER_TICKS)
    np.testing.assert_allclose(np.diff(slow), 0.125)
    fast = [one.tick for one in moments if not one.is_slow]
    assert len(fast) == 1 + 2 * (60 - BEFORE_TICKS - AFTER_TICKS)
    assert moments[-1] == Moment(60.0)


def test_no_slow_motion_is_the_plain_clock():
    assert set_clock(60, 30, contacts=[30], slow_motion=1) == set_clock(60, 30)


@given(st.integers(5, 30), st.integers(1, 300), st.integers(1, 8), st.lists(st.integers(0, 300)))
def test_time_never_stands_still(fps, num_ticks, slow_motion, contacts):
    ticks = [one.tick for one in set_clock(num_ticks, fps, contacts, slow_motion)]
    assert ticks[0] == 0.0
    assert ticks[-1] == num_ticks
    assert (np.diff(ticks) > 0.0).all()


@pytest.mark.parametrize(("tick", "decision"), [(0, 0), (0.5, 0), (3, 0), (3.5, 1), (6, 1), (7, 2)])
def test_a_moment_belongs_to_the_decision_that_is_under_way(tick, decision):
    assert Moment(tick).decision == decision


def test_the_first_contact_of_every_ego_counts():
    def script(*contacts):
        rows = [{"tick": tick, "vehicle": vehicle} for vehicle, tick in contacts]
        return SimpleNamespace(episode=SimpleNamespace(contacts=rows))

    scripts = [script((0, 40), (0, 20)), script((3, 5)), script((2, 1), (0, 50)), script()]
    assert find_contacts(scripts) == [21, 51]


@pytest.fixture
def two():
    """Two states: a car, another that is replaced, and an object that tips over."""
    batch = empty_batch(2)
    before, after = world_at(batch, 0), world_at(batch, 1)
    batch.episode_i[:, episode.TICK] = [7, 8]
    batch.episode_i[:, episode.NUM_DEBRIS] = 2
    batch.episode_f[:, episode.TOTAL_COST] = [1.0, 2.0]
    batch.vehicle_f[:, vehicle.X, :2] = [[10.0, 50.0], [12.0, 90.0]]
    batch.vehicle_f[:, vehicle.SPEED, 0] = [30.0, 20.0]
    batch.vehicle_f[:, vehicle.HEADING, 0] = [0.0, 0.1]
    batch.debris_f[:, debris.X, :2] = [[60.0, 20.0], [61.0, 22.0]]
    batch.debris_f[:, debris.ROLL, 0] = [0.7, -0.8]
    batch.debris_i[:, debris.FACE, 0] = [0, 1]
    batch.debris_f[:, debris.YAW, 1] = [3.1, -3.1]
    batch.debris_i[:, debris.IS_REAL, :2] = 1
    return before, after, batch


def test_what_moves_is_interpolated_and_numbers_are_not(two):
    before, after, _ = two
    world = interpolate(before, after, 0.25)
    assert world.vehicle_f[vehicle.X, 0] == 10.5
    assert world.vehicle_f[vehicle.HEADING, 0] == pytest.approx(0.025)
    assert world.debris_f[debris.X, 1] == 20.5
    # read-outs
    assert world.vehicle_f[vehicle.SPEED, 0] == 30.0
    assert world.episode_f[episode.TOTAL_COST] == 1.0
    assert world.episode_i[episode.TICK] == 7
    # the states themselves stay
    assert before.vehicle_f[vehicle.X, 0] == 10.0


def test_what_jumps_is_not_interpolated(two):
    before, after, _ = two
    world = interpolate(before, after, 0.5)
    # another vehicle in the same column, an object on another face, an angle that wraps
    assert world.vehicle_f[vehicle.X, 1] == 50.0
    assert world.debris_f[debris.X, 0] == 60.0
    assert world.debris_f[debris.ROLL, 0] == 0.7
    assert world.debris_f[debris.YAW, 1] == 3.1


def test_a_course_ends_with_its_last_state(two):
    before, after, batch = two
    scene = SimpleNamespace(debris_types=("a", "b"))
    course = Course(batch, [scene, scene])
    assert course.num_ticks == 1
    assert course.at(0.0).tobytes() == before.tobytes()
    assert course.at(1.0).tobytes() == course.at(5.0).tobytes() == after.tobytes()
    assert course.at(0.5).vehicle_f[vehicle.X, 0] == 11.0
    # other objects: nothing is between them
    other = Course(batch, [scene, SimpleNamespace(debris_types=("b",))])
    assert other.at(0.5).vehicle_f[vehicle.X, 0] == 10.0


def test_the_highlight_is_the_object_near_ahead(two):
    _, _, batch = two
    scene = SimpleNamespace(debris_types=("a", "b"))
    # 50 m and 10 m ahead at once
    assert find_highlight([Course(batch, [scene] * 2)]) == 0
    batch.debris_f[:, debris.X, 1] = 0.0
    batch.debris_f[:, debris.X, 0] = [60.0, 12.0 + NEAR_M - 1.0]
    assert find_highlight([Course(batch, [scene] * 2)]) == 1
    batch.debris_i[:, debris.IS_REAL] = 0
    long = Course(np.repeat(batch, 5).view(np.recarray), [scene] * 10)
    assert find_highlight([long]) == 4
