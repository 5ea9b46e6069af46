"""Features of every manoeuvre: what straight lines say about objects and vehicles, and how the object looks.

These are the conditions of the trees. Nothing here is learned, and nothing is known about contents.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import decode_acceleration, decode_target
from envs.physics.compilation import compiled
from envs.specification import DECISION_S, EGO_LENGTH_M, EGO_WIDTH_M, LANE_WIDTH_M, VEHICLE_SLOTS
from envs.specification.debris import LOOKS
from policies.planning.library import EASE_S, MANOEUVRES, PLACE, write_actions
from policies.trees import situation as of

Array = NDArray[np.float64]

HORIZON: Final = 40
"""Decisions of a manoeuvre that are looked at: 8 s, as the costs of its labels."""

NONE_M: Final = 9.0
"""Clearance of what is not met."""

FAR_S: Final = 20.0
"""Time to a collision that does not come."""

FAR_M: Final = 60.0
"""Gap to a vehicle that is not met."""

DRIFT_S: Final = 2.5
"""Sideways motion of objects is extrapolated for so long, as rules do."""

BESIDE_M: Final = 0.3
"""Room beside a vehicle that is not taken to be free [A]."""

WHEEL_M: Final = 0.675
"""Inner edge of the tyres, from the middle of the car: half the track less half a tyre's width
(envs/physics/contact/geometry.py)."""

_PER_OBJECT: Final = (
    ("clearance", "m"),
    ("clearance_in_deviations", ""),
    ("offset", "m"),
    ("room_between_wheels", "m"),
    ("contact_speed", "m/s"),
    ("met_after", "s"),
)
_PER_SIDE: Final = (("gap", "m"), ("closing_speed", "m/s"), ("time_to_collision", "s"))
_MOTION: Final = (
    ("braking", "m/s2"), ("first_acceleration", "m/s2"), ("slowing", "m/s"), ("distance_left", "m"), ("shift", "m"),
    ("largest_shift", "m"), ("leaves_lane", ""), ("lateral_acceleration", "m/s2"), ("ease", "s"), ("place", ""),
)  # fmt: skip
_SELF: Final = (("speed", "m/s"), ("friction", ""), ("night", ""), ("rain", ""), ("fog", ""))
_OBJECT: Final = (
    ("exists", ""), ("half_length", "m"), ("half_width", "m"), ("height", "m"), ("size_deviation", "m"),
    ("speed_along", "m/s"), ("speed_aside", "m/s"), ("above_road", "m"), ("deviation_aside", "m"), ("hidden", "s"),
    ("tracked", "s"), ("radar", ""), ("thermal", ""), ("gone", ""),
)  # fmt: skip

FEATURES: Final = (
    *(
        (f"object_{k + 1}.{name}", unit)
        for k in range(of.NUM_OBJECTS)
        for name, unit in _PER_OBJECT
    ),
    *((f"{side}.{name}", unit) for side in ("ahead", "behind") for name, unit in _PER_SIDE),
    *((f"manoeuvre.{name}", unit) for name, unit in _MOTION),
    *((f"ego.{name}", unit) for name, unit in _SELF),
    *((f"object_1.{name}", unit) for name, unit in _OBJECT),
    *((f"object_1.looks_like_{look}", "") for look in LOOKS),
    *((f"object_2.{name}", unit) for name, unit in (_OBJECT[0], _OBJECT[3], _OBJECT[13])),
    ("follower.gap", "m"),
    ("follower.speed", "m/s"),
    ("follower.length", "m"),
    ("leader.brake_lamp", ""),
)
"""Name and unit of every feature."""

NUM_FEATURES: Final = len(FEATURES)

_OBJECT_ROWS: Final = np.array(
    [
        of.O_EXISTS, of.O_HALF_X, of.O_HALF_Y, of.O_HEIGHT, of.O_SD_SIZE, of.O_VX, of.O_VY, of.O_Z, of.O_SD_Y,
        of.O_HIDDEN_S, of.O_AGE_S, of.O_RADAR, of.O_THERMAL, of.O_GONE,
        *range(of.O_LOOK, of.O_LOOK + len(LOOKS)),
    ]
)  # fmt: skip
_SECOND_ROWS: Final = np.array([of.O_EXISTS, of.O_HEIGHT, of.O_GONE])
_SELF_ROWS: Final = np.array([of.SPEED, of.GRIP, of.NIGHT, of.RAIN, of.FOG])

_NUM_SCENE: Final = len(_SELF_ROWS) + len(_OBJECT_ROWS) + len(_SECOND_ROWS) + 4
_FIRST_SIDE: Final = of.NUM_OBJECTS * len(_PER_OBJECT)
_FIRST_MOTION: Final = _FIRST_SIDE + 2 * len(_PER_SIDE)
_FIRST_SCENE: Final = NUM_FEATURES - _NUM_SCENE


@compiled
def write_plan_features(situation: Array, out: Array) -> None:
    """Write the features ``(C, NUM_FEATURES)`` of all manoeuvres in one situation ``(NUM_SITUATION,)``, in place."""
    s = situation
    lateral, objects = np.zeros(5), np.zeros((of.NUM_OBJECTS, 4))
    lateral[0], lateral[1], lateral[2], lateral[3] = (
        s[of.TARGET],
        s[of.DRIFT],
        s[of.LOW],
        s[of.HIGH],
    )
    for q in range(of.NUM_OBJECTS):
        o = s[of.FIRST_OBJECT + q * of.NUM_OBJECT :]
        objects[q, 0] = o[of.O_X] if o[of.O_EXISTS] > 0.0 else np.inf
        objects[q, 1], objects[q, 2], objects[q, 3] = o[of.O_Y], o[of.O_HALF_Y], o[of.O_HALF_X]
    actions = np.empty((MANOEUVRES.shape[0], HORIZON, 2))
    write_actions(MANOEUVRES, s[of.SPEED], s[of.SET_SPEED], lateral, objects, False, actions)
    x, y, v = np.empty(HORIZON), np.empty(HORIZON), np.empty(HORIZON)
    scene = np.zeros(_NUM_SCENE)
    _describe_scene(s, scene)
    for c in range(actions.shape[0]):
        row = out[c]
        _drive(s, actions[c], x, y, v, row[_FIRST_MOTION:_FIRST_SCENE])
        row[_FIRST_MOTION + 8], row[_FIRST_MOTION + 9] = MANOEUVRES[c, EASE_S], MANOEUVRES[c, PLACE]
        for q in range(of.NUM_OBJECTS):
            first = q * len(_PER_OBJECT)
            _meet_object(s[of.FIRST_OBJECT + q * of.NUM_OBJECT :], x, y, v, row[first:])
        _meet_cars(s, x, y, v, row[_FIRST_SIDE:_FIRST_MOTION])
        left = objects[0, 0] - x[HORIZON - 1]
        is_met = row[5] < FAR_S or math.isinf(left)
        row[_FIRST_MOTION + 3] = 0.0 if is_met else left
        for k in range(_NUM_SCENE):
            row[_FIRST_SCENE + k] = scene[k]


@compiled
def _drive(s: Array, actions: Array, x: Array, y: Array, v: Array, out: Array) -> None:
    """Drive one manoeuvre: distance, lateral position and speed after every decision, and the motion's features."""
    way, speed, slowest, aside = 0.0, s[of.SPEED], s[of.SPEED], 0.0
    before, drift, sharpest = s[of.TARGET], s[of.DRIFT], 0.0
    hardest, leaves = 0.0, 0.0
    for t in range(HORIZON):
        command = decode_acceleration(actions[t, 0])
        speed = max(speed + command * DECISION_S, 0.0)
        way += speed * DECISION_S
        target = decode_target(actions[t, 1], s[of.LOW], s[of.HIGH])
        x[t], y[t], v[t] = way, target, speed
        change = (target - before) / DECISION_S
        sharpest = max(sharpest, abs(change - drift) / DECISION_S)
        before, drift = target, change
        slowest, hardest = min(slowest, speed), max(hardest, -command)
        aside = max(aside, abs(target - s[of.Y]))
        if abs(target) > 0.5 * LANE_WIDTH_M:
            leaves = 1.0
    out[0], out[1] = hardest, decode_acceleration(actions[0, 0])
    out[2], out[4], out[5] = s[of.SPEED] - slowest, abs(before - s[of.Y]), aside
    out[6], out[7] = leaves, sharpest


@compiled
def _meet_object(o: Array, x: Array, y: Array, v: Array, out: Array) -> None:
    """Write how an object is passed, with a straight line for its motion."""
    out[0], out[1], out[2], out[3], out[4], out[5] = NONE_M, NONE_M, NONE_M, -NONE_M, 0.0, FAR_S
    if o[of.O_EXISTS] == 0.0:
        return
    reach, nearest = o[of.O_HALF_X] + 0.5 * EGO_LENGTH_M, NONE_M
    for t in range(HORIZON):
        time = (t + 1) * DECISION_S
        away = o[of.O_X] + o[of.O_VX] * time - x[t]
        if abs(away) > reach + 0.5 * DECISION_S * v[t]:
            continue
        offset = abs(y[t] - o[of.O_Y] - o[of.O_VY] * min(time, DRIFT_S))
        if out[5] == FAR_S:
            out[4], out[5] = v[t], time
        if offset < nearest:
            nearest = offset
    if nearest < NONE_M:
        out[0] = nearest - o[of.O_HALF_Y] - 0.5 * EGO_WIDTH_M
        out[1] = max(min(out[0] / (o[of.O_SD_Y] + 0.05), NONE_M), -NONE_M)
        out[2], out[3] = nearest, WHEEL_M - nearest - o[of.O_HALF_Y]


@compiled
def _meet_cars(s: Array, x: Array, y: Array, v: Array, out: Array) -> None:
    """Write the least gaps to vehicles in the ego's way, ahead and behind, that drive on at their speeds."""
    for side in range(2):
        out[3 * side], out[3 * side + 1], out[3 * side + 2] = FAR_M, 0.0, FAR_S
    for i in range(VEHICLE_SLOTS):
        car = s[of.FIRST_CAR + i * of.NUM_CAR :]
        if car[of.C_EXISTS] == 0.0:
            continue
        width = 0.5 * (car[of.C_WIDTH] + EGO_WIDTH_M) + BESIDE_M
        length = 0.5 * (car[of.C_LENGTH] + EGO_LENGTH_M)
        side = 0 if car[of.C_X] > 0.0 else 1
        sign, first = 1.0 - 2.0 * side, 3 * side
        for t in range(HORIZON):
            if abs(y[t] - car[of.C_Y]) > width:
                continue
            time = (t + 1) * DECISION_S
            gap = sign * (car[of.C_X] + car[of.C_VX] * time - x[t]) - length
            closing = sign * (v[t] - car[of.C_VX])
            if gap < out[first]:
                out[first], out[first + 1] = max(gap, -length), closing
            out[first + 2] = min(out[first + 2], max(gap, 0.0) / max(closing, 0.3))


@compiled
def _describe_scene(s: Array, out: Array) -> None:
    """Write the features that all manoeuvres share."""
    at = 0
    for k in range(_SELF_ROWS.shape[0]):
        out[at] = s[_SELF_ROWS[k]]
        at += 1
    for k in range(_OBJECT_ROWS.shape[0]):
        out[at] = s[of.FIRST_OBJECT + _OBJECT_ROWS[k]]
        at += 1
    for k in range(_SECOND_ROWS.shape[0]):
        out[at] = s[of.FIRST_OBJECT + of.NUM_OBJECT + _SECOND_ROWS[k]]
        at += 1
    follower, leader = 2.0 * FAR_M, 2.0 * FAR_M
    out[at], out[at + 1], out[at + 2], out[at + 3] = follower, 0.0, 0.0, 0.0
    for i in range(VEHICLE_SLOTS):
        car = s[of.FIRST_CAR + i * of.NUM_CAR :]
        gap = abs(car[of.C_X]) - 0.5 * (car[of.C_LENGTH] + EGO_LENGTH_M)
        if car[of.C_EXISTS] == 0.0 or abs(car[of.C_Y] - s[of.Y]) > 0.5 * LANE_WIDTH_M:
            continue
        if car[of.C_X] <= 0.0 and gap < follower:
            follower = gap
            out[at], out[at + 1], out[at + 2] = gap, car[of.C_VX], car[of.C_LENGTH]
        elif car[of.C_X] > 0.0 and gap < leader:
            leader = gap
            out[at + 3] = car[of.C_LAMP]


@compiled
def write_chosen(situations: Array, chosen: NDArray[np.intp], out: NDArray[np.float32]) -> None:
    """Write the features ``(K, N, NUM_FEATURES)`` of manoeuvres ``chosen`` ``(K, N)`` in ``K`` situations, in place."""
    rows = np.empty((MANOEUVRES.shape[0], NUM_FEATURES))
    for k in range(situations.shape[0]):
        write_plan_features(situations[k], rows)
        for n in range(chosen.shape[1]):
            for f in range(NUM_FEATURES):
                out[k, n, f] = rows[chosen[k, n], f]
