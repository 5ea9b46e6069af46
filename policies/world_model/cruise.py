"""The cruise control of ``policies.following`` on an imagined state: plans are imagined with what holds them back."""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled
from envs.specification import VEHICLE_SLOTS
from policies.following import (
    ACCELERATION_MPS2,
    COMFORTABLE_BRAKING_MPS2,
    IN_PATH_M,
    SIDE_M,
    STANDSTILL_M,
    TIME_GAP_S,
    UNEASY_MPS2,
    URGENT_S,
)
from policies.world_model import state as s
from policies.world_model.state import State

HALF_WIDTH_M: Final = 0.9
"""Half the width of the ego."""


@compiled
def cruise_limit(state: State) -> float:
    """Acceleration that the cruise control of ``policies.following.follow`` allows, m/s2; the same law, row by row."""
    ego = state.ego
    speed, gap, lead = ego[s.SPEED], math.inf, 0.0
    for i in range(VEHICLE_SLOTS):
        car = state.cars[i]
        away = car[s.C_X] - ego[s.X]
        if car[s.C_LIVE] == 0.0 or away <= 0.0:
            continue
        # one that stands askew after a crash takes more of the road
        across = car[s.C_WIDTH] * abs(math.cos(car[s.C_HEADING]))
        half = 0.5 * (across + car[s.C_LENGTH] * abs(math.sin(car[s.C_HEADING])))
        if abs(car[s.C_Y] - ego[s.Y]) < max(IN_PATH_M, half + HALF_WIDTH_M + SIDE_M):
            room = away - 0.5 * (car[s.C_LENGTH] + s.EGO_LENGTH_M)
            if room < gap:
                gap, lead = room, car[s.C_VX]
    share = 1.0 - (max(speed, 0.0) / max(ego[s.SET_SPEED], 0.1)) ** 4
    free: float = ACCELERATION_MPS2 * share
    if gap == math.inf:
        return free
    gap = max(gap, 0.1)
    braking = 2.0 * math.sqrt(ACCELERATION_MPS2 * COMFORTABLE_BRAKING_MPS2)
    dynamic = speed * TIME_GAP_S + speed * (speed - lead) / braking
    close = (STANDSTILL_M + max(dynamic, 0.0)) / gap
    limit: float = ACCELERATION_MPS2 * (share - close * close)
    is_urgent = gap < URGENT_S * (speed - lead)
    return limit if is_urgent else max(limit, -UNEASY_MPS2)
