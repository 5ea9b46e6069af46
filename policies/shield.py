"""Shielded: any policy with a few hard rules on top."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.action import BRAKE_LIMIT_MPS2
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
from policies.command import decode_actions, lateral_range, to_action
from policies.following import ACCELERATION_MPS2, read_vehicles

Array = NDArray[np.float64]

RESPONSE_S: Final = DECISION_S
"""Response time of the ego: one decision."""

AHEAD_S: Final = 1.5
"""A lane is checked so far ahead in time: what a brisk lane change takes until both vehicles are side by side [A]."""

MARGIN_M: Final = 1.0
"""A lane is occupied if the gap to a vehicle in it is, or within that time will be, smaller than this [A]."""

SURE_BRAKING_MPS2: Final = 6.0
"""Deceleration that a vehicle behind is sure to reach, on a dry road [A]."""

LARGEST_BRAKING_MPS2: Final = -BRAKE_LIMIT_MPS2
"""Deceleration that a vehicle ahead can reach: that of the action space."""

LIVING_M: Final = 0.4
"""Least height of a warm object that is spared like a person [A]."""

ROOM_M: Final = 0.2
"""Least room beside a warm object [A]."""

SHIFT_M: Final = 0.3
"""A lateral command for less than this is no change of lane [A]."""

LATERAL_MPS: Final = 1.7
"""Speed aside that is assumed when checking whether steering clears an object [A: brisk]."""

RULES: Final = (
    "shield: safe distance",
    "shield: occupied lane",
    "shield: never over something alive",
)
"""Names of the rules, in the order in which later ones overrule earlier ones."""


class Surroundings(NamedTuple):
    """Inputs of the rules, in metres and seconds."""

    y: Array  # (B,)
    speed: Array  # (B,)
    grip: Array  # (B,)
    ahead: Array  # (B, 8) gap to vehicles ahead, bumper to bumper; inf if not ahead
    behind: Array  # (B, 8) the same for those behind
    vehicle_speed: Array  # (B, 8)
    vehicle_low: Array  # (B, 8) left side of every vehicle
    vehicle_high: Array  # (B, 8) right side


def safe_distance_m(rear_mps: Array, front_mps: Array, response_s: float, grip: Array) -> Array:
    r"""Distance, m, that a following vehicle must keep (Shalev-Shwartz, Shammah, Shashua 2017, definition 1).

    .. math:: \left[ v_r \rho + \tfrac12 a \rho^2 + \frac{(v_r + \rho a)^2}{2 b_{min}}
        - \frac{v_f^2}{2 b_{max}} \right]_+

    Parameters
    ----------
    rear_mps, front_mps
        Speeds.
    response_s
        :math:`\rho`, of the vehicle behind.
    grip
        Friction coefficient: it lowers both decelerations.

    Examples
    --------
    >>> one = np.ones(1)
    >>> safe_distance_m(20.0 * one, 20.0 * one, 0.2, one).round(2)
    array([13.37])
    """
    after = np.maximum(rear_mps, 0.0) + response_s * ACCELERATION_MPS2
    sure = np.minimum(SURE_BRAKING_MPS2, GRAVITY_MPS2 * grip)
    largest = np.minimum(LARGEST_BRAKING_MPS2, GRAVITY_MPS2 * grip)
    rolled = np.maximum(rear_mps, 0.0) * response_s + 0.5 * ACCELERATION_MPS2 * response_s**2
    stop = after**2 / (2.0 * sure) - np.maximum(front_mps, 0.0) ** 2 / (2.0 * largest)
    return np.asarray(np.maximum(rolled + stop, 0.0))


class Shielded:
    """A policy whose actions are corrected where they break a hard rule; privileged ones cannot be shielded.

    Notes
    -----
    The rules: an ego nearer to a vehicle ahead than the safe distance, and not falling back, brakes as surely as the
    distance assumes; it does not move towards a lane in which a vehicle is beside, or will be within 1.5 s; a warm
    object higher than 0.4 m is never driven over while braking or steering can help.
    """

    privileged = False

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.budget: Budget | None = policy.budget if isinstance(policy, Budgeted) else None
        self._fired = np.full(0, -1)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Reset the policy; the rules have no memory."""
        self._policy.reset(mask, seeds)

    def act(self, observation: Observation) -> Array:
        """The action of the policy, corrected by the rules."""
        action = np.asarray(self._policy.act(observation), np.float64)
        acceleration, target = decode_actions(action, *lateral_range(observation))
        around = read_surroundings(observation)
        limit = keep_distance(around)
        is_closed = is_lane_taken(around, target)
        held = np.where(is_closed, around.y, target)
        must_stop = threatens_life(observation, around, held)
        corrected = np.minimum(acceleration, limit)
        corrected = np.where(must_stop, BRAKE_LIMIT_MPS2, corrected)
        self._fired = np.full(len(target), -1)
        for rule, fires in enumerate((limit < acceleration, is_closed, must_stop)):
            self._fired[fires] = rule
        changed = to_action(observation, corrected, held)
        # what no rule touches stays as it is, bit for bit
        return np.where((self._fired >= 0)[:, None], changed, action)

    def explain(self) -> Explanation:
        """The reasons of the policy, or the rule that overruled it."""
        count = len(self._fired)
        said = Explanation(np.zeros(count, np.int64), np.zeros(count, np.int64), ("no reason",))
        if isinstance(self._policy, Explaining):
            said = self._policy.explain()
        fired = self._fired >= 0
        brakes = fired & (self._fired != RULES.index("shield: occupied lane"))
        return replace(
            said,
            labels=np.where(brakes, BRAKE, said.labels),
            reasons=np.where(fired, len(said.names) + self._fired, said.reasons),
            names=(*said.names, *RULES),
        )

    def foresee(self, world: int) -> Foresight | None:
        """The imagined future of the policy."""
        return self._policy.foresee(world) if isinstance(self._policy, Foreseeing) else None


def read_surroundings(observation: Observation) -> Surroundings:
    """Compute the inputs of the rules; hidden vehicles move on with their last speed."""
    ego = observation["ego"].astype(np.float64)
    speed = ego[:, column.E_SPEED]
    seen = read_vehicles(observation, speed)
    center = ego[:, [column.E_Y]] + seen.dy
    return Surroundings(
        ego[:, column.E_Y],
        speed,
        ego[:, column.E_GRIP],
        np.where(
            seen.tracked & (seen.dx >= 0.0), np.maximum(seen.dx - seen.half_lengths, 0.0), np.inf
        ),
        np.where(
            seen.tracked & (seen.dx < 0.0), np.maximum(-seen.dx - seen.half_lengths, 0.0), np.inf
        ),
        seen.vx,
        center - seen.half_across,
        center + seen.half_across,
    )


def keep_distance(around: Surroundings) -> Array:
    """Largest acceleration, m/s2, ``(B,)``: braking where a vehicle in the path is nearer than the safe distance."""
    half = 0.5 * EGO_WIDTH_M
    in_path = (around.vehicle_low < around.y[:, None] + half) & (
        around.vehicle_high > around.y[:, None] - half
    )
    speed, grip = around.speed[:, None], around.grip[:, None]
    needed = safe_distance_m(speed, around.vehicle_speed, RESPONSE_S, grip)
    breaks = in_path & (around.ahead < needed) & (speed > around.vehicle_speed)
    # no harder than what makes the speeds equal within the next second
    wanted = np.maximum(-(speed - around.vehicle_speed), -SURE_BRAKING_MPS2)
    limit: Array = np.where(breaks, wanted, np.inf).min(axis=1)
    return limit


def is_lane_taken(around: Surroundings, target: Array) -> NDArray[np.bool_]:
    """Whether the lateral target leads into a lane that a vehicle occupies now or soon, ``(B,)``."""
    half = 0.5 * EGO_WIDTH_M
    y = around.y[:, None]
    aim = target[:, None]
    low, high = np.minimum(y, aim) - half, np.maximum(y, aim) + half
    is_swept = (around.vehicle_low < high) & (around.vehicle_high > low)
    is_ours = (around.vehicle_low < y + half) & (around.vehicle_high > y - half)
    closing = around.speed[:, None] - around.vehicle_speed
    ahead = around.ahead - np.maximum(closing, 0.0) * AHEAD_S
    behind = around.behind + np.minimum(closing, 0.0) * AHEAD_S
    is_near = (ahead < MARGIN_M) | (behind < MARGIN_M)
    shifts = np.abs(target - around.y) > SHIFT_M
    taken: NDArray[np.bool_] = shifts & (is_swept & ~is_ours & is_near).any(axis=1)
    return taken


def threatens_life(
    observation: Observation, around: Surroundings, target: Array
) -> NDArray[np.bool_]:
    """Whether the ego would drive over a warm object and must brake now, ``(B,)``."""
    rows = observation["debris"].astype(np.float64)
    half = 0.5 * np.maximum(rows[:, :, column.D_WIDTH], rows[:, :, column.D_LENGTH])
    alive = (
        (rows[:, :, column.D_TRACKED] > 0.5)
        & (rows[:, :, column.D_THERMAL] > 0.5)
        & (rows[:, :, column.D_HEIGHT] > LIVING_M)
    )
    away = rows[:, :, column.D_DX] - 0.5 * EGO_LENGTH_M - half
    closing = around.speed[:, None] - rows[:, :, column.D_VX]
    until_s = np.maximum(away, 0.0) / np.maximum(closing, 0.1)
    # where the ego will be by then, on its way to the target
    shift = np.clip(target - around.y, -LATERAL_MPS * until_s.T, LATERAL_MPS * until_s.T).T
    beside = np.abs(rows[:, :, column.D_DY] + rows[:, :, column.D_VY] * until_s - shift)
    is_hit = beside < half + 0.5 * EGO_WIDTH_M + ROOM_M
    braking = np.minimum(LARGEST_BRAKING_MPS2, GRAVITY_MPS2 * around.grip)[:, None]
    needed = np.maximum(closing, 0.0) * RESPONSE_S + np.maximum(closing, 0.0) ** 2 / (2.0 * braking)
    is_time = away < 1.5 * needed
    is_due = alive & (closing > 0.0) & (rows[:, :, column.D_DX] > 0.0) & is_hit & is_time
    return np.asarray(is_due.any(axis=1))
