"""Features of the flat network: all slots of the state concatenated, relative to the ego.

The networks of ``motion_features`` see one ego, vehicle or object at a time, and its neighbours. The flat one sees the
same, but has to learn which slots interact.
"""

from __future__ import annotations

from typing import Final

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.model import motion_features as mf
from policies.world_model.model import state as s
from policies.world_model.model.state import State

EGO_COLUMNS: Final = mf.NUM_EGO_FEATURES + 4
CAR_COLUMNS: Final = 12
THING_COLUMNS: Final = 11 + NUM_CLASSES

FIRST_CAR: Final = EGO_COLUMNS
FIRST_THING: Final = FIRST_CAR + VEHICLE_SLOTS * CAR_COLUMNS
NUM_FLAT_FEATURES: Final = FIRST_THING + DEBRIS_SLOTS * THING_COLUMNS

CAR_HARSHEST: Final = 11
"""Column of a vehicle: its largest deceleration so far, in units of 10 m/s2."""


@compiled
def flat_features(state: State, first: float, second: float, kinds: Array, out: Array) -> None:
    """Write the features of ego, vehicles and objects together, for a command of the ego.

    Parameters
    ----------
    state
        Of one world.
    first, second
        Commanded acceleration, m/s2, and lateral target, m.
    kinds
        ``(4,)`` int64: class of the contents of every object.
    out
        ``(NUM_FLAT_FEATURES,)`` output; zero in slots that are free.
    """
    ego = state.ego
    for k in range(NUM_FLAT_FEATURES):
        out[k] = 0.0
    mf.ego_features(ego, first, second, out)
    at = mf.NUM_EGO_FEATURES
    out[at], out[at + 1] = (ego[s.Y] - ego[s.LEFT_EDGE]) / 4.0, (ego[s.RIGHT_EDGE] - ego[s.Y]) / 4.0
    out[at + 2], out[at + 3] = ego[s.ACCELERATION] / 3.0, ego[s.RAIN]
    for i in range(VEHICLE_SLOTS):
        car, at = state.cars[i], FIRST_CAR + i * CAR_COLUMNS
        if car[s.C_LIVE] == 0.0:
            continue
        out[at] = 1.0
        out[at + 1], out[at + 2] = (car[s.C_X] - ego[s.X]) / 50.0, (car[s.C_Y] - ego[s.Y]) / 4.0
        out[at + 3], out[at + 4] = (car[s.C_VX] - ego[s.SPEED]) / 10.0, car[s.C_VY]
        out[at + 5], out[at + 6] = car[s.C_HEADING] * 10.0, car[s.C_ACCELERATION] / 3.0
        out[at + 7], out[at + 8] = car[s.C_LENGTH] / 10.0, car[s.C_LAMP]
        out[at + 9], out[at + 10] = car[s.C_JOLT] * 20.0, car[s.C_AGE]
        out[at + CAR_HARSHEST] = car[s.C_HARSHEST] / 10.0
    for j in range(DEBRIS_SLOTS):
        thing, at = state.things[j], FIRST_THING + j * THING_COLUMNS
        if thing[s.D_LIVE] == 0.0:
            continue
        out[at] = 1.0
        out[at + 1], out[at + 2] = (thing[s.D_X] - ego[s.X]) / 50.0, (thing[s.D_Y] - ego[s.Y]) / 4.0
        out[at + 3], out[at + 4] = thing[s.D_Z], thing[s.D_VX] / 10.0
        out[at + 5], out[at + 6] = thing[s.D_VY] / 3.0, thing[s.D_VZ] / 5.0
        out[at + 7], out[at + 8] = thing[s.D_LENGTH], thing[s.D_WIDTH]
        out[at + 9], out[at + 10] = thing[s.D_HEIGHT], thing[s.D_AGE]
        out[at + 11 + kinds[j]] = 1.0
