"""Room: vehicles placed in lanes so far, with least gaps, and what their scripted lane changes will need."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from envs.specification import TICK_S, debris, vehicle

FREE_GAP_M = 4.0
"""Least bumper-to-bumper gap of vehicles placed in one lane [A]."""

MERGE_GAP_S = 0.5
"""Time gap, beyond ``FREE_GAP_M``, before and behind a vehicle that changes lane by script [A]: drivers do not change
into smaller ones at speed, and IDM behind it brakes without a collision."""

MERGE_S = 5.0
"""Time in which a scripted lane change is complete [A: a truck's takes longest]."""

CHANGE_REACH = 2
"""No vehicle changes lane by itself this many lanes or fewer from where another one changes by script [A]."""


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

    def is_free(
        self, lane: int, x_m: float, length_m: float, speed_mps: float | None = None
    ) -> bool:
        """Whether ``lane`` has room for a vehicle of this length, with ``FREE_GAP_M`` before and behind it.

        With ``speed_mps``: also whether the vehicle leaves room for every scripted lane change.
        """
        for f, i in zip(self._vehicle_f, self._vehicle_i, strict=True):
            reach = 0.5 * (f[vehicle.LENGTH] + length_m) + FREE_GAP_M
            if i[vehicle.LANE] == lane and abs(f[vehicle.X] - x_m) < reach:
                return False
        return speed_mps is None or all(
            claim.is_clear_of(x_m, speed_mps, 0.5 * length_m)
            for claim in self._claims
            if claim.lane == lane
        )

    def gap_ahead(self, lane: int, x_m: float) -> float:
        """Distance between the centres of a vehicle at ``x_m`` and the next one ahead in ``lane``, m; or infinity."""
        places = (
            f[vehicle.X]
            for f, i in zip(self._vehicle_f, self._vehicle_i, strict=True)
            if i[vehicle.LANE] == lane and f[vehicle.X] > x_m
        )
        return float(min(places, default=math.inf)) - x_m

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
