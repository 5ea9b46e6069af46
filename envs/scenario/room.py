"""Room: vehicles placed in lanes so far, with gaps that IDM holds, and what their scripted lane changes will need."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from envs.specification import TICK_S, debris, vehicle

FREE_GAP_M = 4.0
"""Least bumper-to-bumper gap of vehicles placed in one lane [A]."""

MERGE_GAP_S = 0.9
"""Time gap, beyond ``FREE_GAP_M``, before and behind a vehicle that changes lane by script [A]: drivers do not change
into smaller ones at speed, and with ``LET_IN_TIME_GAP_S`` IDM behind it brakes by 3 m/s2 at most."""

LET_IN_TIME_GAP_S = 0.6
"""Longest time gap of drivers where another one changes lane by script [A]: they let it in and fall back later."""

MERGE_S = 5.0
"""Time in which a scripted lane change is complete [A: a truck's takes longest]."""

CHANGE_REACH = 2
"""No vehicle changes lane by itself this many lanes or fewer from where another one changes by script [A]."""


JAM_GAP_M = 2.5
"""Bumper-to-bumper gap that drivers leave at standstill [A]."""

HURRY = 1.25
"""Free speed over present speed of a vehicle that follows another, so that it keeps its gap [A]."""

SHORTEST_TIME_GAP_S, LONGEST_TIME_GAP_S = 0.1, 2.0
"""Limits of IDM's time gap [A]."""

FREE_TIME_GAP_S = 1.0
"""IDM's time gap of a vehicle without another one ahead [A]."""

_SHARE = math.sqrt(1.0 - HURRY**-4.0)
"""Wanted over present gap of a vehicle in a hurry that neither brakes nor accelerates."""

_APPROACH_MPS2 = 2.0 * math.sqrt(3.0 * 5.0)
"""Divisor of speed times closing speed in IDM's wanted gap, from highway-env's comfortable accelerations."""


def jam_distance(length_m: float, length_ahead_m: float) -> float:
    """Distance between the centres of a vehicle and the one ahead at standstill, m."""
    return 0.5 * (length_m + length_ahead_m) + JAM_GAP_M


def least_gap(speed_mps: float, jam_distance_m: float, closing_mps: float = 0.0) -> float:
    """Least distance between centres that IDM holds at this speed without braking, m."""
    approach = speed_mps * max(closing_mps, 0.0) / _APPROACH_MPS2
    return (jam_distance_m + SHORTEST_TIME_GAP_S * speed_mps + approach) / _SHARE


def equilibrium_time_gap(center_gap_m: float, speed_mps: float, jam_distance_m: float) -> float:
    """IDM time gap with which a vehicle in a hurry (``HURRY``) keeps exactly this gap at this speed, 0.1 to 2.0 s.

    Zero acceleration needs ``(v/v0)^4 + (D/d)^2 = 1`` with ``D = jam distance + T v`` and ``v0 = HURRY v``.
    """
    time_gap = (_SHARE * center_gap_m - jam_distance_m) / max(speed_mps, 1.0)
    return min(max(time_gap, SHORTEST_TIME_GAP_S), LONGEST_TIME_GAP_S)


def equilibrium(
    center_gap_m: float,
    speed_mps: float,
    jam_distance_m: float,
    *,
    closing_mps: float = 0.0,
    longest_s: float = LONGEST_TIME_GAP_S,
) -> tuple[float, float]:
    """IDM time gap and free speed with which a vehicle keeps this gap at this speed.

    A vehicle whose gap would need a longer time gap than ``longest_s`` wants to drive less fast instead, so that it
    does not close the gap; one without a vehicle ahead keeps its speed.
    """
    if center_gap_m == math.inf:
        return min(FREE_TIME_GAP_S, longest_s), speed_mps
    standing = jam_distance_m + speed_mps * max(closing_mps, 0.0) / _APPROACH_MPS2
    time_gap = min(equilibrium_time_gap(center_gap_m, speed_mps, standing), longest_s)
    share = (standing + time_gap * speed_mps) / center_gap_m
    slowest = speed_mps / math.sqrt(math.sqrt(max(1.0 - share * share, HURRY**-4.0)))
    return time_gap, slowest


class Claim(NamedTuple):
    """Room in a lane that a scripted vehicle will need: it moves on at its speed until then."""

    lane: int
    x_m: float
    speed_mps: float
    half_length_m: float
    start_s: float
    end_s: float

    def is_clear_of(self, x_m: float, speed_mps: float, half_length_m: float) -> bool:
        """Whether a vehicle at its speed leaves this room free, and stays before or behind it."""
        gaps = [
            (x_m + speed_mps * time) - (self.x_m + self.speed_mps * time)
            for time in (self.start_s, self.end_s)
        ]
        room = half_length_m + self.half_length_m + FREE_GAP_M + MERGE_GAP_S * self.speed_mps
        return min(gaps) > room or max(gaps) < -room


class Room:
    """Vehicles and objects placed so far, the scripts of vehicles, and the room these will need."""

    def __init__(self) -> None:
        self._vehicle_f: list[np.ndarray] = []
        self._vehicle_i: list[np.ndarray] = []
        self._debris_i: list[np.ndarray] = []
        self._claims: list[Claim] = []

    @property
    def num_vehicles(self) -> int:
        """Number of vehicles placed so far, the ego included."""
        return len(self._vehicle_f)

    def lane_of(self, index: int) -> int:
        """Lane of vehicle ``index``."""
        return int(self._vehicle_i[index][vehicle.LANE])

    def is_free(
        self, lane: int, x_m: float, length_m: float, speed_mps: float | None = None
    ) -> bool:
        """Whether ``lane`` has room for a vehicle of this length, with ``FREE_GAP_M`` before and behind it.

        With ``speed_mps``: also whether IDM holds the gaps without braking, and whether the vehicle leaves room for
        every scripted lane change.
        """
        own_jam = length_m + JAM_GAP_M
        for f, i in zip(self._vehicle_f, self._vehicle_i, strict=True):
            reach = 0.5 * (f[vehicle.LENGTH] + length_m) + FREE_GAP_M
            if speed_mps is not None:
                closing = speed_mps - f[vehicle.SPEED]
                reach = max(
                    reach,
                    least_gap(speed_mps, own_jam, closing)
                    if f[vehicle.X] > x_m
                    else least_gap(f[vehicle.SPEED], f[vehicle.JAM_DISTANCE], -closing),
                )
            if i[vehicle.LANE] == lane and abs(f[vehicle.X] - x_m) < reach:
                return False
        return speed_mps is None or all(
            claim.is_clear_of(x_m, speed_mps, 0.5 * length_m)
            for claim in self._claims
            if claim.lane == lane
        )

    def ahead(self, lane: int, x_m: float) -> tuple[float, float]:
        """Distance to the centre of the next vehicle ahead of ``x_m`` in ``lane``, m, and its speed; or infinity."""
        places = (
            (float(f[vehicle.X]) - x_m, float(f[vehicle.SPEED]))
            for f, i in zip(self._vehicle_f, self._vehicle_i, strict=True)
            if i[vehicle.LANE] == lane and f[vehicle.X] > x_m
        )
        return min(places, default=(math.inf, math.inf))

    def longest_in(self, lane: int) -> float:
        """Length of the longest vehicle that is in ``lane`` or changes into it by script, m."""
        return max(
            float(f[vehicle.LENGTH])
            for f, i in zip(self._vehicle_f, self._vehicle_i, strict=True)
            if lane in {i[vehicle.LANE], i[vehicle.SCRIPT_LANE]}
        )

    def longest_time_gap(self, lane: int) -> float:
        """Longest IDM time gap of drivers in ``lane``: they let in who changes into it by script."""
        is_claimed = any(claim.lane == lane for claim in self._claims)
        return LET_IN_TIME_GAP_S if is_claimed else LONGEST_TIME_GAP_S

    def settle(self, index: int) -> None:
        """Make vehicle ``index`` keep its gap to the one ahead in its lane, among all that are placed by now."""
        f, lane = self._vehicle_f[index], self.lane_of(index)
        speed = float(f[vehicle.SPEED])
        gap, speed_ahead = self.ahead(lane, float(f[vehicle.X]))
        f[vehicle.TIME_GAP], f[vehicle.TARGET_SPEED] = equilibrium(
            gap,
            speed,
            float(f[vehicle.JAM_DISTANCE]),
            closing_mps=speed - speed_ahead,
            longest_s=self.longest_time_gap(lane),
        )

    def claim(self, index: int, lane: int, start_s: float, end_s: float) -> None:
        """Keep room in ``lane`` from one time to another for vehicle ``index``, which will change into it."""
        f = self._vehicle_f[index]
        self._claims.append(
            Claim(
                lane,
                float(f[vehicle.X]),
                float(f[vehicle.SPEED]),
                0.5 * float(f[vehicle.LENGTH]),
                start_s,
                end_s,
            )
        )

    def allows_changes(self, lane: int) -> bool:
        """Whether other vehicles in ``lane`` may change lane by themselves.

        Not where a scripted change ends near, and not where an object blocks traffic: drivers who swerve around it at
        the last moment touch those who do the same.
        """
        is_near = any(abs(claim.lane - lane) <= CHANGE_REACH for claim in self._claims)
        return not is_near and not any(i[debris.BLOCKS_TRAFFIC] for i in self._debris_i)

    def script(
        self, index: int, tick: int, *, lane: int | None = None, speed_mps: float | None = None
    ) -> None:
        """Make vehicle ``index`` steer to ``lane`` and take ``speed_mps`` as its free speed from ``tick`` on."""
        self._vehicle_i[index][vehicle.SCRIPT_TICK] = tick
        if lane is not None:
            self._vehicle_i[index][vehicle.SCRIPT_LANE] = lane
        if speed_mps is not None:
            self._vehicle_f[index][vehicle.SCRIPT_SPEED] = speed_mps

    def script_return(self, index: int, tick: int, lane: int) -> None:
        """Make vehicle ``index`` steer to ``lane`` at ``tick``, after its first script."""
        self._vehicle_i[index][vehicle.RETURN_TICK] = tick
        self._vehicle_i[index][vehicle.RETURN_LANE] = lane

    def change_lane(self, index: int, tick: int, lane: int) -> None:
        """Make vehicle ``index`` change to ``lane`` at ``tick``; traffic placed later leaves room for it."""
        self.script(index, tick, lane=lane)
        start = tick * TICK_S
        self.claim(index, lane, start, start + MERGE_S)

    def change_back(self, index: int, tick: int, lane: int) -> None:
        """Make vehicle ``index`` return to ``lane`` at ``tick``; its place there stays free until then."""
        self.script_return(index, tick, lane)
        self.claim(index, lane, 0.0, tick * TICK_S + MERGE_S)
