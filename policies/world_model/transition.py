"""One imagined decision: known kinematics outside, learned accelerations inside."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.action import FRICTION_SHARE, LATERAL_LIMIT_MPS2
from envs.physics.aerodynamics import GRAVITY_MPS2
from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, DECISION_S, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.world_model import motion_features as mf
from policies.world_model import state as s
from policies.world_model.layers import forward
from policies.world_model.nets import Transition
from policies.world_model.state import State

# --- outputs of the ego's net -----------------------------------------------------------------------
E_DX, E_DY, E_HEADING, E_YAW_RATE, E_SPEED, E_ACCELERATION, E_PEAK = range(7)
NUM_EGO_OUT: Final = 7

E_PEAK_MOST: Final = NUM_EGO_OUT
"""Of the targets alone: where the log does not tell a peak, it lies between ``E_PEAK`` and this."""

NUM_EGO_TARGETS: Final = NUM_EGO_OUT + 1

# --- outputs of the vehicles' net: means, then log variances ----------------------------------------
V_ACCELERATION, V_LATERAL, V_HEADING = range(3)
NUM_CAR_OUT: Final = 3

# --- outputs of the objects' net: means, then log variances, then the logit of being struck ----------
O_VX, O_VY, O_VZ, O_Z = range(4)
NUM_THING_OUT: Final = 4
STRUCK: Final = 2 * NUM_THING_OUT

WAKE_M: Final = 16.0
"""Objects at rest are moved by nobody who is further away than this; checked on the log."""

AT_REST_MPS: Final = 0.05

LAMP_MPS2: Final = -1.0
"""Harder braking lights the lamp [A]."""

JOLT_LEFT: Final = 0.7
"""Share of a visible jolt that is left after a decision [A: it dies away within a second]."""


@compiled
def move_ego(
    model: Transition, e: int, state: State, first: float, second: float, after: State
) -> None:
    """The ego after one decision.

    Parameters
    ----------
    model
        The nets.
    e
        Member.
    state
        Now; read only.
    first, second
        Commanded acceleration, m/s2, and lateral target, m.
    after
        Its ego is overwritten.
    """
    x = np.empty(mf.NUM_EGO_FEATURES, np.float32)
    hidden = np.empty((2, model.ego.b1.shape[1]), np.float32)
    out = np.empty(NUM_EGO_OUT, np.float32)
    ego, then, scale = state.ego, after.ego, model.ego_scale
    for k in range(s.NUM_EGO):
        then[k] = ego[k]
    mf.ego_features(ego, first, second, x)
    forward(model.ego, e, x, hidden, out)
    speed = max(ego[s.SPEED] + out[E_SPEED] * scale[E_SPEED], 0.0)
    mean = 0.5 * (ego[s.SPEED] + speed)
    then[s.SPEED] = speed
    then[s.X] = ego[s.X] + mean * DECISION_S + out[E_DX] * scale[E_DX]
    drift = ego[s.SPEED] * math.sin(ego[s.HEADING])
    then[s.Y] = ego[s.Y] + drift * DECISION_S + out[E_DY] * scale[E_DY]
    then[s.HEADING] = ego[s.HEADING] + out[E_HEADING] * scale[E_HEADING]
    then[s.YAW_RATE] = ego[s.YAW_RATE] + out[E_YAW_RATE] * scale[E_YAW_RATE]
    then[s.ACCELERATION] = first + out[E_ACCELERATION] * scale[E_ACCELERATION]
    # the car knows its own steering law
    limit = min(LATERAL_LIMIT_MPS2, FRICTION_SHARE * ego[s.GRIP] * GRAVITY_MPS2)
    then[s.LATERAL_PEAK] = min(max(out[E_PEAK] * scale[E_PEAK], 0.0), limit)


@compiled
def move_cars(model: Transition, e: int, state: State, after: State) -> None:
    """All vehicles after one decision; the same arguments as ``move_ego``."""
    for i in range(VEHICLE_SLOTS):
        move_car(model, e, state, i, after)


@compiled
def move_car(model: Transition, e: int, state: State, i: int, after: State) -> None:
    """The vehicle in slot ``i`` after one decision; the same arguments as ``move_ego``."""
    car, then = state.cars[i], after.cars[i]
    for k in range(s.NUM_CAR):
        then[k] = car[k]
    if car[s.C_LIVE] == 0.0:
        return
    x = np.empty(mf.NUM_CAR_FEATURES, np.float32)
    hidden = np.empty((2, model.car.b1.shape[1]), np.float32)
    out = np.empty(2 * NUM_CAR_OUT, np.float32)
    mf.car_features(state, i, x)
    forward(model.car, e, x, hidden, out)
    scale = model.car_scale
    acceleration = out[V_ACCELERATION] * scale[V_ACCELERATION]
    then[s.C_ACCELERATION] = acceleration
    then[s.C_HARSHEST] = max(car[s.C_HARSHEST], -acceleration)
    then[s.C_VX] = max(car[s.C_VX] + acceleration * DECISION_S, min(car[s.C_VX], 0.0))
    then[s.C_VY] = car[s.C_VY] + out[V_LATERAL] * scale[V_LATERAL]
    then[s.C_HEADING] = car[s.C_HEADING] + out[V_HEADING] * scale[V_HEADING]
    then[s.C_X] = car[s.C_X] + 0.5 * (car[s.C_VX] + then[s.C_VX]) * DECISION_S
    then[s.C_Y] = car[s.C_Y] + 0.5 * (car[s.C_VY] + then[s.C_VY]) * DECISION_S
    then[s.C_LAMP] = 1.0 if acceleration < LAMP_MPS2 else 0.0
    then[s.C_JOLT] = car[s.C_JOLT] * JOLT_LEFT


@compiled
def move_things(model: Transition, e: int, state: State, kinds: Array, after: State) -> None:
    """All objects after one decision.

    Parameters
    ----------
    model, e, state
        As for ``move_ego``.
    kinds
        ``(4,)`` int64: class of the contents of every object.
    after
        Its objects are overwritten.
    """
    x = np.empty(mf.NUM_THING_FEATURES, np.float32)
    hidden = np.empty((2, model.thing.b1.shape[1]), np.float32)
    out = np.empty(2 * NUM_THING_OUT + 1, np.float32)
    for j in range(DEBRIS_SLOTS):
        thing, then = state.things[j], after.things[j]
        for k in range(s.NUM_THING):
            then[k] = thing[k]
        if thing[s.D_LIVE] == 0.0 or lies_still(state, j):
            continue
        mf.thing_features(state, j, kinds[j], x)
        forward(model.thing, e, x, hidden, out)
        scale = model.thing_scale
        then[s.D_VX] = thing[s.D_VX] + out[O_VX] * scale[O_VX]
        then[s.D_VY] = thing[s.D_VY] + out[O_VY] * scale[O_VY]
        then[s.D_VZ] = thing[s.D_VZ] + out[O_VZ] * scale[O_VZ]
        then[s.D_X] = thing[s.D_X] + 0.5 * (thing[s.D_VX] + then[s.D_VX]) * DECISION_S
        then[s.D_Y] = thing[s.D_Y] + 0.5 * (thing[s.D_VY] + then[s.D_VY]) * DECISION_S
        risen = 0.5 * (thing[s.D_VZ] + then[s.D_VZ]) * DECISION_S + out[O_Z] * scale[O_Z]
        then[s.D_Z] = max(thing[s.D_Z] + risen, 0.0)


@compiled
def lies_still(state: State, j: int) -> bool:
    """Whether object ``j`` is at rest on the road and nobody is near who could move it."""
    thing = state.things[j]
    moves = abs(thing[s.D_VX]) + abs(thing[s.D_VY]) + abs(thing[s.D_VZ]) > AT_REST_MPS
    if moves or thing[s.D_Z] > 0.05:
        return False
    for i in range(VEHICLE_SLOTS):
        car = state.cars[i]
        near = abs(car[s.C_X] - thing[s.D_X]) - 0.5 * car[s.C_LENGTH] < WAKE_M
        if car[s.C_LIVE] > 0.0 and near:
            return False
    return True
