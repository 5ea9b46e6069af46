"""Brings an imagined world to the present: vehicles, road and ego as observed."""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled
from envs.physics.contact.geometry import CAR, TRUCK
from envs.specification import (
    EGO_LENGTH_M,
    EGO_WIDTH_M,
    LANE_WIDTH_M,
    VEHICLE_SLOTS,
    column,
    episode,
    vehicle,
)
from envs.specification.world import Array, World

PARKED_M: Final = -1e6
"""Position along the road of the vehicles of free slots, m."""

TRUCK_LENGTH_M: Final = 9.0
"""Longer vehicles are trucks [A]."""

ARRIVALS_PER_S: Final = 0.3
"""Vehicles per second and lane that would arrive behind a standing ego: a busy motorway [A]."""


@compiled
def anchor(world: World, ego: Array, vehicles: Array, lamp_braking: float) -> None:
    """Set ego and vehicles to the observation, in place; the open cost ledger stays as it is.

    Parameters
    ----------
    world
        An imagined world.
    ego, vehicles
        Rows of the observation. Hidden vehicles are moved on with their last speed.
    lamp_braking
        Deceleration of a vehicle whose brake lamp is lit, m/s2, >= 0.
    """
    f, i, v = world.episode_f, world.episode_i, world.vehicle_f
    v[vehicle.X, 0], v[vehicle.Y, 0] = 0.0, ego[column.E_Y]
    v[vehicle.SPEED, 0], v[vehicle.HEADING, 0] = ego[column.E_SPEED], ego[column.E_HEADING]
    v[vehicle.ACCELERATION, 0] = ego[column.E_ACCELERATION]
    v[vehicle.LENGTH, 0], v[vehicle.WIDTH, 0] = EGO_LENGTH_M, EGO_WIDTH_M
    v[vehicle.MASS, 0] = CAR.mass
    f[episode.GRIP] = ego[column.E_GRIP]
    f[episode.FRICTION] = max(f[episode.FRICTION], ego[column.E_GRIP])
    f[episode.LEFT_EDGE], f[episode.RIGHT_EDGE] = ego[column.E_LEFT_EDGE], ego[column.E_RIGHT_EDGE]
    f[episode.SET_SPEED] = ego[column.E_SET_SPEED]
    f[episode.FLOW] = ARRIVALS_PER_S
    i[episode.NUM_LANES] = int(ego[column.E_NUM_LANES] + 0.5)
    i[episode.HAS_SHOULDER] = int(ego[column.E_SHOULDER] + 0.5)
    i[episode.NUM_VEHICLES] = VEHICLE_SLOTS + 1
    for s in range(VEHICLE_SLOTS):
        _anchor_vehicle(world, s + 1, vehicles[s], lamp_braking)
    for k in range(VEHICLE_SLOTS + 1):
        v[vehicle.COS, k] = math.cos(v[vehicle.HEADING, k])
        v[vehicle.SIN, k] = math.sin(v[vehicle.HEADING, k])
        world.vehicle_i[vehicle.LANE, k] = nearest_lane(world, v[vehicle.Y, k])
        world.vehicle_i[vehicle.SCRIPT_TICK, k] = -1
        world.vehicle_i[vehicle.RETURN_TICK, k] = -1


@compiled
def _anchor_vehicle(world: World, k: int, row: Array, lamp_braking: float) -> None:
    """Place one tracked vehicle, or park the slot at ``PARKED_M``."""
    v = world.vehicle_f
    v[vehicle.X, k], v[vehicle.Y, k] = PARKED_M, 0.0
    v[vehicle.SPEED, k], v[vehicle.HEADING, k] = 0.0, 0.0
    v[vehicle.LENGTH, k], v[vehicle.WIDTH, k], v[vehicle.MASS, k] = 1.0, 1.0, CAR.mass
    v[vehicle.ACCELERATION, k] = 0.0
    world.vehicle_i[vehicle.IS_TRUCK, k] = 0
    if row[column.V_TRACKED] < 0.5:
        return
    age = float(row[column.V_AGE_SINCE_SEEN])
    heading = float(row[column.V_HEADING])
    # of a vehicle that keeps its lane, the measured speed across the road is mere error; the heading is not
    speed = row[column.V_VX] / max(math.cos(heading), 0.5)
    v[vehicle.SPEED, k], v[vehicle.HEADING, k] = speed, heading
    if row[column.V_BRAKE_LAMP] > 0.5:
        v[vehicle.ACCELERATION, k] = -lamp_braking
    v[vehicle.X, k] = row[column.V_DX] + age * row[column.V_VX]
    v[vehicle.Y, k] = v[vehicle.Y, 0] + row[column.V_DY]
    v[vehicle.LENGTH, k], v[vehicle.WIDTH, k] = row[column.V_LENGTH], row[column.V_WIDTH]
    if row[column.V_LENGTH] > TRUCK_LENGTH_M:
        world.vehicle_i[vehicle.IS_TRUCK, k] = 1
        v[vehicle.MASS, k] = TRUCK.mass


@compiled
def begin_accounts(world: World) -> None:
    """Clear the cost ledger for a new episode, in place; call ``anchor`` before and after."""
    f, i = world.episode_f, world.episode_i
    f[:] = 0.0
    i[:] = 0
    world.cost[:] = 0.0
    i[episode.BRAKE_TICK] = i[episode.BRAKE_FOLLOWER] = -1


@compiled
def nearest_lane(world: World, y: float) -> int:
    """Lane whose centre is nearest to ``y``, including the shoulder."""
    last = world.episode_i[episode.NUM_LANES] + world.episode_i[episode.HAS_SHOULDER] - 1
    lane: int = min(max(math.floor(y / LANE_WIDTH_M + 0.5), 0), last)
    return lane


@compiled
def _copy_world(source: World, target: World) -> None:
    """Copy the vehicles and the cost ledger of an imagined world."""
    # element by element: assigning slices compiles the formatting of their error messages, 13 s of it
    for k in range(VEHICLE_SLOTS + 1):
        for row in range(vehicle.NUM_FLOATS):
            target.vehicle_f[row, k] = source.vehicle_f[row, k]
        for row in range(vehicle.NUM_INTS):
            target.vehicle_i[row, k] = source.vehicle_i[row, k]
    for row in range(episode.NUM_FLOATS):
        target.episode_f[row] = source.episode_f[row]
    for row in range(episode.NUM_INTS):
        target.episode_i[row] = source.episode_i[row]
