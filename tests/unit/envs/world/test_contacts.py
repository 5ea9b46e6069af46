"""Contacts: when they happen, once; what they cost; what they do to both sides."""

import numpy as np
import pytest

from envs.cost.contact_cost import contact_cost, contact_total
from envs.physics.contact.fate import UNDER
from envs.physics.contact.outcome import contact_outcome
from envs.scenario.scene import EGO_X_M
from envs.specification import component, debris, episode, vehicle
from envs.world.encounter import _keep_fate
from tests.unit.envs.bench import PARAMS, Drive, put, road

BRICK = {
    "height_m": 0.065,
    "width_m": 0.2,
    "length_m": 0.2,
    "mass_kg": 12.0,
    "drag_area_m2": 0.001,
    "lift_area_m2": 0.0,
}
"""Low enough to pass under the floor (0.15 m); too heavy and small for the air to move it."""

BOX = {**BRICK, "height_m": 0.5, "width_m": 0.5, "length_m": 0.5, "mass_kg": 40.0}
"""Too high for that, and narrower than the bumper."""

CONTACT_PARTS = [
    component.HARM, component.JOLT, component.FRONT, component.UNDERBODY, component.TYRE,
    component.WHEEL, component.LOSS_OF_CONTROL,
]  # fmt: skip


def encounter(y_m=4.0, *, ahead_m=40.0, decisions=12, speed=30.0, **properties):
    """Drive straight over, past or into one object in the lane with its centre at 4 m."""
    scene = road(speed=speed)
    put(scene, ahead_m, y_m, **properties)
    return Drive(scene).run(decisions)


def test_straight_over_a_centred_brick_is_a_straddle_and_free():
    drive = encounter(**BRICK)
    assert [row["mode"] for row in drive.contacts] == ["straddle"]
    assert drive.contacts[0]["cost_usd"] == 0.0
    assert not drive.cost.any()
    assert drive.speed == 30.0
    assert drive.world.debris_f[debris.X, 0] == EGO_X_M + 40.0


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_brick_under_a_tyre(side):
    # the tyre bands reach from 0.6725 to 0.8775 m beside the axis
    drive = encounter(4.0 + 0.775 * side, **BRICK)
    (row,) = drive.contacts
    assert row["mode"] == "run-over"
    assert row["offset_m"] == pytest.approx(0.775 * side)
    assert row["closing_speed_mps"] == 30.0
    # the car turns towards the side of the contact; right is positive
    assert np.sign(row["yaw_rate_radps"]) == side
    assert row["vertical_acceleration_mps2"] > 0.0
    # the ego's front, 2.25 m ahead of its centre, reaches the brick's near edge after 37.65 m: 2 m a tick, so in the
    # 19th tick, number 18
    assert row["tick"] == 18
    assert row["object"] == "rock"


def test_cost_is_the_contact_cost_of_the_same_inputs_once():
    drive = encounter(4.775, **BRICK)
    (row,) = drive.contacts
    d = drive.world.debris_f[:, 0]
    outcome = contact_outcome(
        30.0, 0.2, 0.2, 0.065, 12.0, d[debris.CRUSH_PRESSURE], d[debris.STIFFNESS], -0.775, 0.0, 0, 0.0, 0
    )  # fmt: skip
    expected = contact_cost(outcome, 30.0, d[debris.SHARPNESS], PARAMS)
    assert row["cost_usd"] == pytest.approx(contact_total(expected), rel=1e-9)
    assert drive.cost[CONTACT_PARTS].sum() == pytest.approx(contact_total(expected), rel=1e-9)
    assert drive.cost[component.TYRE] == pytest.approx(expected.tyre)
    assert row["delta_v_mps"] == pytest.approx(outcome.delta_v)


def test_two_objects_are_two_contacts():
    scene = road()
    put(scene, 40.0, 4.775, **BRICK)
    put(scene, 70.0, 4.775, **BRICK)
    drive = Drive(scene).run(20)
    assert len(drive.contacts) == 2
    assert drive.contacts[1]["tick"] > drive.contacts[0]["tick"] + 10


def test_slow_crossing_is_one_contact():
    # at 2 m/s the brick is under the car for more than 2 s, 30 ticks
    drive = encounter(4.775, ahead_m=5.0, decisions=30, speed=2.0, **BRICK)
    assert len(drive.contacts) == 1
    # and the pair counts as separate again afterwards
    assert drive.world.debris_i[debris.TOUCHING, 0] == 0


def test_touching_lasts_until_half_a_metre_of_air():
    scene = road(speed=3.0)
    put(scene, 3.0, 4.0, **BRICK)
    drive = Drive(scene)
    for _ in range(30):
        drive.step()
        x = drive.world.vehicle_f[vehicle.X, 0] - EGO_X_M
        # rear bumper to the brick's far edge
        air = x - 2.25 - 3.1
        if air > 0.75:
            break
        touching = drive.world.debris_i[debris.TOUCHING, 0] & 1
        if x > 0.9 and air < 0.3:
            assert touching
    assert not drive.world.debris_i[debris.TOUCHING, 0] & 1
    assert len(drive.contacts) == 1


@pytest.mark.parametrize("y_m", [1.9, 6.1])
def test_beside_the_car_nothing_happens(y_m):
    # half the car 0.9 m, half the box 0.25 m: 2.1 m aside there is almost a metre between them
    drive = encounter(y_m, **BOX)
    assert drive.contacts == []
    assert not drive.cost.any()


def test_frontal_hit_conserves_momentum():
    drive = encounter(**BOX)
    (row,) = drive.contacts
    assert row["mode"] == "frontal"
    lost = 1500.0 * (30.0 - drive.speed)
    assert lost > 0.0
    # the box cannot have gained more than the car has lost
    assert 40.0 * row["exit_speed_mps"] <= lost * (1.0 + 1e-9)
    assert row["fate"] in {"ahead", "side", "under"}
    assert drive.cost[component.FRONT] > 1000.0
    assert drive.world.debris_i[debris.STRUCK_BY_EGO, 0] == 1


@pytest.mark.parametrize("height_m", [0.065, 0.18, 0.5])
def test_object_that_moves_gains_no_more_momentum_than_the_ego_loses(height_m):
    # closing speed 12 m/s; 0.775 m beside the axis, so that every height is touched: wheel, floor, front
    scene = road()
    j = put(scene, 12.0, 4.775, **{**BOX, "height_m": height_m, "mass_kg": 8.0, "friction": 0.0})
    scene.set_motion(j, 18.0, 0.0)
    drive = Drive(scene)
    while not drive.contacts:
        drive.step()
    (row,) = drive.contacts
    assert row["closing_speed_mps"] == pytest.approx(12.0, abs=0.1)
    lost = 1500.0 * (30.0 - drive.speed)
    assert lost > 0.0
    assert abs(8.0 * row["exit_speed_mps"]) <= lost * (1.0 + 1e-9)


@pytest.mark.parametrize("mass_kg", [3.0, 40.0, 150.0])
@pytest.mark.parametrize("y_m", [3.4, 4.0, 4.7])
def test_touches_of_one_encounter_have_one_fate(y_m, mass_kg):
    # what is thrown ahead slides, slows down and is met again
    drive = encounter(y_m, decisions=40, **{**BOX, "mass_kg": mass_kg})
    assert len({row["fate"] for row in drive.contacts}) == 1


def test_some_object_is_touched_twice():
    assert len(encounter(decisions=40, **BOX).contacts) > 1


def test_fate_is_kept_until_vehicle_and_object_are_apart():
    scene = road(speed=30.0)
    j = put(scene, 20.0, 4.775, **BRICK)
    drive = Drive(scene)
    kept = []
    for _ in range(12):
        drive.step()
        gap = drive.world.vehicle_f[vehicle.X, 0] - 2.25 - drive.world.debris_f[debris.X, j] - 0.1
        kept.append((gap, int(drive.world.debris_i[debris.FATES, j])))
    assert all(fate == UNDER for gap, fate in kept if 0.0 < gap < 9.0)
    assert kept[-1][0] > 10.0
    assert kept[-1][1] == 0


def test_fates_of_all_vehicles_fit_into_one_number():
    # two bits for each of 31 vehicles, and the sign is left alone
    scene = road()
    j = put(scene, 40.0, 4.0, **BOX)
    world = Drive(scene).world
    for k in range(31):
        _keep_fate(world, k, j, 1 + k % 3)
    found = [(int(world.debris_i[debris.FATES, j]) >> (2 * k)) & 3 for k in range(31)]
    assert found == [1 + k % 3 for k in range(31)]
    assert world.debris_i[debris.FATES, j] > 0
    _keep_fate(world, 7, j, 0)
    assert (int(world.debris_i[debris.FATES, j]) >> 14) & 3 == 0


def test_heavier_box_slows_more_and_costs_more():
    light, heavy = encounter(**BOX), encounter(**{**BOX, "mass_kg": 200.0})
    assert heavy.speed < light.speed < 30.0
    assert heavy.cost.sum() > light.cost.sum()


def test_hard_hit_opens_a_braking_episode():
    # a loss of more than 1 m/s within a tick looks like hard braking to the driver behind
    scene = road()
    put(scene, 40.0, 4.0, **{**BOX, "mass_kg": 200.0})
    scene.add_vehicle(EGO_X_M - 25.0, 1, 30.0)
    drive = Drive(scene)
    opened = False
    for _ in range(8):
        drive.step()
        opened = opened or drive.world.episode_i[episode.BRAKE_TICK] >= 0
    assert opened
    assert drive.world.episode_i[episode.BRAKE_FOLLOWER] in {-1, 1}


def test_object_above_the_bonnet_is_missed():
    scene = road()
    j = put(scene, 6.0, 4.0, **BOX)
    drive = Drive(scene)
    drive.world.debris_f[debris.Z, j] = 3.5
    # it falls 0.5 x 9.81 x 0.33^2 = 0.55 m while the ego passes below
    drive.run(2)
    assert drive.contacts == []


def test_object_that_flees_faster_than_the_ego_is_no_contact():
    scene = road(speed=10.0)
    j = put(scene, 2.4, 4.0, **{**BOX, "friction": 0.0})
    scene.set_motion(j, 15.0, 0.0)
    drive = Drive(scene).run(5)
    assert drive.contacts == []
    assert not drive.cost[CONTACT_PARTS].any()


def test_phantoms_are_never_touched():
    scene = road()
    scene.add_phantom("ghost", "box", (0.5, 0.5, 0.4), EGO_X_M + 40.0, 4.0, flickers=True)
    drive = Drive(scene).run(12)
    assert drive.contacts == []
    assert not drive.cost.any()


def test_others_pay_only_for_what_the_ego_has_thrown():
    # a car ahead runs over a brick by itself: the ego pays nothing, but sees it jump
    scene = road()
    lead = scene.add_vehicle(EGO_X_M + 30.0, 1, 30.0)
    put(scene, 60.0, 4.775, **BRICK)
    scene.add_vehicle(EGO_X_M - 200.0, 1, 25.0)
    drive = Drive(scene)
    jolt = 0.0
    for _ in range(6):
        drive.step(-2.0, 0.0)
        jolt = max(jolt, drive.world.vehicle_f[vehicle.JOLT, lead])
    assert jolt > 0.0
    assert drive.cost[component.FOLLOWERS] == 0.0
    assert not drive.cost[CONTACT_PARTS].any()


def test_visible_jolt_decays():
    scene = road()
    lead = scene.add_vehicle(EGO_X_M + 30.0, 1, 30.0)
    drive = Drive(scene)
    drive.world.vehicle_f[vehicle.JOLT, lead] = 0.5
    drive.step()
    # 0.9 a tick, three ticks
    assert drive.world.vehicle_f[vehicle.JOLT, lead] == pytest.approx(0.5 * 0.9**3)


def test_the_ego_pays_for_the_car_that_meets_what_it_has_thrown():
    scene = road()
    j = put(scene, 40.0, 4.775, **BRICK)
    scene.add_vehicle(EGO_X_M - 15.0, 1, 30.0, target_speed_mps=30.0)
    # as if the ego had thrown it there
    drive = Drive(scene)
    drive.world.debris_i[debris.STRUCK_BY_EGO, j] = 1
    drive.run(14, 0.0, 8.0)
    assert drive.cost[component.FOLLOWERS] > 100.0
    # one generation only
    assert drive.world.debris_i[debris.STRUCK_BY_EGO, j] == 0
