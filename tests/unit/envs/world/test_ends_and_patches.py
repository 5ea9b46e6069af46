"""How an episode ends, and what spills do."""

import math

import pytest

from envs.cost.collision import rear_collision_cost
from envs.cost.loss_of_control import crash_cost
from envs.scenario.scene import EGO_X_M
from envs.specification import component, debris, episode, vehicle
from tests.unit.envs.bench import PARAMS, Drive, put, road


def last_row(drive, row):
    """Speed of the ego in the decision that ended the episode, from the observation that ended it."""
    return float(drive.info["final_obs"][0]["ego"][row])


# --- collisions -------------------------------------------------------------------------------------


def test_running_into_a_standing_car_is_charged_once_and_ends_the_episode():
    scene = road()
    scene.add_vehicle(EGO_X_M + 50.0, 1, 0.0, target_speed_mps=0.0)
    drive = Drive(scene).run(20)
    assert drive.over
    assert drive.info["events"]["collision"][0]
    # closing at about 30 m/s, two cars of 1.5 t
    low, high = (rear_collision_cost(v, 1500.0, 1500.0, PARAMS) for v in (29.0, 30.5))
    assert low < drive.cost[component.COLLISION] < high
    # 45.5 m of air at 6 m a decision: in the eighth
    assert drive.world.episode_i[episode.DECISION] == 0


def test_truck_in_the_way_costs_more_than_a_car():
    costs = []
    for is_truck in (False, True):
        scene = road()
        scene.add_vehicle(EGO_X_M + 60.0, 1, 0.0, target_speed_mps=0.0, is_truck=is_truck)
        costs.append(Drive(scene).run(20).cost[component.COLLISION])
    assert costs[1] > costs[0]


def test_side_swipe_is_cheaper_than_a_rear_end_collision():
    scene = road()
    scene.add_vehicle(EGO_X_M + 0.5, 2, 30.0)
    drive = Drive(scene).run(12, 0.0, 8.0)
    assert drive.info["events"]["collision"][0]
    # at most 5 m/s of lateral speed: property damage and hardly any injury
    assert 8_000.0 <= drive.cost[component.COLLISION] < 60_000.0


def test_collision_with_the_follower_is_not_paid_twice():
    # a follower with 4 m of air and a full stop: he runs into the ego for real
    scene = road()
    put(scene, 100.0, 11.0, height_m=0.5, mass_kg=100.0)
    scene.add_vehicle(EGO_X_M - 4.5 - 4.0, 1, 30.0, time_gap_s=0.3)
    drive = Drive(scene)
    paid = 0.0
    while not drive.over:
        before = drive.world.vehicle_f[vehicle.SPEED, :2].copy()
        paid = drive.cost[component.REAR_END]
        drive.step(-8.0)
    assert drive.info["events"]["collision"][0]
    closing = max(before[1] - before[0], 0.0)
    real = rear_collision_cost(closing + 3.0, 1500.0, 1500.0, PARAMS)
    assert paid > 0.0
    # what is due is the dearer of the two, not their sum; he may have closed by up to 3 m/s more in the last decision
    total = drive.cost[component.COLLISION] + drive.cost[component.REAR_END]
    assert total <= max(drive.cost[component.REAR_END], real) + 1e-6


def test_others_colliding_with_each_other_do_not_end_the_episode():
    scene = road()
    scene.add_vehicle(EGO_X_M + 80.0, 0, 0.0, target_speed_mps=0.0)
    rammer = scene.add_vehicle(EGO_X_M + 68.0, 0, 30.0, target_speed_mps=30.0)
    drive = Drive(scene).run(6)
    assert drive.world.vehicle_i[vehicle.CRASHED, rammer] == 1
    assert not drive.over
    assert drive.cost[component.COLLISION] == 0.0


# --- the road's edge, control, the clock ------------------------------------------------------------


@pytest.mark.parametrize("y_m", [-2.05, 10.05])
def test_leaving_the_road_ends_the_episode_and_is_charged(y_m):
    drive = Drive(road(speed=20.0))
    drive.world.vehicle_f[vehicle.Y, 0] = y_m
    drive.step()
    assert drive.over
    assert drive.info["events"]["off_road"][0]
    assert drive.cost[component.LOSS_OF_CONTROL] == pytest.approx(
        crash_cost(20.0, PARAMS), rel=1e-3
    )


def test_no_command_leads_off_the_road():
    drive = Drive(road(num_lanes=2, lane=1, speed=30.0)).run(30, 0.0, 99.0)
    assert not drive.over
    # 6 m is the edge, the car's side stays on it
    assert drive.y == pytest.approx(5.1, abs=1e-3)


def test_episode_is_truncated_after_100_decisions():
    env = Drive(road(speed=10.0)).env
    for decision in range(100):
        _, _, terminated, truncated, _ = env.step([[0.4545, 0.0]])
        assert not terminated[0]
        assert truncated[0] == (decision == 99)


def test_swerving_beyond_the_grip_ends_the_episode():
    drive = Drive(road(speed=30.0))
    # 3 m/s2 are wanted, and the road turns to ice beneath the car: 3/(0.15 x 9.81) = 2.04 of the grip
    drive.world.episode_f[episode.FRICTION] = 0.15
    drive.run(3, 0.0, 8.0)
    assert drive.over
    assert drive.info["events"]["loss_of_control"][0]
    assert drive.cost[component.SWERVE] > 0.9 * crash_cost(30.0, PARAMS)


# --- spills -----------------------------------------------------------------------------------------


def on_patch(like, acceleration=0.0, y=None, **properties):
    """Drive through a spill of 12 m x 4 m, 60 m ahead; the grip after every decision."""
    scene = road()
    put(scene, 60.0, 4.0, like=like, length_m=12.0, width_m=4.0, **properties)
    drive = Drive(scene)
    grips = []
    for _ in range(18):
        drive.step(acceleration, y)
        grips.append(float(drive.world.episode_f[episode.GRIP]))
        if drive.over:
            break
    return drive, grips


def test_grip_on_oil():
    drive, grips = on_patch("diesel_or_oil_spill", tyre_friction=0.3)
    # 6 m a decision; the patch lies from 54 to 66 m, the axles are 1.35 m before and behind the centre:
    # at 54 m only the front wheels are on it: (0.8 + 0.3)/2; at 60 m all; at 66 m the rear ones
    assert grips[7:12] == pytest.approx([0.8, 0.55, 0.3, 0.55, 0.8])
    assert set(grips[:8] + grips[11:]) == {0.8}
    # straight through at constant speed: no demand, no cost
    assert not drive.cost.any()
    (row,) = drive.contacts
    assert (row["mode"], row["puncture"], row["cost_usd"]) == ("run-over", 0.0, 0.0)


def test_wheels_of_one_side_only():
    # the patch ends 0.2 m right of the ego's axis: the left wheels (0.775 m left) are on it
    scene = road()
    put(scene, 60.0, 2.2, like="diesel_or_oil_spill", length_m=12.0, width_m=4.0, tyre_friction=0.2)
    drive = Drive(scene).run(10)
    assert drive.world.episode_f[episode.GRIP] == pytest.approx(0.5 * (0.8 + 0.2))


def test_a_patch_is_never_better_than_the_road():
    drive, grips = on_patch("gravel_spill", tyre_friction=0.95)
    assert set(grips) == {0.8}
    assert not drive.cost.any()


def test_braking_on_oil_is_limited_and_charged():
    drive, _ = on_patch("diesel_or_oil_spill", acceleration=0.0, tyre_friction=0.3)
    coasting = drive.cost[component.LOSS_OF_CONTROL]
    scene = road()
    put(scene, 60.0, 4.0, like="diesel_or_oil_spill", length_m=40.0, width_m=4.0, tyre_friction=0.3)
    drive = Drive(scene).run(9)
    speed = drive.speed
    drive.step(-8.0)
    # 0.3 x 9.81 = 2.943 m/s2 for 0.2 s
    assert speed - drive.speed == pytest.approx(2.943 * 0.2, rel=1e-6)
    assert drive.cost[component.LOSS_OF_CONTROL] > coasting == 0.0


def test_nails_are_paid_once():
    drive, _ = on_patch("nails_screws", sharpness=0.9, pieces=1.0)
    # P(puncture) = 1 - exp(-0.9) = 0.5934; a tyre 400 US$
    chance = 1.0 - math.exp(-0.9)
    assert drive.cost[component.TYRE] == pytest.approx(400.0 * chance)
    # P(loss of control) = 0.004 x 0.5934 x (30/25)^2
    lost = 0.004 * chance * 1.44 * crash_cost(30.0, PARAMS)
    assert drive.cost[component.LOSS_OF_CONTROL] == pytest.approx(lost)
    (row,) = drive.contacts
    assert row["puncture"] == pytest.approx(chance)
    assert row["cost_usd"] == pytest.approx(400.0 * chance + lost)


def test_driving_around_a_spill_is_free():
    scene = road()
    put(scene, 60.0, 4.0, like="nails_screws", length_m=12.0, width_m=4.0)
    drive = Drive(scene)
    drive.world.vehicle_f[vehicle.Y, 0] = 8.0
    drive.world.episode_f[episode.TARGET_Y] = 8.0
    drive.run(18)
    assert drive.contacts == []
    assert drive.cost[component.TYRE] == 0.0
    assert drive.world.debris_i[debris.TOUCHING, 0] == 0
