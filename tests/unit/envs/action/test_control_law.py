"""From an action to steering and acceleration: the mapping, the limits, the lane change."""

import math

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.action import (
    DISCRETE_NAMES,
    STEERING_SPEED_FLOOR_MPS,
    action_space,
    check_action,
    check_actions,
    control_ego,
    lateral_range,
    store_command,
    yaw_rate_command,
)
from envs.errors import UserError
from envs.specification import episode, vehicle
from envs.specification.world import empty_world
from envs.world.load import load_instance
from tests.unit.envs.bench import Drive, road

G = 9.81


def loaded(**scene):
    """A freshly loaded world."""
    world = empty_world()
    load_instance(world, road(**scene).build("bench", 1))
    world.vehicle_f[vehicle.COS, 0] = 1.0
    return world


def command_of(world, first, second, is_discrete=False):
    """Acceleration and lateral target that an action stores."""
    store_command(world, first, second, is_discrete)
    return world.episode_f[episode.COMMAND], world.episode_f[episode.TARGET_Y]


def test_acceleration_of_an_action():
    world = loaded()
    # -8 + 11 (a + 1)/2: 0.1 gives -8 + 11 x 0.55 = -1.95 m/s2
    for first, expected in ((0.1, -1.95), (-1.0, -8.0), (1.0, 3.0), (0.0, -2.5), (5.0 / 11.0, 0.0)):
        assert command_of(world, first, 0.0)[0] == pytest.approx(expected, abs=1e-12)


def test_lateral_target_of_an_action():
    world = loaded(num_lanes=3)
    # three lanes of 4 m: -2 to 10 m; the car is 1.8 m wide, so its centre goes from -1.1 to 9.1
    assert lateral_range(world) == pytest.approx((-1.1, 9.1))
    for second, expected in ((-1.0, -1.1), (1.0, 9.1), (0.0, 4.0), (0.5, 4.0 + 0.5 * 5.1)):
        assert command_of(world, 0.0, second)[1] == pytest.approx(expected, abs=1e-12)
    # a hard shoulder is drivable: one lane more
    assert lateral_range(loaded(num_lanes=3, shoulder=True)) == pytest.approx((-1.1, 13.1))


def test_discrete_actions():
    world = loaded(num_lanes=3, lane=1)
    # 5 lateral choices x 5 accelerations; lanes count from the present one, whose centre is 4 m
    for index, expected in (
        (0, (-8.0, 4.0)),
        (3, (0.0, 4.0)),
        (5, (-8.0, 3.2)),
        (14, (2.0, 4.8)),
        (17, (-2.0, 0.0)),
        (20, (-8.0, 8.0)),
    ):
        assert command_of(world, float(index), 0.0, True) == pytest.approx(expected)
    assert DISCRETE_NAMES[17] == "lane left, -2 m/s2"
    # beyond the road the target is its edge
    assert command_of(loaded(lane=0), 18.0, 0.0, True) == pytest.approx((0.0, -1.1))


def test_float32_actions_are_mapped_in_double_precision():
    # the same number must come out whether a policy hands in float32 or Python floats
    single = np.array([[0.1, 0.3]], dtype=np.float32)
    values = check_actions(single, "continuous", 1)
    assert values.dtype == np.float64
    assert values[0, 0] == float(np.float32(0.1))
    world = loaded()
    acceleration = command_of(world, *values[0])[0]
    assert acceleration == -8.0 + 0.5 * (float(np.float32(0.1)) + 1.0) * 11.0


def test_unknown_kind_of_action():
    with pytest.raises(UserError, match="action: got 'both', allowed are continuous, discrete"):
        action_space("both")


# --- the yaw-rate law -------------------------------------------------------------------------------


def test_yaw_rate_by_hand():
    # 0.1 m to the left of the target at 20 m/s: wanted lateral speed 0.1/0.6 = 0.16667 m/s, heading
    # asin(0.16667/20) = 0.0083334 rad, yaw rate 0.0083334/0.2 = 0.041667 rad/s
    assert yaw_rate_command(-0.1, 0.0, 20.0, 3.0) == pytest.approx(0.041667, rel=1e-4)
    # 1 m: 1.6667 m/s is below sqrt(2 x 0.7 x 3 x 1) = 2.05, rate 0.417 rad/s, cut to 3/20 = 0.15
    assert yaw_rate_command(-1.0, 0.0, 20.0, 3.0) == pytest.approx(0.15)
    # a heading alone is taken back with the time constant 0.2 s: -0.01/0.2
    assert yaw_rate_command(0.0, 0.01, 20.0, 3.0) == pytest.approx(-0.05)


def test_lateral_speed_leaves_room_to_stop_on_the_target():
    # 4 m away at 30 m/s: 6.67 m/s wanted, sqrt(2 x 0.7 x 3 x 4) = 4.0988 reachable;
    # with the heading asin(4.0988/30) = 0.13705 already held, nothing is left to turn
    assert yaw_rate_command(-4.0, 0.137056, 30.0, 3.0) == pytest.approx(0.0, abs=1e-4)


@given(
    error=st.floats(-12.0, 12.0),
    heading=st.floats(-0.7, 0.7),
    speed=st.floats(0.0, 45.0),
    limit=st.floats(0.2, 3.0),
)
def test_yaw_rate_is_odd_and_limited(error, heading, speed, limit):
    rate = yaw_rate_command(error, heading, speed, limit)
    assert rate == -yaw_rate_command(-error, -heading, speed, limit)
    assert abs(rate) * max(speed, STEERING_SPEED_FLOOR_MPS) <= limit * (1.0 + 1e-12)


# --- limits of the tyres ----------------------------------------------------------------------------


def controlled(command, target_y, grip, speed=20.0):
    """Acceleration and lateral acceleration that the law commands."""
    world = loaded(speed=speed)
    world.episode_f[[episode.COMMAND, episode.TARGET_Y, episode.GRIP]] = command, target_y, grip
    control_ego(world)
    # sin(slip) = half the length x yaw rate/speed
    slip = math.atan(0.5 * math.tan(world.vehicle_f[vehicle.STEERING, 0]))
    lateral = speed * speed * math.sin(slip) / 2.25
    return world.vehicle_f[vehicle.ACCELERATION, 0], lateral


def test_friction_circle():
    # straight on: 0.3 x 9.81 = 2.943 m/s2 is all there is
    assert controlled(-8.0, 4.0, 0.3) == pytest.approx((-2.943, 0.0))
    # a wide swerve takes 0.6 x 2.943 = 1.7658, braking gets sqrt(2.943^2 - 1.7658^2) = 2.3544
    assert controlled(-8.0, 8.0, 0.3) == pytest.approx((-2.3544, 1.7658), rel=1e-4)
    # dry: 3 m/s2 aside, sqrt(7.848^2 - 3^2) = 7.2519 of the 8 wanted along
    assert controlled(-8.0, 8.0, 0.8) == pytest.approx((-7.2519, 3.0), rel=1e-4)
    # throttle is limited alike
    assert controlled(3.0, 4.0, 0.2) == pytest.approx((1.962, 0.0))


@given(
    command=st.floats(-8.0, 3.0),
    target=st.floats(-1.0, 9.0),
    grip=st.floats(0.1, 0.9),
    speed=st.floats(4.0, 40.0),
)
def test_commands_never_leave_the_friction_circle(command, target, grip, speed):
    along, across = controlled(command, target, grip, speed)
    assert math.hypot(along, across) <= grip * G * (1.0 + 1e-9)


def test_braking_stops_and_never_reverses():
    drive = Drive(road(speed=9.0))
    speeds = []
    for _ in range(12):
        drive.step(-8.0)
        speeds.append(drive.speed)
    # 9 m/s at 0.8 x 9.81 = 7.848 m/s2: 1.15 s, so after 1.2 s it stands, exactly
    assert speeds[4] > 0.0
    assert speeds[5:] == [0.0] * 7
    assert drive.run(5, 3.0).speed == pytest.approx(3.0, rel=1e-9)


def test_last_tick_before_standstill_takes_only_what_is_left():
    # 0.2 m/s in a tick of 1/15 s: -3 m/s2, not -8
    assert controlled(-8.0, 4.0, 0.8, speed=0.2)[0] == pytest.approx(-3.0)


# --- the lane change --------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [15.0, 25.0, 30.0, 35.0])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_lane_change(speed, side):
    drive = Drive(road(speed=speed))
    path, peak = [4.0], 0.0
    for _ in range(25):
        drive.step(0.0, 4.0 + 4.0 * side)
        path.append(drive.y)
        peak = max(peak, abs(drive.world.episode_f[episode.LATERAL_ACCELERATION]))
    done = side * (np.array(path) - 4.0)
    time = np.arange(26) * 0.2
    arrived = np.interp(0.95 * 4.0, done, time)
    # bang-bang with 3 m/s2 would take 2 sqrt(4/3) = 2.31 s for all of it
    assert 1.9 < arrived < 2.9
    assert np.interp(3.98, done, time) < 3.6
    assert 2.5 < peak <= 3.0 * 1.05
    assert done.max() < 4.0 + 0.02
    assert done[-1] == pytest.approx(4.0, abs=1e-3)
    assert drive.speed == pytest.approx(speed)


def test_lane_change_is_slower_and_gentler_on_ice():
    drive = Drive(road(speed=25.0))
    drive.world.episode_f[[episode.FRICTION, episode.GRIP]] = 0.15
    path = []
    for _ in range(13):
        drive.step(0.0, 8.0)
        path.append(drive.y)
        # 0.6 x 0.15 x 9.81 = 0.8829 m/s2
        assert abs(drive.world.episode_f[episode.LATERAL_ACCELERATION]) <= 0.8829 * 1.001
    # bang-bang with 0.88 m/s2 would take 2 sqrt(4/0.88) = 4.3 s; after 2.6 s it is on its way
    assert 5.2 < path[-1] < 7.4


def test_shift_within_the_lane_is_held_to_the_centimetre():
    drive = Drive(road(speed=28.0)).run(15, 0.0, 4.35)
    assert drive.y == pytest.approx(4.35, abs=0.01)
    assert drive.world.vehicle_f[vehicle.HEADING, 0] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "action", "message"),
    [
        ("continuous", np.zeros(3), r"got shape \(3,\), expected \(2,\)"),
        ("continuous", np.zeros((1, 2)), r"got shape \(1, 2\), expected \(2,\)"),
        ("discrete", np.zeros(1, int), r"got shape \(1,\), expected \(\)"),
        ("continuous", [0.0, np.nan], r"got nan, every component must lie in \[-1, 1\]"),
    ],
)
def test_one_world_is_shown_its_own_shapes(kind, action, message):
    with pytest.raises(UserError, match=f"action: {message}"):
        check_action(action, kind)
    env = gym.make("envs:roadworld/Debris-v1", action=kind, disable_env_checker=True)
    env.reset(seed=1)
    with pytest.raises(UserError, match=f"action: {message}"):
        env.step(action)
    np.testing.assert_array_equal(check_action([0.25, -1.0], "continuous"), [0.25, -1.0])
    np.testing.assert_array_equal(check_action(np.int64(7), "discrete"), [7.0, 0.0])
