"""The ordered stack of rules about the whole situation; the first rule that applies decides."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.base import BRAKE, KEEP, RUN_OVER, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.rule.lateral_positions import LateralPositions
from policies.rule.scene import Array, Mask, Scene
from policies.rule.thresholds import Thresholds

HALF_LANE_M: Final = 2.0

NONE: Final = -1
"""No position: the rule does not apply."""


class Situation(NamedTuple):
    """The input of a rule; ``A`` worlds."""

    scene: Scene
    positions: LateralPositions
    goal: Array  # (A,) lateral position under way
    is_severe: Mask  # (A,) something severe is in the way
    is_held: Mask  # (A,) something must be crossed straight, and nothing else matters
    is_on_patch: Mask  # (A,) the wheels are on a patch, or about to be
    has_object: Mask  # (A,) something that matters is not a wreck, which has its own law of braking
    earliest_s: Array  # (A,) arrival at the first object that matters; inf without

    def accepted(self, share: Array | float) -> Array:
        """Lateral acceleration for a share of the grip, m/s2."""
        return share * self.scene.grip_mps2


class Rule(NamedTuple):
    """A condition and the reaction that follows from it."""

    name: str
    label: int  # of the decision; steering rules turn it to the side they take
    choose: Callable[[Situation, Thresholds], NDArray[np.int64]]  # (A,) a position, or NONE
    condition: str  # with thresholds in braces
    reason: str
    brakes: bool = False  # also slows down, as the braking rule says


def _nearest(allowed: Mask) -> NDArray[np.int64]:
    """First allowed position, in order of distance; ``NONE`` where there is none."""
    return np.where(allowed.any(axis=1), allowed.argmax(axis=1), NONE)


def _within(situation: Situation, reach: float) -> Mask:
    """Positions within a distance of the lane centre."""
    return np.abs(situation.positions.shift) <= reach + 1e-6


def _keep_lane(s: Situation, _: Thresholds) -> NDArray[np.int64]:
    p = s.positions
    is_good = p.is_free[:, 0] & ~p.over[:, 0] & (p.needed_mps2[:, 0] < 1.0) & ~p.is_closed[:, 0]
    return np.where(is_good, 0, NONE)


def _hold_straight(s: Situation, _: Thresholds) -> NDArray[np.int64]:
    distance = np.abs(s.positions.y - s.scene.y[:, None])
    return np.where(s.is_held | s.is_on_patch, distance.argmin(axis=1), NONE)


def _stay_committed(s: Situation, limits: Thresholds) -> NDArray[np.int64]:
    index = np.abs(s.positions.y - s.goal[:, None]).argmin(axis=1)
    rows = np.arange(len(index))
    is_good = s.positions.is_tight[rows, index] & ~s.positions.is_closed[rows, index]
    is_good &= s.positions.needed_mps2[rows, index] <= s.accepted(limits.sharp_severe_share)
    moved = np.abs(s.positions.shift[rows, index]) > 0.3
    return np.where(is_good & moved, index, NONE)


def _gentle(s: Situation, limits: Thresholds) -> Mask:
    """Positions that are free, open, and reachable without a swerve."""
    p = s.positions
    is_within = p.needed_mps2 <= s.accepted(limits.gentle_share)[:, None]
    return p.is_free & ~p.is_closed & is_within


def _straddle(s: Situation, limits: Thresholds) -> NDArray[np.int64]:
    return _nearest(_gentle(s, limits) & s.positions.over & _within(s, limits.straddle_shift_m))


def _edge(s: Situation, limits: Thresholds) -> NDArray[np.int64]:
    return _nearest(_gentle(s, limits) & _within(s, limits.edge_shift_m))


def _change_lane(s: Situation, limits: Thresholds) -> NDArray[np.int64]:
    return _nearest(_gentle(s, limits))


def _dodge(s: Situation, limits: Thresholds) -> NDArray[np.int64]:
    p = s.positions
    share = np.where(s.is_severe, limits.sharp_severe_share, limits.sharp_mild_share)
    is_within = p.needed_mps2 <= s.accepted(share)[:, None]
    return _least_sharp(p, p.is_tight & ~p.is_closed & is_within)


def _least_sharp(positions: LateralPositions, allowed: Mask) -> NDArray[np.int64]:
    """The allowed position that needs the least steering; the nearest one in ties."""
    sharpness = np.where(allowed, np.round(positions.needed_mps2, 1), np.inf)
    return np.where(allowed.any(axis=1), sharpness.argmin(axis=1), NONE)


def _brake(s: Situation, limits: Thresholds) -> NDArray[np.int64]:
    p = s.positions
    # the position from which least of the object is hit, among those that can be reached now or after slowing
    allowed = ~p.is_closed & (p.needed_mps2 <= s.accepted(limits.sharp_mild_share)[:, None])
    allowed &= _within(s, HALF_LANE_M)
    allowed[:, 0] = True
    depth = np.where(allowed, p.depth, np.inf)
    index = depth.argmin(axis=1)
    return np.where(s.earliest_s <= limits.brake_begin_s, index, NONE)


def _wait(s: Situation, _: Thresholds) -> NDArray[np.int64]:
    return np.zeros(len(s.goal), np.int64)


RULES: Final = (
    Rule(
        "cross straight",
        KEEP,
        _hold_straight,
        "on a patch; or a patch ahead, or something alongside, and nothing else",
        "on lost grip every steering and braking is a loss of control (envs/physics/SOURCES.md 2.5)",
    ),
    Rule(
        "stay committed",
        STEER_LEFT,
        _stay_committed,
        "the place under way is still free, open and within {sharp_severe_share} of the grip",
        "a change of plan costs the time that was left",
    ),
    Rule(
        "keep lane",
        KEEP,
        _keep_lane,
        "nothing within {margin_m} m of the ego's path",
        "every manoeuvre costs something (envs/physics/SOURCES.md 6.1)",
    ),
    Rule(
        "straddle",
        STRADDLE,
        _straddle,
        "low and narrow, a shift <= {straddle_shift_m} m with {gentle_share} of the grip",
        "US$ 40 instead of a lane change or a hit; 0.15 m of clearance (envs/physics/SOURCES.md 2.1)",
    ),
    Rule(
        "edge of the lane",
        STEER_LEFT,
        _edge,
        "a place <= {edge_shift_m} m off the centre clears it by {margin_m} m with {gentle_share} of the grip",
        "steering inside the lane disturbs no other driver (envs/physics/SOURCES.md 5)",
    ),
    Rule(
        "change lane",
        STEER_LEFT,
        _change_lane,
        "a place beside is free, with gaps of {front_gap_s} and {rear_gap_s} s plus {closing_s} s of closing speed",
        "MOBIL's safety criterion (Kesting et al. 2007) with RSS-like distances (Shalev-Shwartz et al. 2017)",
    ),
    Rule(
        "dodge",
        STEER_LEFT,
        _dodge,
        "clear by {tight_margin_m} m with {sharp_mild_share} of the grip, {sharp_severe_share} if it is severe",
        "a swerve costs hundreds, a severe hit a hundred thousand US$ (envs/physics/SOURCES.md 6.1)",
    ),
    Rule(
        "brake",
        BRAKE,
        _brake,
        "arrival in less than {brake_begin_s} s",
        "time-to-collision staging of emergency braking; no harder than the follower can answer "
        "(envs/physics/SOURCES.md 2.9)",
        brakes=True,
    ),
    Rule(
        "wait and see",
        RUN_OVER,
        _wait,
        "always",
        "there is time: looks and tracks get better with every metre",
    ),
)
"""Rules in order; the first one that applies decides."""


def decide(
    s: Situation, limits: Thresholds, without: Collection[str] = ()
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rule that applies in every world, and the lateral position that it chooses.

    Parameters
    ----------
    s
        The situation of ``A`` worlds.
    limits
        Thresholds.
    without
        Names of rules that do not count.

    Returns
    -------
    fired, position
        ``(A,)`` indices into ``RULES`` and into the positions.
    """
    fired = np.full(len(s.goal), len(RULES) - 1)
    position = np.zeros(len(s.goal), np.int64)
    is_open = np.ones(len(s.goal), np.bool_)
    for k, rule in enumerate(RULES):
        if rule.name in without:
            continue
        index = rule.choose(s, limits)
        takes = is_open & (index != NONE)
        fired[takes], position[takes] = k, index[takes]
        is_open &= ~takes
    return fired, position


def label_of(fired: NDArray[np.int64], shift: Array) -> NDArray[np.int64]:
    """Label of every decision: steering rules are labelled left or right by the side they take."""
    labels = np.array([rule.label for rule in RULES])[fired]
    steers = labels == STEER_LEFT
    return np.where(steers & (shift > 0.0), STEER_RIGHT, labels)
