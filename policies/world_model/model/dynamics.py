"""One imagined decision: known kinematics with learned accelerations."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.action import STEERING_SPEED_FLOOR_MPS
from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, DECISION_S, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.networks.compiled import Net, forward
from policies.world_model.model import motion_features as mf
from policies.world_model.model import state as s
from policies.world_model.model.flat_features import NUM_FLAT_FEATURES, flat_features
from policies.world_model.model.parameters import Transition
from policies.world_model.model.state import State

# --- outputs of the ego's net -----------------------------------------------------------------------
E_DX, E_DY, E_HEADING, E_YAW_RATE, E_SPEED, E_ACCELERATION, E_PEAK = range(7)
NUM_EGO_OUT: Final = 7

E_PEAK_MOST: Final = NUM_EGO_OUT
"""Target only: where the log does not contain the peak, it lies between ``E_PEAK`` and this."""

NUM_EGO_TARGETS: Final = NUM_EGO_OUT + 1

# --- outputs of the vehicles' net: means, then log variances ----------------------------------------
V_ACCELERATION, V_LATERAL, V_HEADING = range(3)
NUM_CAR_OUT: Final = 3

# --- outputs of the objects' net: means, then log variances, then the logit of being struck ----------
O_VX, O_VY, O_VZ, O_Z = range(4)
NUM_THING_OUT: Final = 4
STRUCK: Final = 2 * NUM_THING_OUT

# --- outputs of the flat net: the means of all of them, slot after slot -------------------------------
FLAT_CARS: Final = NUM_EGO_OUT
FLAT_THINGS: Final = FLAT_CARS + VEHICLE_SLOTS * NUM_CAR_OUT
NUM_FLAT_OUT: Final = FLAT_THINGS + DEBRIS_SLOTS * NUM_THING_OUT

WAKE_M: Final = 16.0
"""Vehicles further away than this do not move objects at rest; checked on the log."""

AT_REST_MPS: Final = 0.05

LAMP_MPS2: Final = -1.0
"""Harder braking lights the lamp [A]."""

JOLT_LEFT: Final = 0.7
"""Share of a visible jolt that is left after a decision [A: it dies away within a second]."""


@compiled
def move_all(
    model: Transition,
    e: int,
    state: State,
    first: float,
    second: float,
    kinds: Array,
    is_known: Array,
    after: State,
) -> None:
    """Advance ego, vehicles and objects by one decision with the factored networks, or the flat one if trained.

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
    kinds
        ``(4,)`` int64: class of the contents of every object.
    is_known
        ``(8,)`` bool: vehicles with positions known to the caller; the values written for them have no meaning.
    after
        Overwritten.
    """
    if model.flat.b1.shape[1] > 0:
        out = np.empty(NUM_FLAT_OUT, np.float32)
        _ask_flat(model.flat, e, state, first, second, kinds, out)
        _place_ego(state.ego, first, second, out, model.ego_scale, after.ego)
        _place_cars(state, out, model.car_scale, after)
        _place_things(state, out, model.thing_scale, after)
        return
    move_ego(model, e, state, first, second, after)
    _move_cars(model.car, model.car_scale, e, state, is_known, after)
    move_things(model, e, state, kinds, after)


@compiled
def move_others(model: Transition, e: int, state: State, kinds: Array, after: State) -> None:
    """Advance all vehicles, as ``move_all``, by one decision in which the ego keeps its lateral position and speed."""
    if model.flat.b1.shape[1] > 0:
        out = np.empty(NUM_FLAT_OUT, np.float32)
        _ask_flat(model.flat, e, state, 0.0, state.ego[s.Y], kinds, out)
        _place_cars(state, out, model.car_scale, after)
    else:
        move_cars(model, e, state, after)


@compiled
def _ask_flat(
    net: Net, e: int, state: State, first: float, second: float, kinds: Array, out: Array
) -> None:
    """Compute the outputs of the flat network."""
    x = np.empty(NUM_FLAT_FEATURES, np.float32)
    hidden = np.empty((2, net.b1.shape[1]), np.float32)
    flat_features(state, first, second, kinds, x)
    forward(net, e, x, hidden, out)


@compiled
def _place_cars(state: State, out: Array, scale: Array, after: State) -> None:
    """Move the vehicles according to the flat network."""
    for i in range(VEHICLE_SLOTS):
        car, then = state.cars[i], after.cars[i]
        for k in range(s.NUM_CAR):
            then[k] = car[k]
        if car[s.C_LIVE] > 0.0:
            place_car(car, out, FLAT_CARS + i * NUM_CAR_OUT, scale, then)


@compiled
def _place_things(state: State, out: Array, scale: Array, after: State) -> None:
    """Move the objects according to the flat network."""
    for j in range(DEBRIS_SLOTS):
        thing, then = state.things[j], after.things[j]
        for k in range(s.NUM_THING):
            then[k] = thing[k]
        if thing[s.D_LIVE] > 0.0 and not lies_still(state, j):
            place_thing(thing, out, FLAT_THINGS + j * NUM_THING_OUT, scale, then)


@compiled
def move_ego(
    model: Transition, e: int, state: State, first: float, second: float, after: State
) -> None:
    """Advance the ego alone by one decision; the arguments are those of ``move_all``."""
    x = np.empty(mf.NUM_EGO_FEATURES, np.float32)
    hidden = np.empty((2, model.ego.b1.shape[1]), np.float32)
    out = np.empty(NUM_EGO_OUT, np.float32)
    mf.ego_features(state.ego, first, second, x)
    forward(model.ego, e, x, hidden, out)
    _place_ego(state.ego, first, second, out, model.ego_scale, after.ego)


@compiled
def _place_ego(
    ego: Array, first: float, second: float, out: Array, scale: Array, then: Array
) -> None:
    """Update position, speed and heading of the ego from a network's outputs."""
    for k in range(s.NUM_EGO):
        then[k] = ego[k]
    speed = max(ego[s.SPEED] + out[E_SPEED] * scale[E_SPEED], 0.0)
    mean = 0.5 * (ego[s.SPEED] + speed)
    then[s.SPEED] = speed
    then[s.X] = ego[s.X] + mean * DECISION_S + out[E_DX] * scale[E_DX]
    drift = ego[s.SPEED] * math.sin(ego[s.HEADING])
    then[s.Y] = ego[s.Y] + drift * DECISION_S + out[E_DY] * scale[E_DY]
    then[s.HEADING] = ego[s.HEADING] + out[E_HEADING] * scale[E_HEADING]
    then[s.ACCELERATION] = first + out[E_ACCELERATION] * scale[E_ACCELERATION]
    # the ego's steering law and its largest steering angle are known
    limit = mf.lateral_limit(ego[s.GRIP])
    fastest = limit / max(min(ego[s.SPEED], speed), STEERING_SPEED_FLOOR_MPS)
    rate = ego[s.YAW_RATE] + out[E_YAW_RATE] * scale[E_YAW_RATE]
    then[s.YAW_RATE] = min(max(rate, -fastest), fastest)
    # the wheel turns at once: what the law commands now is felt within the decision, whatever comes after
    commanded = mf.steering_rate(ego, second)
    peak = max(out[E_PEAK] * scale[E_PEAK], abs(commanded) * ego[s.SPEED])
    then[s.LATERAL_PEAK] = min(peak, limit)


@compiled
def move_cars(model: Transition, e: int, state: State, after: State) -> None:
    """Advance all vehicles by one decision; the arguments are those of ``move_ego``."""
    _move_cars(model.car, model.car_scale, e, state, np.zeros(VEHICLE_SLOTS, np.bool_), after)


@compiled
def _move_cars(net: Net, scale: Array, e: int, state: State, is_known: Array, after: State) -> None:
    """Move vehicles one by one with their own network; those with known positions are left unchanged."""
    x = np.empty(mf.NUM_CAR_FEATURES, np.float32)
    hidden = np.empty((2, net.b1.shape[1]), np.float32)
    out = np.empty(2 * NUM_CAR_OUT, np.float32)
    for i in range(VEHICLE_SLOTS):
        if is_known[i]:
            continue
        car, then = state.cars[i], after.cars[i]
        for k in range(s.NUM_CAR):
            then[k] = car[k]
        if car[s.C_LIVE] > 0.0:
            mf.car_features(state, i, x)
            forward(net, e, x, hidden, out)
            place_car(car, out, 0, scale, then)


@compiled
def place_car(car: Array, out: Array, at: int, scale: Array, then: Array) -> None:
    """Update a vehicle's position and speed from a network's outputs from index ``at`` on, in place."""
    acceleration = out[at + V_ACCELERATION] * scale[V_ACCELERATION]
    then[s.C_ACCELERATION] = acceleration
    then[s.C_HARSHEST] = max(car[s.C_HARSHEST], -acceleration)
    then[s.C_VX] = max(car[s.C_VX] + acceleration * DECISION_S, min(car[s.C_VX], 0.0))
    then[s.C_VY] = car[s.C_VY] + out[at + V_LATERAL] * scale[V_LATERAL]
    then[s.C_HEADING] = car[s.C_HEADING] + out[at + V_HEADING] * scale[V_HEADING]
    then[s.C_X] = car[s.C_X] + 0.5 * (car[s.C_VX] + then[s.C_VX]) * DECISION_S
    then[s.C_Y] = car[s.C_Y] + 0.5 * (car[s.C_VY] + then[s.C_VY]) * DECISION_S
    then[s.C_LAMP] = 1.0 if acceleration < LAMP_MPS2 else 0.0
    then[s.C_JOLT] = car[s.C_JOLT] * JOLT_LEFT


@compiled
def move_things(model: Transition, e: int, state: State, kinds: Array, after: State) -> None:
    """Advance all objects by one decision; the arguments are those of ``move_all``."""
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
        place_thing(thing, out, 0, model.thing_scale, then)


@compiled
def place_thing(thing: Array, out: Array, at: int, scale: Array, then: Array) -> None:
    """Update an object's position and speed from a network's outputs from index ``at`` on, in place."""
    then[s.D_VX] = thing[s.D_VX] + out[at + O_VX] * scale[O_VX]
    then[s.D_VY] = thing[s.D_VY] + out[at + O_VY] * scale[O_VY]
    then[s.D_VZ] = thing[s.D_VZ] + out[at + O_VZ] * scale[O_VZ]
    then[s.D_X] = thing[s.D_X] + 0.5 * (thing[s.D_VX] + then[s.D_VX]) * DECISION_S
    then[s.D_Y] = thing[s.D_Y] + 0.5 * (thing[s.D_VY] + then[s.D_VY]) * DECISION_S
    risen = 0.5 * (thing[s.D_VZ] + then[s.D_VZ]) * DECISION_S + out[at + O_Z] * scale[O_Z]
    then[s.D_Z] = max(thing[s.D_Z] + risen, 0.0)


@compiled
def lies_still(state: State, j: int) -> bool:
    """Whether object ``j`` is at rest on the road and no vehicle near it could move it."""
    cars = state.cars
    thing = state.things[j]
    moves = abs(thing[s.D_VX]) + abs(thing[s.D_VY]) + abs(thing[s.D_VZ]) > AT_REST_MPS
    if moves or thing[s.D_Z] > 0.05:
        return False
    for i in range(VEHICLE_SLOTS):
        near = abs(cars[i, s.C_X] - thing[s.D_X]) - 0.5 * cars[i, s.C_LENGTH] < WAKE_M
        if cars[i, s.C_LIVE] > 0.0 and near:
            return False
    return True
