"""Shielded: any policy, with the few hard rules on top that everybody would keep."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.action import BRAKE_LIMIT_MPS2, decode_acceleration, decode_target
from envs.specification import DECISION_S, EGO_LENGTH_M, EGO_WIDTH_M, GRAVITY_MPS2, column
from policies.base import (
    BRAKE,
    Budget,
    Budgeted,
    Explaining,
    Explanation,
    Foreseeing,
    Foresight,
    Observation,
    Policy,
)
from policies.command import lateral_range, to_action
from policies.following import half_extent

Array = NDArray[np.float64]

RESPONSE_S: Final = DECISION_S
"""Response time of the ego: one decision."""

AHEAD_S: Final = 1.5
"""A lane is looked at so far ahead in time: what a brisk lane change takes until both cars are side by side [A]."""

MARGIN_M: Final = 1.0
"""A lane is occupied if the gap to somebody in it is, or within that time will be, smaller than this [A]."""

SURE_BRAKING_MPS2: Final = 6.0
"""Deceleration that whoever is behind is sure to reach, on a dry road [A]."""

LARGEST_BRAKING_MPS2: Final = 8.0
"""Deceleration that whoever is ahead can reach: that of the action space."""

RESPONSE_ACCELERATION_MPS2: Final = 1.5
"""Acceleration at most during a response: that of ``policies.following``."""

LIVING_M: Final = 0.4
"""Least height of something warm that is spared like a person [A]."""

ROOM_M: Final = 0.2
"""Least room beside it [A]."""

SHIFT_M: Final = 0.3
"""A lateral command that asks for less than this is no change of lane [A]."""

LATERAL_MPS: Final = 1.7
"""Speed aside that is counted on when it is asked whether steering clears something [A: brisk]."""

RULES: Final = (
    "shield: safe distance",
    "shield: occupied lane",
    "shield: never over something alive",
)
"""Names of the rules, in the order in which later ones overrule earlier ones."""


class Scene(NamedTuple):
    """What the rules read, in metres and seconds."""

    y: Array  # (B,)
    speed: Array  # (B,)
    grip: Array  # (B,)
    ahead: Array  # (B, 8) gap to vehicles ahead, bumper to bumper; inf if not ahead
    behind: Array  # (B, 8) the same for those behind
    vehicle_speed: Array  # (B, 8)
    vehicle_low: Array  # (B, 8) left side of every vehicle
    vehicle_high: Array  # (B, 8) right side


def safe_distance_m(rear_mps: Array, front_mps: Array, response_s: float, grip: Array) -> Array:
    r"""Distance that whoever is behind has to keep (Shalev-Shwartz, Shammah, Shashua 2017, definition 1).

    .. math:: \left[ v_r \rho + \tfrac12 a \rho^2 + \frac{(v_r + \rho a)^2}{2 b_{min}}
        - \frac{v_f^2}{2 b_{max}} \right]_+

    Parameters
    ----------
    rear_mps, front_mps
        Speeds.
    response_s
        :math:`\rho`, of whoever is behind.
    grip
        Friction coefficient: it lowers both decelerations.

    Returns
    -------
    ndarray
        m, >= 0.

    Examples
    --------
    >>> one = np.ones(1)
    >>> safe_distance_m(20.0 * one, 20.0 * one, 0.2, one).round(2)
    array([13.37])
    """
    acceleration = RESPONSE_ACCELERATION_MPS2
    after = np.maximum(rear_mps, 0.0) + response_s * acceleration
    sure = np.minimum(SURE_BRAKING_MPS2, GRAVITY_MPS2 * grip)
    largest = np.minimum(LARGEST_BRAKING_MPS2, GRAVITY_MPS2 * grip)
    rolled = np.maximum(rear_mps, 0.0) * response_s + 0.5 * acceleration * response_s**2
    stop = after**2 / (2.0 * sure) - np.maximum(front_mps, 0.0) ** 2 / (2.0 * largest)
    return np.asarray(np.maximum(rolled + stop, 0.0))


class Shielded:
    """A policy whose actions are corrected where they break a hard rule.

    Parameters
    ----------
    policy
        Whose; privileged ones cannot be shielded.

    Notes
    -----
    The rules: whoever is nearer to a vehicle ahead than the safe distance, and not falling back, brakes as surely as
    the distance assumes; nobody moves towards a lane in which somebody is beside, or will be within 1.5 s; what is warm
     and higher than 0.4 m is never driven over while braking or steering can help.
    """

    privileged = False

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.budget: Budget | None = policy.budget if isinstance(policy, Budgeted) else None
        self._fired = np.full(0, -1)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Pass it on: the rules remember nothing."""
        self._policy.reset(mask, seeds)

    def act(self, observation: Observation) -> Array:
        """What the policy does, corrected."""
        action = np.asarray(self._policy.act(observation), np.float64)
        low, high = lateral_range(observation)
        acceleration = decode_acceleration(action[:, 0])
        target = decode_target(action[:, 1], low, high)
        scene = read_scene(observation)
        limit = keep_distance(scene)
        is_closed = is_lane_taken(scene, target)
        held = np.where(is_closed, scene.y, target)
        must_stop = threatens_life(observation, scene, held)
        corrected = np.minimum(acceleration, limit)
        corrected = np.where(must_stop, BRAKE_LIMIT_MPS2, corrected)
        self._fired = np.full(len(target), -1)
        for rule, fires in enumerate((limit < acceleration, is_closed, must_stop)):
            self._fired[fires] = rule
        changed = to_action(observation, corrected, held)
        # what no rule touches stays as it is, bit for bit
        return np.where((self._fired >= 0)[:, None], changed, action)

    def explain(self) -> Explanation:
        """What the policy says, and the rule that overruled it."""
        count = len(self._fired)
        said = Explanation(np.zeros(count, np.int64), np.zeros(count, np.int64), ("no reason",))
        if isinstance(self._policy, Explaining):
            said = self._policy.explain()
        fired = self._fired >= 0
        brakes = fired & (self._fired != RULES.index("shield: occupied lane"))
        return Explanation(
            np.where(brakes, BRAKE, said.labels),
            np.where(fired, len(said.names) + self._fired, said.reasons),
            (*said.names, *RULES),
            said.options,
            said.outlook,
            said.is_late,
            said.imagined_s,
        )

    def foresee(self, world: int) -> Foresight | None:
        """What the policy imagined."""
        return self._policy.foresee(world) if isinstance(self._policy, Foreseeing) else None


def read_scene(observation: Observation) -> Scene:
    """What the rules read: vehicles hidden now are moved on with their last speed."""
    ego = observation["ego"].astype(np.float64)
    vehicles = observation["vehicles"].astype(np.float64)
    speed = ego[:, column.E_SPEED]
    along = vehicles[:, :, column.V_VX]
    dx = vehicles[:, :, column.V_DX] + vehicles[:, :, column.V_AGE_SINCE_SEEN] * (
        along - speed[:, None]
    )
    reach = 0.5 * (vehicles[:, :, column.V_LENGTH] + EGO_LENGTH_M)
    tracked = vehicles[:, :, column.V_TRACKED] > 0.5
    center = ego[:, [column.E_Y]] + vehicles[:, :, column.V_DY]
    half = half_extent(vehicles)
    return Scene(
        ego[:, column.E_Y],
        speed,
        ego[:, column.E_GRIP],
        np.where(tracked & (dx >= 0.0), np.maximum(dx - reach, 0.0), np.inf),
        np.where(tracked & (dx < 0.0), np.maximum(-dx - reach, 0.0), np.inf),
        along,
        center - half,
        center + half,
    )


def keep_distance(scene: Scene) -> Array:
    """Acceleration at most, m/s2, ``(B,)``: braking where a vehicle in the path is nearer than the safe distance."""
    half = 0.5 * EGO_WIDTH_M
    in_path = (scene.vehicle_low < scene.y[:, None] + half) & (
        scene.vehicle_high > scene.y[:, None] - half
    )
    speed, grip = scene.speed[:, None], scene.grip[:, None]
    needed = safe_distance_m(speed, scene.vehicle_speed, RESPONSE_S, grip)
    breaks = in_path & (scene.ahead < needed) & (speed > scene.vehicle_speed)
    # no harder than what makes the speeds equal within the next second
    wanted = np.maximum(-(speed - scene.vehicle_speed), -SURE_BRAKING_MPS2)
    limit: Array = np.where(breaks, wanted, np.inf).min(axis=1)
    return limit


def is_lane_taken(scene: Scene, target: Array) -> NDArray[np.bool_]:
    """Whether the lateral target leads into a lane where somebody is, or will be at the present speeds, ``(B,)``."""
    half = 0.5 * EGO_WIDTH_M
    y = scene.y[:, None]
    aim = target[:, None]
    low, high = np.minimum(y, aim) - half, np.maximum(y, aim) + half
    is_swept = (scene.vehicle_low < high) & (scene.vehicle_high > low)
    is_ours = (scene.vehicle_low < y + half) & (scene.vehicle_high > y - half)
    closing = scene.speed[:, None] - scene.vehicle_speed
    ahead = scene.ahead - np.maximum(closing, 0.0) * AHEAD_S
    behind = scene.behind + np.minimum(closing, 0.0) * AHEAD_S
    is_near = (ahead < MARGIN_M) | (behind < MARGIN_M)
    shifts = np.abs(target - scene.y) > SHIFT_M
    taken: NDArray[np.bool_] = shifts & (is_swept & ~is_ours & is_near).any(axis=1)
    return taken


def threatens_life(observation: Observation, scene: Scene, target: Array) -> NDArray[np.bool_]:
    """Whether something warm would be driven over, and it is time to brake, ``(B,)``."""
    rows = observation["debris"].astype(np.float64)
    half = 0.5 * np.maximum(rows[:, :, column.D_WIDTH], rows[:, :, column.D_LENGTH])
    alive = (
        (rows[:, :, column.D_TRACKED] > 0.5)
        & (rows[:, :, column.D_THERMAL] > 0.5)
        & (rows[:, :, column.D_HEIGHT] > LIVING_M)
    )
    away = rows[:, :, column.D_DX] - 0.5 * EGO_LENGTH_M - half
    closing = scene.speed[:, None] - rows[:, :, column.D_VX]
    until_s = np.maximum(away, 0.0) / np.maximum(closing, 0.1)
    # where the ego will be by then, on its way to the target
    shift = np.clip(target - scene.y, -LATERAL_MPS * until_s.T, LATERAL_MPS * until_s.T).T
    beside = np.abs(rows[:, :, column.D_DY] + rows[:, :, column.D_VY] * until_s - shift)
    is_hit = beside < half + 0.5 * EGO_WIDTH_M + ROOM_M
    braking = np.minimum(LARGEST_BRAKING_MPS2, GRAVITY_MPS2 * scene.grip)[:, None]
    needed = np.maximum(closing, 0.0) * RESPONSE_S + np.maximum(closing, 0.0) ** 2 / (2.0 * braking)
    is_time = away < 1.5 * needed
    is_due = alive & (closing > 0.0) & (rows[:, :, column.D_DX] > 0.0) & is_hit & is_time
    return np.asarray(is_due.any(axis=1))
