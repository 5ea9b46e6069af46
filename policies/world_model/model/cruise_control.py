"""The cruise control of ``policies.following`` for an imagined state; it limits imagined plans like real driving."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.physics.compilation import compiled
from envs.specification import DECISION_S, EGO_LENGTH_M, EGO_WIDTH_M, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.following import (
    IN_PATH_M,
    SIDE_M,
    UNEASY_MPS2,
    URGENT_S,
    driver_acceleration,
    half_extents,
)
from policies.world_model.model import state as s
from policies.world_model.model.state import State

LAG_S: Final = 0.4
"""The ego is where its lateral target was so long ago, about [A: the lateral loop's]."""

STRAIGHT_ON: Final[Array] = np.empty(0)
"""No lateral targets, for a plan whose course is unknown."""


@compiled
def cruise_limit(state: State, targets: Array) -> float:
    """Largest acceleration that the cruise control allows, m/s2; it may be below what brakes can do.

    The law of ``policies.following.follow``, row by row, with one difference: a vehicle beside which the plan will have
    come before it is reached does not limit it. Braking for it would only endanger those behind; whether the way
    past it is wide enough is for the imagined collisions to say.

    Parameters
    ----------
    state
        Now.
    targets
        ``(T,)`` lateral targets of the plan from now on, m, one a decision; ``STRAIGHT_ON``: the law itself.
    """
    ego = state.ego
    speed, gap, lead = ego[s.SPEED], math.inf, 0.0
    for i in range(VEHICLE_SLOTS):
        car = state.cars[i]
        away = car[s.C_X] - ego[s.X]
        if car[s.C_LIVE] == 0.0 or away <= 0.0:
            continue
        # one that stands askew after a crash takes more of the road
        _, half = half_extents(car[s.C_LENGTH], car[s.C_WIDTH], car[s.C_HEADING])
        if abs(car[s.C_Y] - ego[s.Y]) < max(IN_PATH_M, half + 0.5 * EGO_WIDTH_M + SIDE_M):
            room = away - 0.5 * (car[s.C_LENGTH] + EGO_LENGTH_M)
            passed = _leads_past(state, i, room, half + 0.5 * EGO_WIDTH_M + SIDE_M, targets)
            if room < gap and not passed:
                gap, lead = room, car[s.C_VX]
    limit: float = driver_acceleration(speed, ego[s.SET_SPEED], gap, lead)
    is_free = gap == math.inf or max(gap, 0.1) < URGENT_S * (speed - lead)
    return limit if is_free else max(limit, -UNEASY_MPS2)


@compiled
def _leads_past(state: State, i: int, room: float, needed: float, targets: Array) -> bool:
    """Whether a plan has left the path of vehicle ``i`` before the ego reaches it at its present speed."""
    car = state.cars[i]
    time = time_to_reach(room, state.ego[s.SPEED], car[s.C_VX], car[s.C_ACCELERATION])
    at = int((time - LAG_S) / DECISION_S) if time < targets.size * DECISION_S else -1
    if at < 0 or at >= targets.size:
        return False
    across = car[s.C_Y] + car[s.C_VY] * time
    return bool(abs(across - targets[at]) >= needed)


@compiled
def time_to_reach(room: float, speed: float, lead: float, braking: float) -> float:
    """Time until a vehicle at constant ``speed`` reaches one that brakes to a stop, s; ``inf`` = never.

    Parameters
    ----------
    room
        Free space between them, m.
    speed, lead
        Of the one behind and of the vehicle, m/s.
    braking
        Acceleration of the vehicle, m/s2; above zero counts as zero.
    """
    if speed <= 0.0:
        return math.inf
    room = max(room, 0.0)
    harder, closing = max(-braking, 0.0), speed - max(lead, 0.0)
    if harder == 0.0:
        return room / closing if closing > 0.0 else math.inf
    stops = max(lead, 0.0) / harder
    time = (math.sqrt(max(closing * closing + 2.0 * harder * room, 0.0)) - closing) / harder
    if time <= stops:
        return time
    return (room + 0.5 * max(lead, 0.0) * stops) / speed
