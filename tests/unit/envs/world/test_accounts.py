"""Open accounts: braking, nuisance, swerving, manoeuvres, time. What is charged in parts adds up to the whole."""

import numpy as np
import pytest

from envs.cost.loss_of_control import crash_cost
from envs.cost.rear_end import rear_end_cost, standing_cost
from envs.cost.swerve import swerve_loss_of_control
from envs.scenario.scene import EGO_X_M
from envs.specification import component, episode, vehicle
from envs.world.braking import bumper_gap, find_follower, time_to_lead
from tests.unit.envs.bench import PARAMS, Drive, put, road

AHEAD = {"height_m": 0.5, "mass_kg": 100.0}
"""Something that is worth braking for."""


def followed(gap_m, **vehicle_settings):
    """The ego with a real object on the right, and a follower at this bumper-to-bumper gap."""
    scene = road()
    put(scene, 100.0, 11.0, **AHEAD)
    length = 16.0 if vehicle_settings.get("is_truck") else 4.5
    x = EGO_X_M - 0.5 * (4.5 + length) - gap_m
    scene.add_vehicle(x, 1, 30.0, time_gap_s=0.3, **vehicle_settings)
    return Drive(scene)


# --- the driver behind ------------------------------------------------------------------------------


@pytest.mark.parametrize("is_truck", [False, True])
@pytest.mark.parametrize("gap_m", [12.0, 25.0])
def test_rear_end_risk_telescopes_to_that_of_the_whole_episode(gap_m, is_truck):
    drive = followed(gap_m, is_truck=is_truck)
    expected = 0.0
    for decision in range(1, 8):
        drive.step(-6.0)
        f = drive.world.episode_f
        # steady braking from 30 m/s: a = (30 - v)/t is what was commanded
        drop = 30.0 - drive.speed
        seconds = 3 * decision / 15.0
        assert drop / seconds == pytest.approx(6.0)
        now = rear_end_cost(
            gap_m, f[episode.BRAKE_FOLLOWER_SPEED], 30.0, drive.speed, drop / seconds, int(is_truck), PARAMS
        )  # fmt: skip
        if drop >= 1.0 and drop / seconds >= 1.5:
            expected = max(expected, now)
        assert drive.cost[component.REAR_END] == pytest.approx(expected, rel=1e-9)
    assert drive.world.episode_f[episode.BRAKE_GAP] == pytest.approx(gap_m, abs=1e-9)
    assert drive.world.episode_f[episode.BRAKE_SPEED] == 30.0
    assert expected > 10.0


def test_nobody_behind_costs_nothing():
    scene = road()
    put(scene, 100.0, 11.0, **AHEAD)
    # in the next lane, and too far behind in the own one
    scene.add_vehicle(EGO_X_M - 15.0, 2, 30.0)
    scene.add_vehicle(EGO_X_M - 180.0, 1, 30.0)
    drive = Drive(scene).run(8, -6.0)
    assert drive.cost[component.REAR_END] == 0.0
    assert drive.world.episode_i[episode.BRAKE_FOLLOWER] == -1


def test_short_pulses_are_one_episode_and_long_pauses_two():
    drive = followed(25.0)
    drive.run(2, -5.0)
    onset = int(drive.world.episode_i[episode.BRAKE_TICK])
    # 0.8 s without braking: still the same
    drive.run(4, 0.0).run(1, -5.0)
    assert drive.world.episode_i[episode.BRAKE_TICK] == onset == 0
    # a second and more: over, and the next one has its own onset
    drive.run(6, 0.0)
    assert drive.world.episode_i[episode.BRAKE_TICK] == -1
    drive.run(1, -5.0)
    assert drive.world.episode_i[episode.BRAKE_TICK] == 3 * 13


def test_gentle_braking_is_no_episode():
    drive = followed(12.0).run(8, -0.9)
    assert drive.world.episode_i[episode.BRAKE_TICK] == -1
    assert drive.cost[component.REAR_END] == 0.0


def test_follower_gap_and_time_to_lead():
    scene = road()
    scene.add_vehicle(EGO_X_M - 20.0, 1, 30.0)
    scene.add_vehicle(EGO_X_M - 40.0, 1, 30.0)
    scene.add_vehicle(EGO_X_M + 64.5, 1, 20.0)
    scene.add_vehicle(EGO_X_M + 30.0, 0, 5.0)
    world = Drive(scene).world
    assert find_follower(world) == 1
    assert bumper_gap(world, 1) == pytest.approx(20.0 - 4.5)
    # 60 m of air, closing at 10 m/s; the one in the next lane does not count
    assert time_to_lead(world, EGO_X_M, 4.0) == pytest.approx(6.0)
    assert Drive(road()).run(1).info["ttc"][0] == 99.0


# --- braking without a cause ------------------------------------------------------------------------


def test_nuisance_by_hand():
    # 5 US$ (a/3)^2: the tyres give 0.8 x 9.81 = 7.848 of the 8 m/s2 wanted: 5 x (7.848/3)^2 = 34.217
    drive = Drive(road()).run(8, -8.0)
    assert drive.cost[component.NUISANCE] == pytest.approx(34.217, rel=1e-4)
    # 4 m/s2 first: 5 x (4/3)^2 = 8.889; then hard: only the rest is added
    drive = Drive(road()).run(3, -4.0)
    assert drive.cost[component.NUISANCE] == pytest.approx(8.8889, rel=1e-4)
    drive.run(3, -8.0)
    assert drive.cost[component.NUISANCE] == pytest.approx(34.217, rel=1e-4)


def test_gentle_braking_is_no_nuisance():
    assert Drive(road()).run(10, -2.9).cost[component.NUISANCE] == 0.0


def test_a_real_object_ahead_is_a_cause_and_a_shadow_is_not():
    scene = road()
    put(scene, 100.0, 11.0, **AHEAD)
    assert Drive(scene).run(8, -8.0).cost[component.NUISANCE] == 0.0
    scene = road()
    scene.add_phantom(
        "shadow", "ground-mark", (2.0, 1.0, 0.01), EGO_X_M + 60.0, 4.0, flickers=False
    )
    assert Drive(scene).run(8, -8.0).cost[component.NUISANCE] == pytest.approx(34.217, rel=1e-4)
    # further away than 120 m it is no cause to brake
    scene = road()
    put(scene, 400.0, 4.0, **AHEAD)
    assert Drive(scene).run(4, -8.0).cost[component.NUISANCE] > 30.0


def test_a_closing_lead_is_a_cause():
    scene = road()
    # 40 m of air, closing at 10 m/s: 4 s
    scene.add_vehicle(EGO_X_M + 44.5, 1, 20.0)
    assert Drive(scene).run(8, -8.0).cost[component.NUISANCE] == 0.0


# --- steering ---------------------------------------------------------------------------------------


def test_swerve_is_charged_by_its_peak_once():
    drive = Drive(road(speed=25.0))
    peak, before = 0.0, 0.0
    for _ in range(20):
        drive.step(0.0, 8.0)
        peak = max(peak, drive.world.episode_f[episode.SWERVE_PEAK])
        # an account that only grows
        assert drive.cost[component.SWERVE] >= before
        before = drive.cost[component.SWERVE]
    assert peak == pytest.approx(3.0, rel=1e-6)
    # speed and grip are constant, so the parts add up to the whole: P(3 m/s2 on 0.8) x the crash at 25 m/s
    whole = swerve_loss_of_control(peak, 0.8, PARAMS) * crash_cost(25.0, PARAMS)
    assert before == pytest.approx(whole, rel=1e-6)
    # 3/7.848 = 0.3823 of the grip: 1/(1 + exp((0.75 - 0.3823)/0.07)) - 1/(1 + exp(0.75/0.07)) = 0.005203 - 0.000022
    assert swerve_loss_of_control(3.0, 0.8, PARAMS) == pytest.approx(0.00518, rel=0.01)


def test_a_second_swerve_is_charged_again_after_a_second_of_calm():
    drive = Drive(road(speed=25.0)).run(25, 0.0, 8.0)
    first = drive.cost[component.SWERVE]
    assert drive.world.episode_f[episode.SWERVE_PEAK] == 0.0
    drive.run(20, 0.0, 4.0)
    assert drive.cost[component.SWERVE] == pytest.approx(2.0 * first, rel=1e-3)


def test_there_and_back_without_calm_is_one_swerve():
    drive = Drive(road(speed=25.0)).run(6, 0.0, 8.0)
    first = drive.cost[component.SWERVE]
    drive.run(16, 0.0, 4.0)
    assert drive.cost[component.SWERVE] == pytest.approx(first, rel=1e-3)


# --- manoeuvres, time -------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [0.0, 8.0])
def test_lane_change_is_charged_once(target):
    drive = Drive(road()).run(25, 0.0, target)
    assert drive.cost[component.MANOEUVRE] == pytest.approx(250.0)
    # and back: another one
    assert drive.run(25, 0.0, 4.0).cost[component.MANOEUVRE] == pytest.approx(500.0)


def test_shift_is_charged_once_and_its_end_is_free():
    drive = Drive(road()).run(12, 0.0, 4.8)
    assert drive.cost[component.MANOEUVRE] == 40.0
    # holding it is the same shift, returning too
    assert drive.run(12, 0.0, 4.5).run(12, 0.0, 4.0).cost[component.MANOEUVRE] == 40.0
    assert drive.run(12, 0.0, 3.3).cost[component.MANOEUVRE] == 80.0


def test_small_wobble_is_free():
    assert Drive(road()).run(10, 0.0, 4.25).run(10, 0.0, 3.75).cost[component.MANOEUVRE] == 0.0


def test_lost_speed_is_charged_by_the_metre_per_second():
    drive = Drive(road()).run(10, -4.0)
    # 30 m/s - 2 s x 4 m/s2 = 22 m/s: 8 x 1 US$; speeding up again is free
    assert drive.speed == pytest.approx(22.0)
    assert drive.cost[component.MANOEUVRE] == pytest.approx(8.0)
    assert drive.run(5, 3.0).cost[component.MANOEUVRE] == pytest.approx(8.0)


def test_delay_is_charged_for_everybody_held_up():
    alone = Drive(road()).run(1, -3.0)
    scene = road()
    # far enough not to brake yet, near enough to be held up; the one in the next lane is not
    scene.add_vehicle(EGO_X_M - 90.0, 1, 30.0)
    scene.add_vehicle(EGO_X_M - 90.0, 2, 30.0)
    together = Drive(scene).run(1, -3.0)
    # 29.4 m/s after 0.2 s: (1 - 29.4/30) x 0.2 s x 0.005 US$/s
    assert alone.cost[component.TIME] == pytest.approx(0.02 * 0.2 * 0.005)
    assert together.cost[component.TIME] == pytest.approx(2 * alone.cost[component.TIME])


def test_standing_in_a_live_lane_is_charged_and_on_the_shoulder_it_is_not():
    drive = Drive(road(speed=5.0)).run(6, -8.0)
    assert drive.speed == 0.0
    before = drive.cost[component.STANDING]
    drive.run(5, -1.0)
    # per second: arrivals x P(fails to stop) x crash at half the set speed; 5 decisions are one second
    rate = standing_cost(5.0, drive.world.episode_f[episode.FLOW], PARAMS)
    assert drive.cost[component.STANDING] - before == pytest.approx(rate, rel=1e-9)
    assert rate > 0.0
    drive = Drive(road(num_lanes=2, lane=1, shoulder=True, speed=8.0)).run(12, 0.0, 8.0)
    # lane 2 is the hard shoulder of a road with two live lanes
    assert drive.world.vehicle_i[vehicle.LANE, 0] == 2
    drive.run(10, -8.0)
    assert drive.speed == 0.0
    assert drive.cost[component.STANDING] == 0.0


def test_costs_of_the_decisions_add_up_to_the_total_of_the_episode():
    drive = followed(25.0)
    rng = np.random.default_rng(0)
    for _ in range(30):
        drive.step(rng.uniform(-3.0, 1.0), rng.uniform(0.0, 8.0))
    assert drive.world.episode_f[episode.TOTAL_COST] == pytest.approx(drive.cost.sum())
