"""The commands among which an actor chooses: each lasts for a while, which makes learning fast.

A pace, anew in every decision, and a move, which changes the course that is held from then on. Without that memory an
actor in training would have to choose one side ten times in a row, by chance, to find out that objects can be passed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import THROTTLE_LIMIT_MPS2
from envs.specification import EGO_WIDTH_M, LANE_WIDTH_M, column
from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT, STRADDLE, Observation
from policies.command import lateral_range, to_action
from policies.following import follow
from policies.world_model.model import actor_features as ft

Array = NDArray[np.float64]
Choice = NDArray[np.int64]

PACES: Final = (
    ("free", THROTTLE_LIMIT_MPS2),
    ("ease off", -1.5),
    ("brake", -4.0),
    ("brake hard", -8.0),
)
"""Largest acceleration of each pace, m/s2; the cruise control of ``policies.following`` may allow less."""

COURSES: Final = ("centre", "left of it", "right of it", "over it")
CENTRE, LEFT, RIGHT, OVER = range(4)
"""Where to: the home lane's centre, or beside or over the nearest object, as long as there is one."""

MOVES: Final = ("as before", *COURSES, "a lane to the left", "a lane to the right")
AS_BEFORE: Final = 0
LANE_LEFT, LANE_RIGHT = 1 + len(COURSES), 2 + len(COURSES)

NUM_PACES: Final = len(PACES)
NUM_MOVES: Final = len(MOVES)
NUM_COMMANDS: Final = NUM_PACES * NUM_MOVES

NAMES: Final = tuple(f"{course}, {pace}" for pace, _ in PACES for course in COURSES)
"""Names of the commands."""

MARGIN_M: Final = 0.35
"""Free space beside an object that is passed [A]."""

STEP_M: Final = 1.0
"""The lateral target is at most so far from the ego, which makes 1.7 m/s aside [A: brisk]."""

WITHIN_M: Final = 0.9
"""So far from the centre the whole ego is still in its lane; it goes further only where the next lane is free."""

CLOSE_M, RUSH = 6.0, 1.3
"""A vehicle is in the lane beside with less of a gap than this, or closes it within about 3 s [A]."""

_LIMITS: Final = np.array([limit for _, limit in PACES])
_SIDES: Final = np.array([0.0, -1.0, 1.0, 0.0])
_LABELS: Final = np.array([KEEP, STEER_LEFT, STEER_RIGHT, STRADDLE])


def split(command: Choice) -> tuple[Choice, Choice]:
    """Pace and move of flat commands ``(B,)`` from 0 to ``NUM_COMMANDS - 1``.

    Examples
    --------
    >>> split(np.array([0, 8]))
    (array([0, 1]), array([0, 1]))
    """
    return command // NUM_MOVES, command % NUM_MOVES


class Driver:
    """The home lane and the course of ``B`` worlds, with which commands are executed."""

    def __init__(self, size: int) -> None:
        self.home_m = np.zeros(size)
        self.course = np.full(size, CENTRE)
        self.pace = np.zeros(size, np.int64)

    def begin(self, is_new: NDArray[np.bool_], observation: Observation) -> None:
        """Begin an episode in some worlds, with the ego's lane as the home lane."""
        lanes = _lane_of(observation["ego"][:, column.E_Y].astype(np.float64), observation)
        self.home_m = np.where(is_new, lanes, self.home_m)
        self.course = np.where(is_new, CENTRE, self.course)

    def describe(self, observation: Observation, features: NDArray[np.float32]) -> None:
        """Write the course to the last columns of ``(B, NUM_FEATURES)``, in place."""
        self.course = np.where(features[:, ft.FIRST_OBJECT] > 0.0, self.course, CENTRE)
        features[:, ft.COURSE : ft.COURSE + ft.NUM_COURSES] = np.eye(ft.NUM_COURSES)[self.course]
        away = self.home_m - observation["ego"][:, column.E_Y]
        features[:, ft.HOME] = np.clip(away / LANE_WIDTH_M, -2.0, 2.0)

    def act(
        self, observation: Observation, features: NDArray[np.float32], pace: Choice, move: Choice
    ) -> Array:
        """Actions of the environment, ``(B, 2)`` in [-1, 1].

        Parameters
        ----------
        observation
            Batched.
        features
            ``(B, NUM_FEATURES)`` of it: the nearest object is read from them.
        pace, move
            ``(B,)`` indices into ``PACES`` and ``MOVES``.
        """
        self.pace = pace
        aside = np.where(move == LANE_LEFT, -LANE_WIDTH_M, 0.0)
        aside = np.where(move == LANE_RIGHT, LANE_WIDTH_M, aside)
        self.home_m = _lane_of(self.home_m + aside, observation)
        is_course = (move > AS_BEFORE) & (move < LANE_LEFT)
        self.course = np.where(is_course, move - 1, np.where(aside != 0.0, CENTRE, self.course))
        ego = observation["ego"].astype(np.float64)
        y = ego[:, column.E_Y]
        obstacle = features[:, ft.FIRST_OBJECT : ft.FIRST_OBJECT + ft.NUM_OBJECT].astype(np.float64)
        room = obstacle[:, ft.HALF_WIDTH] + 0.5 * EGO_WIDTH_M + MARGIN_M
        beside = y + ft.ASIDE_SCALE_M * obstacle[:, ft.ASIDE] + _SIDES[self.course] * room
        is_around = (self.course != CENTRE) & (obstacle[:, 0] > 0.0)
        low, high = lateral_range(observation)
        wanted = np.clip(np.where(is_around, beside, self.home_m), low, high)
        lane = _lane_of(y, observation)
        within = np.clip(wanted, lane - WITHIN_M, lane + WITHIN_M)
        is_taken = np.where(
            wanted < lane, _is_taken(features, ft.LEFT), _is_taken(features, ft.RIGHT)
        )
        wanted = np.where(is_taken, within, wanted)
        limit = np.minimum(_LIMITS[pace], follow(observation, ego[:, column.E_SET_SPEED]))
        return to_action(observation, limit, y + np.clip(wanted - y, -STEP_M, STEP_M))

    def labels(self) -> Choice:
        """Labels of the present command: indices into ``policies.base.LABELS``."""
        labels = np.take(_LABELS, self.course)
        labels[(labels == KEEP) & (_LIMITS[self.pace] < -2.0)] = BRAKE
        return labels

    def reasons(self) -> Choice:
        """Names of the present command: indices into ``NAMES``."""
        found: Choice = self.pace * len(COURSES) + self.course
        return found

    def put(self, chosen: Choice, other: Driver) -> None:
        """Overwrite some worlds with those of another driver, in place."""
        self.home_m[chosen], self.course[chosen] = other.home_m, other.course


def _is_taken(features: NDArray[np.float32], side: int) -> NDArray[np.bool_]:
    """Whether a vehicle is, or soon will be, beside the ego on a side, ``(B,)``."""
    taken = np.zeros(len(features), np.bool_)
    for place in (side, side + 1):
        at = ft.NUM_EGO + place * ft.NUM_CAR
        taken |= (features[:, at] > ft.nearness(CLOSE_M)) | (features[:, at + 2] > RUSH)
    return taken


def _lane_of(y: Array, observation: Observation) -> Array:
    """Centre of the lane nearest to a lateral position, without the hard shoulder."""
    last = np.maximum(observation["ego"][:, column.E_NUM_LANES].astype(np.float64) - 1.0, 0.0)
    lanes: Array = np.clip(np.floor(y / LANE_WIDTH_M + 0.5), 0.0, last) * LANE_WIDTH_M
    return lanes
