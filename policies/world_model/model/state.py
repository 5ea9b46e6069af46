"""The imagined state: the ego, the tracked vehicles and the tracked objects of one world, in SI units.

Positions along the road are relative to where the ego was when imagining began. Slots are those of the observation.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from envs.action import decode_target
from envs.physics.compilation import compiled, shared
from envs.specification import DEBRIS_SLOTS, EGO_WIDTH_M, VEHICLE_SLOTS, column
from envs.specification.world import Array
from policies.base import Observation
from policies.perception import velocity_filter as filtered

Target = TypeVar("Target", float, Array)

# --- ego --------------------------------------------------------------------------------------------
X, Y, SPEED, HEADING, YAW_RATE, ACCELERATION, LATERAL_PEAK = range(7)
GRIP, LEFT_EDGE, RIGHT_EDGE, NUM_LANES, SET_SPEED, SIGHT_RANGE, NIGHT, RAIN, FOG = range(7, 16)
NUM_EGO: Final = 16

# --- vehicles ---------------------------------------------------------------------------------------
C_LIVE, C_X, C_Y, C_VX, C_VY, C_HEADING, C_ACCELERATION = range(7)
C_LENGTH, C_WIDTH, C_LAMP, C_JOLT, C_AGE, C_HARSHEST = range(7, 13)
NUM_CAR: Final = 13

# --- objects ----------------------------------------------------------------------------------------
D_LIVE, D_X, D_Y, D_Z, D_VX, D_VY, D_VZ, D_YAW = range(8)
D_LENGTH, D_WIDTH, D_HEIGHT, D_SD_X, D_SD_Y, D_SD_SIZE, D_AGE, D_VISIBLE = range(8, 16)
NUM_THING: Final = 16

STEEP_RAD: Final = 1.0
"""Beyond this heading a vehicle's speed across the road does not follow from the one along it [A]."""

FASTEST_MPS2: Final = 4.0
"""Largest acceleration of a vehicle; more is a rounding of its track [A]."""


class State(NamedTuple):
    """State of one world."""

    ego: Array  # (NUM_EGO,)
    cars: Array  # (8, NUM_CAR)
    things: Array  # (4, NUM_THING)


def empty_state() -> State:
    """A zeroed state."""
    return State(
        np.zeros(NUM_EGO), np.zeros((VEHICLE_SLOTS, NUM_CAR)), np.zeros((DEBRIS_SLOTS, NUM_THING))
    )


@compiled
def copy_state(source: State, target: State) -> None:
    """Overwrite ``target`` element by element, because slices compile slowly."""
    for k in range(NUM_EGO):
        target.ego[k] = source.ego[k]
    for i in range(VEHICLE_SLOTS):
        for k in range(NUM_CAR):
            target.cars[i, k] = source.cars[i, k]
    for j in range(DEBRIS_SLOTS):
        for k in range(NUM_THING):
            target.things[j, k] = source.things[j, k]


@compiled
def read_observation(
    ego: Array, vehicles: Array, debris: Array, car_speeds: Array, state: State
) -> None:
    """Convert an observation to a state, in place.

    Parameters
    ----------
    ego, vehicles, debris
        Rows of the observation. What is hidden is moved on with its last velocity.
    car_speeds
        ``(8, NUM_SPEEDS)`` of ``policies.perception.velocity_filter``.
    state
        Overwritten.
    """
    _read_ego(ego, state.ego)
    y = ego[column.E_Y]
    for i in range(VEHICLE_SLOTS):
        row, car = vehicles[i], state.cars[i]
        for k in range(NUM_CAR):
            car[k] = 0.0
        if row[column.V_TRACKED] < 0.5:
            continue
        age = row[column.V_AGE_SINCE_SEEN]
        car[C_LIVE], car[C_AGE] = 1.0, age
        car[C_VX], car[C_VY] = row[column.V_VX], lateral_speed(row)
        car[C_X] = row[column.V_DX] + age * row[column.V_VX]
        car[C_Y] = y + row[column.V_DY]
        car[C_HEADING] = row[column.V_HEADING]
        car[C_LENGTH], car[C_WIDTH] = row[column.V_LENGTH], row[column.V_WIDTH]
        car[C_LAMP], car[C_JOLT] = row[column.V_BRAKE_LAMP], row[column.V_JOLT]
        car[C_HARSHEST] = car_speeds[i, filtered.HARSHEST]
        set_acceleration(car_speeds[i], car)
    for j in range(DEBRIS_SLOTS):
        _read_thing(debris[j], y, state.things[j])


def read_states(observation: Observation, car_speeds: Array, chosen: NDArray[np.int64]) -> State:
    """States ``(K, ...)`` of some worlds of a batched observation, with ``(B, 8, NUM_SPEEDS)`` filtered speeds."""
    one = empty_state()
    states = State(*(np.zeros((len(chosen), *field.shape)) for field in one))
    for row, b in enumerate(chosen.tolist()):
        ego, vehicles, debris = (observation[key][b] for key in ("ego", "vehicles", "debris"))
        read_observation(ego, vehicles, debris, car_speeds[b], one)
        for field, values in zip(states, one, strict=True):
            field[row] = values
    return states


@compiled
def lateral_speed(row: Array) -> float:
    """Speed of a vehicle across the road, m/s, from its row of the observation.

    Vehicles go where they point; the heading of a fast one is the direction of its measured velocity.
    """
    heading = row[column.V_HEADING]
    along: float = row[column.V_VX]
    across: float = row[column.V_VY]
    return along * math.tan(heading) if abs(heading) < STEEP_RAD else across


@shared
def lateral_target(ego: Array, second: Target) -> Target:
    """Lateral target, m, of the second component of an action, or of many."""
    half = 0.5 * EGO_WIDTH_M
    target: Target = decode_target(second, ego[LEFT_EDGE] + half, ego[RIGHT_EDGE] - half)
    return target


@compiled
def set_acceleration(car_speeds: Array, car: Array) -> None:
    """Set a vehicle's acceleration from its row of filtered ``car_speeds``, in place."""
    change = car_speeds[filtered.ACCELERATION]
    car[C_ACCELERATION] = min(max(change, -filtered.LIMIT_MPS2), FASTEST_MPS2)


@compiled
def _read_ego(row: Array, ego: Array) -> None:
    """Read the ego's own state, which is observed without error."""
    ego[X], ego[Y], ego[SPEED] = 0.0, row[column.E_Y], row[column.E_SPEED]
    ego[HEADING], ego[YAW_RATE] = row[column.E_HEADING], row[column.E_YAW_RATE]
    ego[ACCELERATION], ego[GRIP] = row[column.E_ACCELERATION], row[column.E_GRIP]
    ego[LATERAL_PEAK] = abs(row[column.E_YAW_RATE] * row[column.E_SPEED])
    ego[LEFT_EDGE], ego[RIGHT_EDGE] = row[column.E_LEFT_EDGE], row[column.E_RIGHT_EDGE]
    ego[NUM_LANES], ego[SET_SPEED] = row[column.E_NUM_LANES], row[column.E_SET_SPEED]
    ego[SIGHT_RANGE], ego[NIGHT] = row[column.E_SIGHT_RANGE], row[column.E_NIGHT]
    ego[RAIN], ego[FOG] = row[column.E_RAIN], row[column.E_FOG]


@compiled
def _read_thing(row: Array, y: float, thing: Array) -> None:
    """Read one object at its last seen position, moved on if it was moving."""
    for k in range(NUM_THING):
        thing[k] = 0.0
    if row[column.D_TRACKED] < 0.5:
        return
    age = row[column.D_AGE_SINCE_SEEN]
    thing[D_LIVE], thing[D_AGE], thing[D_VISIBLE] = 1.0, age, row[column.D_VISIBLE]
    thing[D_VX], thing[D_VY], thing[D_VZ] = (row[column.D_VX], row[column.D_VY], row[column.D_VZ])
    # objects at rest have measured speeds, too
    noise = 2.5 * row[column.D_SD_V]
    moves = thing[D_VX] ** 2 + thing[D_VY] ** 2 > noise * noise
    if not moves and row[column.D_Z] < 0.05:
        thing[D_VX] = thing[D_VY] = thing[D_VZ] = 0.0
    thing[D_X] = row[column.D_DX] + age * thing[D_VX]
    thing[D_Y] = y + row[column.D_DY] + age * thing[D_VY]
    thing[D_Z] = row[column.D_Z] if age == 0.0 else 0.0
    thing[D_YAW] = row[column.D_YAW]
    thing[D_LENGTH], thing[D_WIDTH] = row[column.D_LENGTH], row[column.D_WIDTH]
    thing[D_HEIGHT], thing[D_SD_SIZE] = row[column.D_HEIGHT], row[column.D_SD_SIZE]
    thing[D_SD_X], thing[D_SD_Y] = row[column.D_SD_X], row[column.D_SD_Y]
