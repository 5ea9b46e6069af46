"""Laws of a contact that hold for every object: symmetry, monotony, momentum, finite numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.contact.fate import AHEAD, SIDE, STAYS, UNDER, object_fate
from envs.physics.contact.outcome import FRONTAL, MISS, UNDERBODY, contact_outcome

SPEEDS = st.floats(2.0, 40.0)
UNIT = st.floats(1e-9, 1.0 - 1e-9)
OBJECTS = st.fixed_dictionaries(
    {
        "length": st.floats(0.1, 3.6),
        "width": st.floats(0.05, 1.8),
        "height": st.floats(0.005, 1.1),
        "mass": st.floats(0.005, 300.0),
        "crush_pressure": st.floats(100.0, 5e7),
        "stiffness": st.floats(2e5, 5e6),
        "offset": st.floats(-1.6, 1.6),
        "yaw": st.floats(-1.57, 1.57),
    }
)
ORDER = (
    "length", "width", "height", "mass", "crush_pressure", "stiffness", "offset", "yaw",
)  # fmt: skip
COMPARED = (
    "delta_v", "vertical_acceleration", "yaw_rate", "contact_indentation", "underbody_force",
    "rim_force",
)  # fmt: skip


def meet(speed, thing, *, is_truck=0, anchored=0):
    return contact_outcome(speed, *(thing[name] for name in ORDER), anchored, 0.0, is_truck)


@given(speed=SPEEDS, thing=OBJECTS, factor=st.floats(1.0, 2.0))
def test_more_mass_is_never_milder(speed, thing, factor):
    light, heavy = meet(speed, thing), meet(speed, thing | {"mass": factor * thing["mass"]})
    for name in COMPARED:
        low, high = getattr(light, name), getattr(heavy, name)
        assert high >= low * (1.0 - 1e-9), name


@given(speed=SPEEDS, thing=OBJECTS, is_truck=st.integers(0, 1))
def test_contact_is_mirror_symmetric(speed, thing, is_truck):
    mirrored = thing | {"offset": -thing["offset"], "yaw": -thing["yaw"]}
    here, there = meet(speed, thing, is_truck=is_truck), meet(speed, mirrored, is_truck=is_truck)
    assert there.yaw_sign == -here.yaw_sign
    assert there._replace(yaw_sign=0.0) == pytest.approx(here._replace(yaw_sign=0.0), rel=1e-12)


@given(
    speed=st.floats(0.0, 60.0),
    thing=st.fixed_dictionaries(
        {
            "length": st.floats(0.0, 4.0),
            "width": st.floats(0.0, 4.0),
            "height": st.floats(0.0, 3.0),
            "mass": st.floats(0.0, 5e3),
            "crush_pressure": st.floats(0.0, 1e9),
            "stiffness": st.floats(-1.0, 1e9),
            "offset": st.floats(-3.0, 3.0),
            "yaw": st.floats(-7.0, 7.0),
        }
    ),
    anchored=st.integers(0, 1),
    is_truck=st.integers(0, 1),
)
def test_contact_is_finite_and_in_range_for_any_object(speed, thing, anchored, is_truck):
    o = meet(speed, thing, anchored=anchored, is_truck=is_truck)
    assert all(math.isfinite(x) for x in o)
    assert min(o._replace(yaw_sign=0.0)) >= 0.0
    assert o.delta_v <= speed
    assert max(o.p_under, o.p_side, o.p_outward, o.passing_weight, o.central_share) <= 1.0 + 1e-12


@given(speed=st.floats(0.0, 40.0), thing=OBJECTS, u=st.tuples(UNIT, UNIT, UNIT, UNIT))
def test_vehicle_never_runs_through_an_object_thrown_ahead(speed, thing, u):
    outcome = meet(speed, thing)
    fate = object_fate(outcome, speed, thing["height"], thing["mass"], 0, 0, STAYS, u)
    if fate.fate == AHEAD:
        assert fate.forward_speed >= speed - fate.delta_v_motion - 1e-9
    if fate.fate in {SIDE, AHEAD}:
        assert outcome.mode in {FRONTAL, UNDERBODY}
    if fate.fate == SIDE and thing["offset"] != 0.0:
        assert fate.lateral_speed * thing["offset"] >= 0.0  # outward


@given(speed=SPEEDS, thing=OBJECTS)
def test_object_beside_the_car_is_missed(speed, thing):
    reach = 0.5 * (thing["length"] + thing["width"]) + 0.8775
    outcome = meet(speed, thing | {"offset": reach + 0.01})
    assert outcome.mode == MISS
    assert (
        object_fate(outcome, speed, thing["height"], thing["mass"], 0, 0, STAYS, (0.5,) * 4).fate
        == STAYS
    )


@given(speed=SPEEDS, thing=OBJECTS, u=st.tuples(UNIT, UNIT, UNIT, UNIT))
def test_low_object_is_passed_over_or_stays(speed, thing, u):
    outcome = meet(speed, thing | {"height": 0.1})
    assert object_fate(outcome, speed, 0.1, thing["mass"], 0, 0, STAYS, u).fate in {STAYS, UNDER}
