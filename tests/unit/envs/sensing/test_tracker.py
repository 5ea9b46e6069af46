"""Tracks keep identity and slot, roles are always tracked, and what was lost comes back as something new."""

import math

import gymnasium as gym
import numpy as np
import pytest

from envs.action import DISCRETE_NAMES
from envs.scenario.scene import EGO_X_M
from envs.sensing.sight import sees_vehicle
from envs.sensing.tracker import object_slot
from envs.specification import VEHICLE_SLOTS, column, debris, episode, track, vehicle
from envs.specification.world import NUM_SLOTS, world_at
from tests.unit.envs.bench import Drive, put, road


def episodes(scenario, num_worlds=10, num_decisions=95, seed=5):
    """Batch after every decision of gentle driving, with a mask of the worlds still in their first episode."""
    env = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=num_worlds,
        vectorization_mode="vector_entry_point",
        scenario=scenario,
        action="discrete",
    )
    env.reset(seed=seed)
    keep = DISCRETE_NAMES.index("lane centre, +0 m/s2")
    slow = DISCRETE_NAMES.index("lane centre, -2 m/s2")
    alive = np.ones(num_worlds, np.bool_)
    yield env.batch, alive
    for decision in range(num_decisions):
        actions = np.where(np.arange(num_worlds) % 2 == 0, keep, slow if decision < 12 else keep)
        _, _, terminated, truncated, _ = env.step(actions)
        alive &= ~(terminated | truncated)
        yield env.batch, alive


@pytest.mark.parametrize("scenario", ["hidden_again", "cut_out", "debris_field"])
def test_identity_and_slot_belong_together(scenario):
    before, hidden = None, 0
    born = {}
    for batch, alive in episodes(scenario):
        i = batch.track_i.copy()
        for b in np.flatnonzero(alive):
            live = np.flatnonzero(i[b, track.TARGET] >= 0)
            identities = i[b, track.IDENTITY, live]
            # no identity and no target twice
            assert len(set(identities)) == len(live)
            for kind in (live[live < VEHICLE_SLOTS], live[live >= VEHICLE_SLOTS]):
                assert len(set(i[b, track.TARGET, kind])) == len(kind)
            for slot, identity in zip(live, identities, strict=True):
                # an identity never changes its slot or its target
                key, value = (b, int(identity)), (int(slot), int(i[b, track.TARGET, slot]))
                assert born.setdefault(key, value) == value
            assert (identities < batch.episode_i[b, episode.NEXT_TRACK]).all()
            if before is not None:
                hidden += check_ageing(before[b], i[b])
        before = i
    # something was tracked while it was out of sight
    assert hidden > 50


def check_ageing(before, now):
    """Ages of the tracks that live on; the number of those out of sight."""
    hidden = 0
    for slot in range(NUM_SLOTS):
        same = now[track.IDENTITY, slot] == before[track.IDENTITY, slot]
        if before[track.TARGET, slot] < 0 or now[track.TARGET, slot] < 0 or not same:
            continue
        assert now[track.AGE, slot] == before[track.AGE, slot] + 1
        if now[track.VISIBLE, slot]:
            assert now[track.UNSEEN, slot] == 0
        else:
            assert now[track.UNSEEN, slot] == before[track.UNSEEN, slot] + 1
            hidden += 1
    return hidden


def roles_of(world):
    """Lead and follower in own, left and right lane, found the slow way."""
    n = world.episode_i[episode.NUM_VEHICLES]
    x, lane = world.vehicle_f[vehicle.X, :n], world.vehicle_i[vehicle.LANE, :n]
    found = []
    for side in (0, -1, 1):
        others = [k for k in range(1, n) if lane[k] == lane[0] + side]
        ahead = [k for k in others if x[k] >= x[0]]
        behind = [k for k in others if x[k] < x[0]]
        found += [min(ahead, key=lambda k: x[k])] if ahead else []
        found += [max(behind, key=lambda k: x[k])] if behind else []
    return found


def test_whoever_has_a_role_and_is_seen_is_tracked():
    checked = busy = 0
    for batch, alive in episodes(["boxed_in", "lone_object", "knock_on"], num_worlds=40):
        for b in np.flatnonzero(alive):
            world = world_at(batch, b)
            tracked = set(world.track_i[track.TARGET, :VEHICLE_SLOTS].tolist())
            for k in roles_of(world):
                if sees_vehicle(world, k, -1):
                    assert k in tracked
                    checked += 1
            busy += int(world.episode_i[episode.NUM_VEHICLES] > VEHICLE_SLOTS + 1)
    assert checked > 1_000
    # more vehicles than slots, or the question would not arise
    assert busy > 50


def test_free_slot_is_all_zeros_and_a_taken_one_is_not():
    for batch, _ in episodes("boxed_in", num_worlds=4, num_decisions=20):
        for rows, slots in ((batch.vehicles, slice(0, 8)), (batch.debris, slice(8, 12))):
            taken = batch.track_i[:, track.TARGET, slots] >= 0
            np.testing.assert_array_equal(rows[:, :, column.V_TRACKED], taken.astype(np.float32))
            assert not rows[~taken].any()


def test_a_lost_object_comes_back_as_a_new_one():
    scene = road(speed=0.5, sight_m=150.0)
    put(scene, 60.0, 4.0, height_m=0.5, mass_kg=100.0)
    drive = Drive(scene).run(5)
    slot = VEHICLE_SLOTS
    i = drive.world.track_i
    assert i[track.TARGET, slot] == 0
    first = int(i[track.IDENTITY, slot])
    errors = drive.world.track_f[track.ERRORS : track.ERRORS + track.NUM_ERRORS, slot].copy()
    # out of sight, 600 m ahead: it is kept for 50 decisions, 10 s
    drive.world.debris_f[debris.X, 0] += 540.0
    kept = 0
    for _ in range(60):
        drive.step()
        kept += int(i[track.TARGET, slot] == 0)
        if i[track.TARGET, slot] == 0:
            assert i[track.VISIBLE, slot] == 0
            assert drive.world.debris[0, column.D_AGE_SINCE_SEEN] == pytest.approx(0.2 * kept)
    assert kept == 49
    drive.world.debris_f[debris.X, 0] -= 540.0
    drive.run(5)
    assert i[track.TARGET, slot] == 0
    assert i[track.IDENTITY, slot] > first
    # the thing is the same, and so are the errors with which it is measured
    now = drive.world.track_f[track.ERRORS : track.ERRORS + track.NUM_ERRORS, slot]
    np.testing.assert_array_equal(now, errors)


def test_an_object_behind_is_forgotten():
    scene = road(speed=30.0)
    put(scene, 60.0, 10.0, height_m=0.5, mass_kg=100.0)
    drive = Drive(scene)
    seen_until = None
    for _ in range(25):
        drive.step()
        if drive.world.track_i[track.TARGET, VEHICLE_SLOTS] == 0:
            seen_until = drive.world.vehicle_f[vehicle.X, 0] - EGO_X_M - 60.0
    # 6 m a decision: the last look is taken less than 40 m (and some metres of error) behind
    assert 30.0 < seen_until < 44.0


def test_measured_row_is_the_truth_plus_its_stated_error():
    scene = road(speed=20.0)
    scene.add_vehicle(EGO_X_M + 40.0, 1, 20.0)
    drive = Drive(scene).run(3)
    row = drive.world.vehicles[0]
    assert row[column.V_TRACKED] == row[column.V_VISIBLE] == 1.0
    f = drive.world.track_f[:, 0]
    # 0.05 m + 2 %, 0.05 m + 2 mrad, 0.15 m/s + 5 mm/s per metre: of the range in the same row, not of the true 40 m
    measured = math.hypot(row[column.V_DX], row[column.V_DY])
    assert abs(measured - 40.0) > 0.01
    assert row[[column.V_SD_X, column.V_SD_Y, column.V_SD_V]] == pytest.approx(
        [0.05 + 0.02 * measured, 0.05 + 0.002 * measured, 0.15 + 0.005 * measured], rel=1e-5
    )
    assert row[column.V_DX] == pytest.approx(f[track.X] - drive.world.vehicle_f[vehicle.X, 0])
    assert abs(row[column.V_DX] - 40.0) < 5 * 0.85
    assert abs(row[column.V_VX] - 20.0) < 5 * 0.35
    assert row[column.V_AGE_SINCE_SEEN] == 0.0
    assert row[column.V_TRACK_AGE] == pytest.approx(0.6)


def test_brake_lamp_and_jolt():
    scene = road(speed=20.0)
    scene.add_vehicle(EGO_X_M + 30.0, 1, 20.0)
    drive = Drive(scene).run(1)
    assert drive.world.vehicles[0, column.V_BRAKE_LAMP] == 0.0
    assert drive.world.vehicles[0, column.V_JOLT] == 0.0
    drive.world.vehicle_f[vehicle.TARGET_SPEED, 1] = 5.0
    drive.world.vehicle_f[vehicle.JOLT, 1] = 0.30
    drive.step()
    assert drive.world.vehicles[0, column.V_BRAKE_LAMP] == 1.0
    # a decision of decay: 0.30 x 0.729 = 0.2187, give or take 5 pixel errors of 30 m x 0.378 mrad = 11 mm
    assert drive.world.vehicles[0, column.V_JOLT] == pytest.approx(0.2187, abs=0.06)


def test_a_tiny_jolt_is_not_noticed_and_a_late_one_is_not_missed():
    scene = road(speed=20.0)
    scene.add_vehicle(EGO_X_M + 60.0, 1, 20.0)
    drive = Drive(scene).run(2)
    noticed = 0
    for _ in range(40):
        drive.world.vehicle_f[vehicle.JOLT, 1] = 1e-6
        drive.step()
        noticed += drive.world.vehicles[0, column.V_JOLT] > 0.0
    assert noticed <= 1


def test_objects_get_slots_in_the_order_of_their_detection():
    scene = road(speed=20.0)
    # the first object of the instance comes last into sight
    for ahead in (160.0, 60.0, 90.0):
        put(scene, ahead, 8.0, height_m=0.25, length_m=0.4, width_m=0.4)
    drive = Drive(scene)
    order = []
    for _ in range(30):
        drive.step()
        for j in range(3):
            if object_slot(drive.world, j) >= 0 and j not in order:
                order.append(j)
                assert object_slot(drive.world, j) == VEHICLE_SLOTS + len(order) - 1
    assert order == [1, 2, 0]


def test_limits_of_range_are_those_of_the_measured_range():
    wrong = 0
    for seed in range(60):
        scene = road(speed=20.0, sight_m=120.0)
        scene.add_vehicle(EGO_X_M + 120.0, 1, 20.0)
        drive = Drive(scene, seed=seed)
        for _ in range(3):
            drive.step()
            row = drive.world.vehicles[0]
            if row[column.V_VISIBLE] == 1.0:
                assert abs(row[column.V_DX]) < 120.0
                v = drive.world.vehicle_f[vehicle.X]
                wrong += v[1] - v[0] >= 120.0
    # the true range says nothing: some are seen from further away
    assert wrong > 5


def test_heading_of_a_moving_vehicle_is_that_of_its_measured_velocity():
    scene = road(speed=20.0)
    k = scene.add_vehicle(EGO_X_M + 50.0, 1, 20.0)
    scene.script(k, 2, lane=2)
    drive = Drive(scene)
    turned = 0
    for _ in range(10):
        drive.step()
        row = drive.world.vehicles[0]
        assert row[column.V_HEADING] == pytest.approx(
            math.atan2(row[column.V_VY], row[column.V_VX]), abs=1e-6
        )
        turned += drive.world.vehicle_f[vehicle.HEADING, k] > 0.02
    assert turned > 2


def test_a_load_on_its_carrier_is_not_reported():
    scene = road(speed=20.0)
    truck = scene.add_vehicle(EGO_X_M + 40.0, 1, 20.0, is_truck=True)
    load = put(scene, 31.0, 4.0, mass_kg=50.0)
    scene.load_on(load, truck, 30, 1.2)
    drive = Drive(scene).run(9)
    assert drive.world.track_i[track.TARGET, VEHICLE_SLOTS] == -1
    drive.run(6, -1.0)
    assert drive.world.track_i[track.TARGET, VEHICLE_SLOTS] == 0
