"""The library of manoeuvres: where to go sideways, how quickly, and how to slow down meanwhile.

All planners choose from it. Plans are written decision by decision, on from the lateral motion under way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import THROTTLE_LIMIT_MPS2, encode_acceleration, encode_target
from envs.physics.compilation import compiled
from envs.specification import DECISION_S, EGO_WIDTH_M, LANE_WIDTH_M
from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.planning.ways import EASES_S, RETURN_S, ease

Array = NDArray[np.float64]

PLACES: Final = ("centre", "straddle", "pass left", "pass right", "lane left", "lane right")
CENTRE, OVER, PASS_LEFT, PASS_RIGHT, LANE_LEFT, LANE_RIGHT = range(6)
"""Where to go: the lane's centre; over the object; close by it; one lane aside. Even numbers from PASS_LEFT on are
left, odd ones right."""

_SIDES: Final = {
    OVER: STRADDLE,
    PASS_LEFT: STEER_LEFT,
    PASS_RIGHT: STEER_RIGHT,
    LANE_LEFT: STEER_LEFT,
    LANE_RIGHT: STEER_RIGHT,
}

PASS_MARGIN_M: Final = 0.35
"""Free space beside an object that is passed closely [A]."""

BEYOND_M: Final = 7.0
"""An object this far behind the ego's centre, plus its own half length, is passed [A]."""

REGAIN_MPS2: Final = 1.5
"""Acceleration with which the set speed is regained: as the driver model of ``policies.following`` accelerates."""

FREE_MPS2: Final = THROTTLE_LIMIT_MPS2
"""Commanded acceleration when only the cruise control limits the speed."""

PLACE, WHICH, EASE_S, BRAKING_MPS2, SHARE = range(5)
"""Columns of the library: where to go; which object it is about (0 = the nearest); duration of the way sideways;
deceleration, down to a share of the set speed that is held until the object is passed (-1 = the present speed)."""

_FREE, _HOLD = (0.0, 1.0), (0.0, -1.0)
_SLOW, _FIRM, _HARD = (3.0, 0.7), (6.0, 0.5), (8.0, 0.3)
_STOPS: Final = ((4.0, 0.0), (6.0, 0.0), (8.0, 0.0))
"""Deceleration (m/s2) and share of the set speed."""


def _rows() -> Iterator[tuple[float, ...]]:
    """Rows of the library; the first keeps lane and speed.

    Ways and speeds that the oracle chose in none of 240 train instances were left out, and so were glides of constant
    lateral acceleration, later beginnings and two lanes at once.
    """
    for braking in (_FREE, _HOLD, (2.0, 0.75), _SLOW, (4.0, 0.5), _FIRM, _HARD, *_STOPS):
        yield (CENTRE, 0, RETURN_S, *braking)
    yield (CENTRE, 0, 2.5, *_FREE)
    for place in (OVER, PASS_LEFT, PASS_RIGHT):
        for ease_s in EASES_S:
            yield (place, 0, ease_s, *_FREE)
        for ease_s, braking in ((2.5, _HOLD), (3.5, _SLOW), (1.5, _FIRM), (1.5, _HARD)):
            yield (place, 0, ease_s, *braking)
        yield (place, 1, 3.5, *_FREE)
        yield (place, 1, 2.5, *_SLOW)
    for place in (LANE_LEFT, LANE_RIGHT):
        for ease_s in (2.5, 3.5, 5.0, 7.0):
            yield (place, 0, ease_s, *_FREE)
        for ease_s, braking in ((5.0, _HOLD), (3.5, _SLOW), (2.5, _FIRM)):
            yield (place, 0, ease_s, *braking)


MANOEUVRES: Final = np.array(list(_rows()))
"""``(C, 5)``: the library, the same in every situation."""


def manoeuvre_names() -> tuple[str, ...]:
    """Unique names of the manoeuvres."""
    names = []
    for place, which, ease_s, braking, share in MANOEUVRES.tolist():
        name = PLACES[int(place)]
        name += f", {ease_s:g} s" if place != CENTRE or ease_s != RETURN_S else ""
        name += ", second object" if which else ""
        if braking:
            name += f", brake {braking:g} to {share:.0%}"
        elif share < 0.0:
            name += ", hold speed"
        names.append(name)
    return tuple(names)


def manoeuvre_labels() -> NDArray[np.int64]:
    """Label of each manoeuvre, ``(C,)``: indices into ``policies.base.LABELS``."""
    labels = []
    for place, braking in MANOEUVRES[:, [PLACE, BRAKING_MPS2]].tolist():
        label = _SIDES.get(int(place), KEEP)
        # slowing down a little while going round is going round
        is_braking = braking >= (6.0 if place != CENTRE else 2.0)
        labels.append(BRAKE if is_braking else label)
    return np.array(labels, np.int64)


@compiled
def write_actions(
    manoeuvres: Array,
    speed: float,
    set_speed: float,
    lateral: Array,
    objects: Array,
    is_cruising: bool,
    actions: Array,
) -> None:
    """Write the action sequences of one world.

    Parameters
    ----------
    manoeuvres
        Rows of ``MANOEUVRES``.
    speed, set_speed
        Of the ego, m/s.
    lateral
        ``(5,)``: lateral target of the last command, m; its drift, m/s; least and greatest target, m; centre of the
        lane that the ego belongs to, m.
    objects
        ``(2, 4)``: the two nearest objects that matter: distance ahead, m (infinite if there is none), lateral
        position, half the extents across and along, m.
    is_cruising
        Whether a cruise control limits the commands. If not, they are those of an empty road.
    actions
        ``(C, T, 2)`` output in [-1, 1].
    """
    for c in range(actions.shape[0]):
        _write_one(manoeuvres[c], speed, set_speed, lateral, objects, is_cruising, actions[c])


@compiled
def _write_one(
    row: Array,
    speed: float,
    set_speed: float,
    lateral: Array,
    objects: Array,
    is_cruising: bool,
    actions: Array,
) -> None:
    """Write one action sequence; the lateral target continues from its present position and drift."""
    low, high = lateral[2], lateral[3]
    place, obstacle = int(row[PLACE]), objects[int(row[WHICH])]
    target, drift = lateral[0], lateral[1]
    aside = min(max(destination(place, lateral, obstacle), low), high)
    held = speed if row[SHARE] < 0.0 else row[SHARE] * set_speed
    x, v, is_past = 0.0, speed, False
    for t in range(actions.shape[0]):
        is_past = is_past or x > obstacle[0] + obstacle[3] + BEYOND_M
        command = FREE_MPS2
        if not is_past and row[SHARE] != 1.0:
            command = min(max((held - v) / DECISION_S, -row[BRAKING_MPS2]), 0.0)
        if is_past and place <= PASS_RIGHT:
            # rounded in its own direction: half-way places belong to the lane that the ego comes from
            goal = math.floor(target / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M
            target, drift = ease(target, drift, goal, RETURN_S)
        else:
            target, drift = ease(target, drift, aside, row[EASE_S])
        gained = min(command, min(REGAIN_MPS2, max(set_speed - v, 0.0) / DECISION_S))
        if not is_cruising:
            command = gained
        actions[t, 0] = min(max(encode_acceleration(command), -1.0), 1.0)
        actions[t, 1] = min(max(encode_target(target, low, high), -1.0), 1.0)
        v = max(v + gained * DECISION_S, 0.0)
        x += v * DECISION_S


@compiled
def destination(place: int, lateral: Array, obstacle: Array) -> float:
    """Lateral position of a place, m; the lane's centre where the place does not apply."""
    home: float = lateral[4]
    if place >= LANE_LEFT:
        return home + (LANE_WIDTH_M if place % 2 == 1 else -LANE_WIDTH_M)
    if place == CENTRE or math.isinf(obstacle[0]):
        return home
    middle: float = obstacle[1]
    clear: float = obstacle[2] + 0.5 * EGO_WIDTH_M + PASS_MARGIN_M
    if place == PASS_LEFT:
        return min(middle - clear, home)
    if place == PASS_RIGHT:
        return max(middle + clear, home)
    return middle


@compiled
def write_all(
    speed: Array,
    set_speed: Array,
    lateral: Array,
    objects: Array,
    is_cruising: bool,
    actions: Array,
) -> None:
    """Write the action sequences of all manoeuvres in ``K`` worlds; arguments of ``write_actions`` by world."""
    for k in range(actions.shape[0]):
        write_actions(
            MANOEUVRES, speed[k], set_speed[k], lateral[k], objects[k], is_cruising, actions[k]
        )
