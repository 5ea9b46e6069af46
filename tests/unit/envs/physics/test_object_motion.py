"""Falling, bouncing, sliding and drifting objects against envs/physics/SOURCES.md 2.6, 2.7 and 8.6."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.aerodynamics import motion_threshold, under_vehicle_air_speed, wake_air_speed
from envs.physics.motion import Motion, advance_object
from envs.specification import TICK_S

STILL = 0.0, 0.0

# kg, C_D A, mu, C_L A of envs/physics/SOURCES.md 2.7
BAG = 0.006, 0.12, 0.3, 0.12
BOX = 0.6, 0.17, 0.45, 0.08
LEAVES = 0.6, 0.12, 0.4, 0.08
TARPAULIN = 3.0, 0.5, 0.5, 1.0
FOAM = 1.0, 0.1, 0.5, 0.08
RUBBISH = 6.0, 0.15, 0.5, 0.1
MATTRESS = 25.0, 0.4, 0.6, 1.3


def way_moved(thing, speed, is_truck, length, lateral):
    """Way an object at rest makes in 4 s while a vehicle that starts 10 m before it passes."""
    mass, drag, friction, lift = thing
    dt, front = TICK_S / 10, -10.0
    x, state = 0.0, Motion(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for _ in range(600):
        behind = front - length - x
        air = wake_air_speed(speed, is_truck, behind, lateral)
        air += under_vehicle_air_speed(speed, is_truck, length, behind, lateral)
        state = advance_object(*state[:4], air, 0.0, mass, friction, drag, lift, 0.0, dt)
        x += state.dx
        front += speed * dt
    return x


@pytest.mark.parametrize(
    ("thing", "car", "truck"),
    # m moved by a straddling car at 30 m/s, and by a truck at 25 m/s in the next lane, 3.2 m away
    [
        (BAG, 10.8, 8.5), (BOX, 2.6, 0.17), (LEAVES, 2.0, 0.06), (TARPAULIN, 1.5, 0.09),
        (FOAM, 0.5, 0.0),
        (RUBBISH, 0.0, 0.0), (MATTRESS, 0.0, 0.0),
    ],
)  # fmt: skip
def test_way_moved_by_a_passing_vehicle_equals_the_table(thing, car, truck):
    assert way_moved(thing, 30.0, 0, 4.5, 0.0) == pytest.approx(car, rel=0.07, abs=1e-9)
    assert way_moved(thing, 25.0, 1, 16.0, 3.2) == pytest.approx(truck, rel=0.07, abs=1e-9)


@pytest.mark.parametrize(
    ("mass", "drag", "friction", "touchdown", "slide"),
    [(0.6, 0.17, 0.45, 8.2, 3.8), (30.0, 0.1, 0.6, 26.3, 52.7), (25.0, 1.3, 0.6, 19.1, 17.2)],
)
def test_fall_from_a_truck_is_golden(mass, drag, friction, touchdown, slide):
    # the golden slide is without the impulse of the touch-down, so the fall is made frictionless
    state, ticks = Motion(27.0, 0.0, 1.2, 0.0, 0.0, 0.0, 0.0, 0.0), 0
    while state.z > 0.0:
        state = advance_object(*state[:4], *STILL, mass, 0.0, drag, 0.0, 0.0, TICK_S / 14)
        ticks += 1
    assert ticks * TICK_S / 14 == pytest.approx(math.sqrt(2 * 1.2 / 9.81), abs=0.005)
    assert state.vx == pytest.approx(touchdown, rel=0.01)
    way = 0.0
    while state.vx > 0.0:
        state = advance_object(*state[:4], *STILL, mass, friction, drag, 0.0, 0.0, TICK_S)
        way += state.dx
    assert way == pytest.approx(slide, rel=0.01)


def test_slide_without_air_has_its_textbook_length():
    # v^2/(2 mu g) = 400/(2 x 0.5 x 9.81) = 40.775 m
    state, way = Motion(20.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0.0
    for _ in range(80):
        state = advance_object(*state[:4], *STILL, 10.0, 0.5, 0.0, 0.0, 0.3, TICK_S)
        way += state.dx
    assert state.vx == 0.0
    assert way == pytest.approx(40.775, rel=1e-3)


def test_bounce_takes_the_textbook_impulse():
    # falls 1 m: |vz| = sqrt(19.62) = 4.4294 m/s. Up again with 0.4 of it; 0.5 x 1.4 x 4.4294 =
    # 3.1006 m/s is lost of the horizontal speed of 10 m/s. The step holds the impact 1 mm above the
    # road.
    vz = -math.sqrt(2 * 9.81 * 0.999)
    after = advance_object(10.0, 0.0, 0.001, vz, *STILL, 5.0, 0.5, 0.0, 0.0, 0.4, 0.001)
    assert after.z == 0.0
    assert after.vz == pytest.approx(0.4 * math.sqrt(19.62))
    assert after.vx == pytest.approx(10.0 - 3.1006, rel=1e-4)


def test_bounce_can_stop_an_object_but_not_turn_it():
    after = advance_object(1.0, -1.0, 0.001, -4.0, *STILL, 5.0, 0.6, 0.0, 0.0, 0.5, 0.001)
    assert (after.vx, after.vy) == (0.0, 0.0)


def test_last_bounce_is_the_one_below_the_limit():
    # 0.5 x 0.58 = 0.29 m/s < 0.3
    after = advance_object(5.0, 0.0, 1e-6, -0.58, *STILL, 5.0, 0.5, 0.0, 0.0, 0.5, 0.001)
    assert (after.z, after.vz) == (0.0, 0.0)


def test_object_at_rest_stays_up_to_its_threshold_and_moves_beyond():
    mass, drag, friction, lift = BOX
    limit = motion_threshold(mass, friction, drag, lift)
    held = advance_object(
        0.0, 0.0, 0.0, 0.0, 0.6 * limit, 0.79 * limit, mass, friction, drag, lift, 0.2, TICK_S
    )
    assert held == Motion(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    moved = advance_object(
        0.0, 0.0, 0.0, 0.0, 0.6 * limit, 0.83 * limit, mass, friction, drag, lift, 0.2, TICK_S
    )
    assert moved.vx > 0.0
    assert moved.vy / moved.vx == pytest.approx(0.83 / 0.6)


@pytest.mark.parametrize(("mass", "held"), [(6.30, False), (6.40, True)])
def test_an_object_that_is_almost_lifted_is_held_by_what_weight_is_left(mass, held):
    # at 10 m/s lift takes 0.6 x 1 x 100 = 60 N of 61.8 or 62.8, drag pushes with 0.6 x 0.02 x 100 = 1.2 N, friction of
    # 0.5 holds 0.90 or 1.39 N
    after = advance_object(0.0, 0.0, 0.0, 0.0, 10.0, 0.0, mass, 0.5, 0.02, 1.0, 0.2, TICK_S)
    assert (after.vx == 0.0) is held


def test_lifted_object_drifts_without_friction_at_its_height():
    # lift 0.5 x 1.2 x 1 x 10^2 = 60 N > 3 x 9.81 N: drag alone, r = r0/(1 + k r0 t), k = 0.6 x
    # 0.5/3 = 0.1
    after = advance_object(0.0, 0.0, 0.0, 0.0, 10.0, 0.0, 3.0, 0.5, 0.5, 1.0, 0.2, TICK_S)
    assert after.vx == pytest.approx(10.0 - 10.0 / (1.0 + TICK_S))
    assert after.z == 0.0


@given(
    vx=st.floats(-40, 40), vy=st.floats(-10, 10), z=st.floats(0, 3), vz=st.floats(-10, 10),
    thing=st.sampled_from([BAG, BOX, TARPAULIN, MATTRESS]), restitution=st.floats(0, 1),
)  # fmt: skip
def test_energy_never_grows_in_still_air(vx, vy, z, vz, thing, restitution):
    mass, drag, friction, lift = thing
    after = advance_object(vx, vy, z, vz, *STILL, mass, friction, drag, lift, restitution, TICK_S)
    assert all(math.isfinite(x) for x in after)
    assert after.z >= 0.0
    before = 0.5 * (vx * vx + vy * vy + vz * vz) + 9.81 * z
    energy = 0.5 * (after.vx**2 + after.vy**2 + after.vz**2) + 9.81 * after.z
    assert energy <= before * (1 + 1e-9) + 1e-9


@given(
    vx=st.floats(-30, 30), vy=st.floats(-30, 30), air_x=st.floats(-30, 30), air_y=st.floats(-30, 30)
)
def test_motion_is_mirror_symmetric(vx, vy, air_x, air_y):
    mass, drag, friction, lift = BOX
    rest = (mass, friction, drag, lift, 0.2, TICK_S)
    here = advance_object(vx, vy, 0.5, 0.0, air_x, air_y, *rest)
    there = advance_object(vx, -vy, 0.5, 0.0, air_x, -air_y, *rest)
    assert there == here._replace(vy=-here.vy, dy=-here.dy)
