"""Rules see wrecks ahead and brake lamps, and act earlier for them than for traffic that goes on."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.specification import DECISION_S, column
from experiments.cli.loading import load_policy
from policies.base import STEER_LEFT, STEER_RIGHT
from policies.perception.crashed_vehicles import CRASH_MPS2
from policies.perception.velocity_filter import HARSHEST, NUM_SPEEDS
from policies.rule.policy import RulePolicy
from policies.rule.wrecks import find_wrecks, stopping, without_wrecks

LIMITS = load_policy("rule").thresholds
NO_SPEEDS = np.zeros((1, 8, NUM_SPEEDS))


def scene(speed=30.0, lanes=3):
    """An empty road, the ego in the middle lane."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = 4.0, speed, speed
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 4.0 * lanes - 2.0
    ego[0, column.E_NUM_LANES], ego[0, column.E_GRIP] = lanes, 0.8
    return {
        "ego": ego,
        "vehicles": np.zeros((1, 8, column.NUM_VEHICLE), np.float32),
        "debris": np.zeros((1, 4, column.NUM_DEBRIS), np.float32),
    }


def add(observation, slot, dx, dy, speed, lamp=0.0):
    """A car of 4.5 x 1.8 m."""
    row = observation["vehicles"][0, slot]
    row[column.V_TRACKED] = row[column.V_VISIBLE] = 1.0
    row[column.V_IDENTITY] = slot + 1
    row[column.V_DX], row[column.V_DY], row[column.V_VX] = dx, dy, speed
    row[column.V_LENGTH], row[column.V_WIDTH], row[column.V_HEIGHT] = 4.5, 1.8, 1.5
    row[column.V_SD_V], row[column.V_BRAKE_LAMP] = 0.3, lamp
    return observation


def act(observation, **changes):
    """Policy after one decision, and its acceleration in m/s2."""
    policy = RulePolicy(asdict(LIMITS) | changes)
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    action = policy.act(observation)
    return policy, -8.0 + 5.5 * (action[0, 0] + 1.0)


def test_a_standing_vehicle_is_a_wreck_and_a_slow_one_is_not():
    for speed, is_one in ((0.0, True), (LIMITS.wreck_speed_mps + 0.1, False)):
        assert (
            find_wrecks(add(scene(), 2, 100.0, 0.5, speed), NO_SPEEDS, LIMITS).exists[0] == is_one
        )
    found = find_wrecks(add(scene(), 2, 100.0, 0.5, 0.0), NO_SPEEDS, LIMITS)
    # half of 4.5 m and half of the ego's 4.5 m
    assert found.room[0] == pytest.approx(95.5, abs=0.6)
    assert found.lateral[0] == pytest.approx(4.5)


def test_behind_the_ego_and_far_aside_there_is_no_wreck():
    for dx, dy in ((-30.0, 0.0), (60.0, 8.0)):
        assert not find_wrecks(add(scene(), 0, dx, dy, 0.0), NO_SPEEDS, LIMITS).exists[0]


def test_perception_finds_a_crashed_vehicle_that_still_slides():
    speeds = NO_SPEEDS.copy()
    speeds[0, 1, HARSHEST] = CRASH_MPS2 + 1.0
    observation = add(scene(), 1, 100.0, 0.0, 15.0)
    assert not find_wrecks(observation, NO_SPEEDS, LIMITS).exists[0]
    found = find_wrecks(observation, speeds, LIMITS)
    # it slides on for a second times its speed
    assert found.room[0] == pytest.approx(95.5 + 15.0, abs=0.6)


def test_stopping_before_a_wreck_by_hand():
    observation = add(scene(speed=20.0), 0, 74.5, 0.0, 0.0)
    wrecks = find_wrecks(observation, NO_SPEEDS, LIMITS)
    ego = observation["ego"].astype(np.float64)
    room = float(wrecks.room[0]) - 3.0
    assert room == pytest.approx(67.0, abs=0.6)
    assert stopping(wrecks, ego, np.array([4.0]), LIMITS)[0] == pytest.approx(400.0 / (2.0 * room))
    # a goal beside it, and a wreck that is far enough, need no braking
    assert stopping(wrecks, ego, np.array([8.0]), LIMITS)[0] == 0.0
    late = replace(LIMITS, wreck_brake_mps2=3.5)
    assert stopping(wrecks, ego, np.array([4.0]), late)[0] == 0.0


def test_a_wreck_with_free_lanes_beside_is_passed_without_braking():
    policy, acceleration = act(add(scene(), 0, 110.0, 0.0, 0.0))
    explained = policy.explain()
    assert explained.labels[0] in {STEER_LEFT, STEER_RIGHT}
    assert acceleration == pytest.approx(0.0, abs=1e-6)


def test_a_wreck_that_cannot_be_passed_is_stopped_for():
    observation = add(scene(), 0, 110.0, 0.0, 0.0)
    for slot, (dx, dy) in enumerate(((2.0, 4.0), (2.0, -4.0)), start=1):
        add(observation, slot, dx, dy, 30.0)
    _, acceleration = act(observation)
    # v2 over twice the room of 102.5 m: 900 over 205
    assert acceleration == pytest.approx(-4.39, abs=0.05)


def test_a_brake_lamp_ahead_counts_as_lost_speed():
    lit, dark = (act(add(scene(), 0, 60.0, 0.0, 30.0, lamp))[1] for lamp in (1.0, 0.0))
    assert lit < dark - 0.3
    assert act(add(scene(), 0, 60.0, 0.0, 30.0, 1.0), lamp_drop_mps=0.0)[1] == pytest.approx(dark)
    # behind the ego nothing is lit that it can see
    assert act(add(scene(), 0, -60.0, 0.0, 30.0, 1.0))[1] == act(scene())[1]


@pytest.mark.parametrize("side", [-4.0, 4.0])
def test_the_lane_of_braking_traffic_is_not_entered(side):
    def goal(lamp):
        observation = add(scene(), 0, 32.0, side, 29.0, lamp)
        row = observation["debris"][0, 0]
        row[column.D_TRACKED] = row[column.D_VISIBLE] = 1.0
        row[column.D_DX], row[column.D_LENGTH] = 90.0, 0.6
        row[column.D_DY] = -0.2 * np.sign(side)
        row[column.D_WIDTH], row[column.D_HEIGHT], row[column.D_SD_SIZE] = 1.4, 0.6, 0.01
        return act(observation)[0]._steering.goal[0] - 4.0

    assert goal(0.0) * side > 0.0
    assert goal(1.0) * side < 0.0


@settings(max_examples=50, deadline=None)
@given(st.floats(-5.0, 40.0), st.floats(0.0, 200.0), st.booleans())
def test_traffic_that_goes_on_is_only_made_slower(speed, dx, lamp):
    observation = add(scene(), 3, dx, 0.0, speed, float(lamp))
    wrecks = find_wrecks(observation, NO_SPEEDS, LIMITS)
    rows = without_wrecks(observation, wrecks, 2.0)["vehicles"]
    assert rows[0, 3, column.V_VX] <= max(observation["vehicles"][0, 3, column.V_VX], 0.0)
    assert rows[0, 3, column.V_TRACKED] == (not wrecks.is_one[0, 3])


def test_with_perception_the_batch_changes_nothing():
    random = np.random.default_rng(0)
    worlds = []
    for dy in (-0.6, 0.3, 0.9):
        steps = []
        for k in range(8):
            observation = add(scene(), 0, 110.0 - 6.0 * k, dy, 0.0)
            row = observation["debris"][0, 1]
            row[column.D_TRACKED] = row[column.D_VISIBLE] = row[column.D_IDENTITY] = 1.0
            row[column.D_DX] = 80.0 - 30.0 * DECISION_S * k + random.normal()
            row[column.D_LENGTH] = row[column.D_WIDTH] = row[column.D_HEIGHT] = 0.5
            row[column.D_SD_X], row[column.D_SD_Y], row[column.D_SD_V] = 1.0, 0.2, 0.4
            row[column.D_VY] = dy + 0.3 * random.normal()
            steps.append(observation)
        worlds.append(steps)

    def drive(steps):
        size = len(steps[0]["ego"])
        policy = RulePolicy(asdict(LIMITS), perception=True)
        policy.reset(np.ones(size, np.bool_), np.zeros(size, np.int64))
        return np.array([policy.act(one) for one in steps])

    together = drive(
        [
            {key: np.concatenate([one[key] for one in step]) for key in step[0]}
            for step in zip(*worlds, strict=True)
        ]
    )
    for b, steps in enumerate(worlds):
        assert (drive(steps)[:, 0] == together[:, b]).all()
