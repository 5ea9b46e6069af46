"""The library of manoeuvres: where to go sideways, how gently, and how to slow down meanwhile.

They are simulated decision by decision, so that a plan goes on from the lateral motion under way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import THROTTLE_LIMIT_MPS2, encode_acceleration, encode_target
from envs.physics.compilation import compiled
from envs.specification import DECISION_S, EGO_WIDTH_M, LANE_WIDTH_M
from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT, STRADDLE

Array = NDArray[np.float64]

PLACES: Final = (
    "centre",
    "straddle",
    "pass left",
    "pass right",
    "lane left",
    "lane right",
    "far left",
    "far right",
)
CENTRE, OVER, PASS_LEFT, PASS_RIGHT, LANE_LEFT, LANE_RIGHT, FAR_LEFT, FAR_RIGHT = range(8)
"""Where to go: the lane's centre; over the object; close by it; one lane aside; two lanes aside. From LANE_LEFT on even
numbers are left, odd ones right."""

_SIDES: Final = {
    OVER: STRADDLE,
    PASS_LEFT: STEER_LEFT,
    PASS_RIGHT: STEER_RIGHT,
    LANE_LEFT: STEER_LEFT,
    LANE_RIGHT: STEER_RIGHT,
    FAR_LEFT: STEER_LEFT,
    FAR_RIGHT: STEER_RIGHT,
}

PASS_MARGIN_M: Final = 0.35
"""Free space beside an object that is passed closely [A]."""

BEYOND_M: Final = 7.0
"""An object this far behind the ego's centre, plus its own half length, is passed [A]."""

FREE_MPS2: Final = THROTTLE_LIMIT_MPS2
"""Commanded acceleration when only the cruise control limits the speed."""

_FREE, _HOLD = (0.0, 1.0), (0.0, -1.0)
_SLOW, _FIRM, _HARD = (3.0, 0.7), (6.0, 0.5), (8.0, 0.3)
_BRAKING: Final = (
    _FREE,
    _HOLD,
    (2.0, 0.75),
    _SLOW,
    (4.0, 0.5),
    _FIRM,
    _HARD,
    (4.0, 0.0),
    (6.0, 0.0),
    (8.0, 0.0),
)
"""Deceleration (m/s2) down to a share of the set speed, held until the object is passed; -1 holds the present speed."""


def _rows() -> Iterator[tuple[float, ...]]:
    """Rows of the library: place, object (0 = nearest), lateral m/s2, delay s, braking m/s2, share of the set speed."""
    for braking in _BRAKING:
        yield (CENTRE, 0, 1.0, 0.0, *braking)
    for place, lateral in product(
        (CENTRE, PASS_LEFT, PASS_RIGHT, LANE_LEFT, LANE_RIGHT), (2.0, 2.9)
    ):
        yield (place, 0, lateral, 0.0, *_FREE)
    for which, place in product((0, 1), (OVER, PASS_LEFT, PASS_RIGHT)):
        yield (place, which, 1.0, 0.0, *_FREE)
        yield (place, which, 1.5, 0.0, *_SLOW)
    yield (OVER, 0, 2.0, 0.0, *_FREE)
    for place, braking in product((OVER, PASS_LEFT, PASS_RIGHT), (_HOLD, _FIRM, _HARD)):
        yield (place, 0, 1.5, 0.0, *braking)
    for place in (LANE_LEFT, LANE_RIGHT):
        for lateral, delay in ((0.7, 0.0), (1.3, 0.0), (1.6, 0.6), (1.6, 1.2)):
            yield (place, 0, lateral, delay, *_FREE)
        for braking in (_HOLD, _SLOW, _FIRM):
            yield (place, 0, 1.6, 0.0, *braking)
    for place in (FAR_LEFT, FAR_RIGHT):
        yield (place, 0, 1.3, 0.0, *_FREE)


MANOEUVRES: Final = np.array(list(_rows()))
"""``(C, 6)``: the library, the same in every situation."""


def manoeuvre_names() -> tuple[str, ...]:
    """Unique names of the manoeuvres."""
    names = []
    for place, which, lateral, delay, braking, share in MANOEUVRES.tolist():
        name = PLACES[int(place)]
        if place != CENTRE or lateral != 1.0:
            name += f", {lateral:g} m/s2" + (f", after {delay:g} s" if delay else "")
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
    for place, _, _, _, braking, _ in MANOEUVRES.tolist():
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
    actions
        ``(C, T, 2)`` output in [-1, 1].
    """
    for c in range(actions.shape[0]):
        _write_one(manoeuvres[c], speed, set_speed, lateral, objects, actions[c])


@compiled
def _write_one(
    row: Array, speed: float, set_speed: float, lateral: Array, objects: Array, actions: Array
) -> None:
    """Write one action sequence; the lateral target continues from its present position and drift."""
    low, high = lateral[2], lateral[3]
    obstacle = objects[int(row[1])]
    target, drift = lateral[0], lateral[1]
    aside = min(max(destination(int(row[0]), lateral, obstacle), low), high)
    home = lateral[4]
    held = speed if row[5] < 0.0 else row[5] * set_speed
    x, v, is_past = 0.0, speed, False
    for t in range(actions.shape[0]):
        is_past = is_past or x > obstacle[0] + obstacle[3] + BEYOND_M
        command = FREE_MPS2
        if not is_past and row[5] != 1.0:
            command = min(max((held - v) / DECISION_S, -row[4]), 0.0)
        if t * DECISION_S >= row[3]:
            goal = aside
            if is_past and int(row[0]) <= PASS_RIGHT:
                # rounded in its own direction: half-way places belong to the lane that the ego comes from
                goal = math.floor(target / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M
        else:
            goal = home
        target, drift = glide(target, drift, goal, row[2])
        actions[t, 0] = min(max(encode_acceleration(command), -1.0), 1.0)
        actions[t, 1] = min(max(encode_target(target, low, high), -1.0), 1.0)
        gained = min(command, min(1.5, max(set_speed - v, 0.0) / DECISION_S))
        v = max(v + gained * DECISION_S, 0.0)
        x += v * DECISION_S


@compiled
def destination(place: int, lateral: Array, obstacle: Array) -> float:
    """Lateral position of a place, m; the lane's centre where the place does not apply."""
    home: float = lateral[4]
    if place >= LANE_LEFT:
        lanes = 1.0 if place < FAR_LEFT else 2.0
        return home + lanes * (LANE_WIDTH_M if place % 2 == 1 else -LANE_WIDTH_M)
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
def glide(target: float, drift: float, goal: float, lateral: float) -> tuple[float, float]:
    """Lateral target and its drift after one decision towards a goal, with limited lateral acceleration.

    Going on from one decision to the next makes the same way as planning it at once: plans do not start anew.

    Parameters
    ----------
    target, drift, goal
        m, m/s, m.
    lateral
        Acceleration at both ends of the way, m/s2.
    """
    away = goal - target
    step = lateral * DECISION_S
    wanted = 0.0
    if abs(away) >= 0.5 * step * DECISION_S:
        # nine tenths of the speed from which it still comes to rest: decisions are whole
        wanted = math.copysign(0.9 * math.sqrt(2.0 * lateral * abs(away)), away)
    drift += min(max(wanted - drift, -step), step)
    if drift * away > 0.0 and abs(drift) * DECISION_S > abs(away):
        return goal, 0.0
    return target + drift * DECISION_S, drift


@compiled
def write_all(
    speed: Array, set_speed: Array, lateral: Array, objects: Array, actions: Array
) -> None:
    """Write the action sequences of all manoeuvres in ``K`` worlds."""
    for k in range(actions.shape[0]):
        write_actions(MANOEUVRES, speed[k], set_speed[k], lateral[k], objects[k], actions[k])
