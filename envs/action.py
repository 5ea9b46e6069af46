"""The action spaces and the one low-level control law of the ego, used by both engines for every policy."""

from __future__ import annotations

import math
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError, not_allowed
from envs.physics.compilation import inlined, shared
from envs.specification import GRAVITY_MPS2, LANE_WIDTH_M, TICK_S, episode, vehicle
from envs.specification.world import World

_Values = Any  # a number or an array of float64, as the caller has it

BRAKE_LIMIT_MPS2 = -8.0
"""Hardest commanded braking."""

THROTTLE_LIMIT_MPS2 = 3.0
"""Hardest commanded acceleration."""

SPAN_MPS2 = THROTTLE_LIMIT_MPS2 - BRAKE_LIMIT_MPS2
"""Range of commanded accelerations."""

LATERAL_LIMIT_MPS2 = 3.0
"""Largest lateral acceleration of the steering law [A: a sharp evasive lane change, 2.3 s for a lane;
a policy that wants a gentler one moves its lateral target gradually]."""

FRICTION_SHARE = 0.6
"""Share of the friction that steering may use [A: below the 0.75 at which envs/physics/SOURCES.md 6.1 loses half of the
swerves]."""

TAU_LATERAL_S = 0.6
"""Time constant of the lateral position loop; highway-env's ``ControlledVehicle.TAU_LATERAL``."""

TAU_HEADING_S = 0.2
"""Time constant of the heading loop; highway-env's ``ControlledVehicle.TAU_HEADING``."""

HEADING_LIMIT_RAD = math.pi / 4
"""Largest commanded heading; highway-env's."""

APPROACH_SHARE = 0.7
"""Share of the lateral limit used to come to rest on the target; it leaves room for the lag of the heading loop."""

STEERING_SPEED_FLOOR_MPS = 3.0
"""Least speed used by the steering law: it avoids divisions by zero, and a stopped car cannot steer anyway."""

DISCRETE_ACCELERATIONS_MPS2 = np.array([-8.0, -4.0, -2.0, 0.0, 2.0])
"""Accelerations of the discrete manoeuvre set."""

DISCRETE_LANES = np.array([0, 0, 0, -1, 1], dtype=np.int64)
"""Lanes to the right of the present one, per lateral choice of the discrete set."""

DISCRETE_SHIFTS_M = np.array([0.0, -0.8, 0.8, 0.0, 0.0])
"""Offset from that lane's centre, metres, right positive; 0.8 m is the in-lane shift of envs/physics/SOURCES.md 5."""

DISCRETE_NAMES = tuple(
    f"{lateral}, {acceleration:+.0f} m/s2"
    for lateral in ("lane centre", "shift left", "shift right", "lane left", "lane right")
    for acceleration in DISCRETE_ACCELERATIONS_MPS2
)
"""Names of the discrete actions in order: lateral choice x acceleration."""


@shared
def encode_acceleration(acceleration: _Values) -> _Values:
    """First component of the action for an acceleration in m/s2; outside [-1, 1] where it exceeds the limits."""
    return 2.0 * (acceleration - BRAKE_LIMIT_MPS2) / SPAN_MPS2 - 1.0


@shared
def decode_acceleration(first: _Values) -> _Values:
    """Acceleration in m/s2 for the first component of an action."""
    return BRAKE_LIMIT_MPS2 + 0.5 * (first + 1.0) * SPAN_MPS2


@shared
def encode_target(target: _Values, low: _Values, high: _Values) -> _Values:
    """Second component of the action for a lateral target between ``low`` and ``high``, all in m."""
    return 2.0 * (target - low) / (high - low) - 1.0


@shared
def decode_target(second: _Values, low: _Values, high: _Values) -> _Values:
    """Lateral target in m for the second component of an action."""
    return low + 0.5 * (second + 1.0) * (high - low)


def action_space(kind: str) -> gym.Space[NDArray[np.float32]] | gym.spaces.Discrete:
    """The action space of one world.

    ``"continuous"``: ``Box(-1, 1, (2,))``, [0] longitudinal acceleration from -8 to +3 m/s2, [1] lateral target from
    the left (-1) to the right (+1) edge of the drivable width, the whole car on the road. ``"discrete"``: the manoeuvre
    set ``DISCRETE_NAMES``.

    Raises
    ------
    UserError
        If ``kind`` is neither.
    """
    if kind == "continuous":
        return gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
    if kind == "discrete":
        return gym.spaces.Discrete(len(DISCRETE_NAMES))
    raise UserError(str(not_allowed("action", kind, ("continuous", "discrete"))))


def check_actions(actions: object, kind: str, num_worlds: int) -> NDArray[np.float64]:
    """Actions as a float64 array ``(num_worlds, 2)``; a discrete action is its index in column 0.

    Raises
    ------
    UserError
        If these are not numbers, the shape is wrong or a value is not finite, outside [-1, 1], or not an index of the
        set.
    """
    array = to_floats("action", actions)
    shape = (num_worlds, 2) if kind == "continuous" else (num_worlds,)
    if array.shape != shape:
        raise UserError(f"action: got shape {array.shape}, expected {shape}")
    if kind == "continuous":
        # one pass: NaN fails the comparison too
        if not (np.abs(array) <= 1.0).all():
            bad = array[~(np.abs(array) <= 1.0)].flat[0]
            raise UserError(f"action: got {bad}, every component must lie in [-1, 1]")
        return array
    if not ((array >= 0) & (array < len(DISCRETE_NAMES)) & (array == np.floor(array))).all():
        last = len(DISCRETE_NAMES) - 1
        raise UserError(
            f"action: got {array.tolist()}, every entry must be an integer from 0 to {last}"
        )
    return np.stack([array, np.zeros_like(array)], axis=1)


def check_action(action: object, kind: str) -> NDArray[np.float64]:
    """The action of one world as ``(2,)`` float64; a discrete one is its index and zero.

    Raises
    ------
    UserError
        As ``check_actions``, with the shapes of one world.
    """
    array = to_floats("action", action)
    shape = (2,) if kind == "continuous" else ()
    if array.shape != shape:
        raise UserError(f"action: got shape {array.shape}, expected {shape}")
    return check_actions(array[None], kind, 1)[0]


def to_floats(key: str, values: object) -> NDArray[np.float64]:
    """Numbers as a float64 array, before any arithmetic: NumPy keeps float32 and would round the mapping to m/s2.

    Raises
    ------
    UserError
        If these are not real numbers, or lists of unequal lengths; ``key`` names them in the message.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise UserError(f"{key}: got lists of unequal lengths, expected an array") from None
    if array.dtype.kind not in "iuf":
        shown = " ".join(repr(values).split())[:80]
        raise UserError(f"{key}: got {shown}, expected real numbers")
    return array.astype(np.float64)


@inlined
def lateral_range(world: World) -> tuple[float, float]:
    """Leftmost and rightmost lateral target: the ego's centre, m, with the whole car on the road."""
    half = 0.5 * world.vehicle_f[vehicle.WIDTH, 0]
    return world.episode_f[episode.LEFT_EDGE] + half, world.episode_f[episode.RIGHT_EDGE] - half


@inlined
def store_command(world: World, first: float, second: float, is_discrete: bool) -> None:
    """Turn an action into the commanded acceleration ``COMMAND`` and lateral target ``TARGET_Y``, in place.

    ``first`` and ``second`` are the components of a continuous action, or the index of a discrete one and anything. A
    discrete action is a shorthand for a continuous one: lane choices count from the present lane.
    """
    low, high = lateral_range(world)
    if is_discrete:
        index = int(first)
        count = DISCRETE_ACCELERATIONS_MPS2.shape[0]
        command = DISCRETE_ACCELERATIONS_MPS2[index % count]
        lane = world.vehicle_i[vehicle.LANE, 0] + DISCRETE_LANES[index // count]
        target = lane * LANE_WIDTH_M + DISCRETE_SHIFTS_M[index // count]
    else:
        command = decode_acceleration(first)
        target = decode_target(second, low, high)
    world.episode_f[episode.COMMAND] = command
    world.episode_f[episode.TARGET_Y] = min(max(target, low), high)


@inlined
def yaw_rate_command(error: float, heading: float, speed: float, limit: float) -> float:
    """Yaw rate that brings the car to its lateral target, rad/s, positive to the right.

    highway-env's cascade (position -> lateral speed -> heading -> yaw rate) with its time constants. Two limits are
    added, because the plain cascade commands 30 m/s2 on a lane-wide step at 30 m/s: the lateral acceleration, and the
    lateral speed from which it can still come to rest on the target.

    Parameters
    ----------
    error
        Lateral position minus target, m.
    heading
        rad.
    speed
        m/s.
    limit
        Largest lateral acceleration, m/s2.
    """
    v = max(speed, STEERING_SPEED_FLOOR_MPS)
    lateral_speed = -error / TAU_LATERAL_S
    reachable = math.sqrt(2.0 * APPROACH_SHARE * limit * abs(error))
    lateral_speed = min(max(lateral_speed, -reachable), reachable)
    wanted = math.asin(min(max(lateral_speed / v, -1.0), 1.0))
    wanted = min(max(wanted, -HEADING_LIMIT_RAD), HEADING_LIMIT_RAD)
    rate = (wanted - heading) / TAU_HEADING_S
    return min(max(rate, -limit / v), limit / v)


@inlined
def control_ego(world: World) -> None:
    """Steering and acceleration of the ego for this tick, from the stored command and the present state, in place.

    Recomputed every tick. Steering comes first; braking gets what the friction circle leaves. The command never makes
    the car reverse: within the tick in which it would, it stops.
    """
    speed = world.vehicle_f[vehicle.SPEED, 0]
    grip = world.episode_f[episode.GRIP] * GRAVITY_MPS2
    limit = min(LATERAL_LIMIT_MPS2, FRICTION_SHARE * grip)
    error = world.vehicle_f[vehicle.Y, 0] - world.episode_f[episode.TARGET_Y]
    rate = yaw_rate_command(error, world.vehicle_f[vehicle.HEADING, 0], speed, limit)
    half_length = 0.5 * world.vehicle_f[vehicle.LENGTH, 0]
    slip = math.asin(min(max(half_length * rate / max(speed, STEERING_SPEED_FLOOR_MPS), -1.0), 1.0))
    world.vehicle_f[vehicle.STEERING, 0] = math.atan(2.0 * math.tan(slip))
    lateral = speed * rate
    available = math.sqrt(max(grip * grip - lateral * lateral, 0.0))
    acceleration = min(max(world.episode_f[episode.COMMAND], -available), available)
    world.vehicle_f[vehicle.ACCELERATION, 0] = max(acceleration, -speed / TICK_S)
    last = world.episode_i[episode.NUM_LANES] + world.episode_i[episode.HAS_SHOULDER] - 1
    lane = math.floor(world.episode_f[episode.TARGET_Y] / LANE_WIDTH_M + 0.5)
    world.vehicle_i[vehicle.TARGET_LANE, 0] = min(max(lane, 0), last)
