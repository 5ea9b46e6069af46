"""An imagined world: ego, other vehicles on straight lines, the open cost ledger, and no objects.

It is a record of the simulator's layout, filled from the observation alone, so that steering, braking, swerves,
manoeuvres, time and standing are charged by the code of the simulator. Vehicle ``s + 1`` is what slot ``s`` tracks.
Objects stay out of it: ``imagine`` meets them under every hypothesis about their contents.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import BRAKE_LIMIT_MPS2
from envs.cost.collision import rear_collision_cost, side_swipe_cost
from envs.cost.rear_end import rear_end_cost
from envs.physics.compilation import compiled
from envs.physics.contact.geometry import CAR
from envs.specification import (
    EGO_LENGTH_M,
    EGO_WIDTH_M,
    TICK_S,
    TICKS_PER_DECISION,
    component,
    episode,
    vehicle,
)
from envs.specification.world import Array, Batch, World
from envs.world.charges import BESIDE_SHARE
from envs.world.tick import after_traffic, before_traffic, begin_decision, end_decision
from policies.following import IN_PATH_M, driver_acceleration
from policies.planning.anchor import PARKED_M, anchor, begin_accounts, nearest_lane

NEAR_X_M, NEAR_Y_M = 1.0, 0.6
"""Free space along and across the road that a plan should leave to other vehicles: half of what measurement errors and
other drivers' moves take away within a plan [A]."""

SUDDEN_MPS2: Final = 40.0
"""To a driver behind, a slower ego that cuts in brakes as hard as this [A]."""

_RISK = component.COLLISION


@compiled
def cruise_limit(world: World) -> float:
    """Largest acceleration that the cruise control of ``policies.following`` allows."""
    v = world.vehicle_f
    speed, gap, lead = v[vehicle.SPEED, 0], math.inf, 0.0
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        away = v[vehicle.X, k] - v[vehicle.X, 0]
        if away > 0.0 and abs(v[vehicle.Y, k] - v[vehicle.Y, 0]) < IN_PATH_M:
            free = away - 0.5 * (v[vehicle.LENGTH, k] + EGO_LENGTH_M)
            if free < gap:
                gap, lead = free, v[vehicle.SPEED, k]
    limit: float = driver_acceleration(speed, world.episode_f[episode.SET_SPEED], gap, lead)
    return limit


@compiled
def command(world: World, first: float, second: float) -> None:
    """Begin a decision with an action, limited by the cruise control, in place."""
    begin_decision(world, first, second, False)
    limit = cruise_limit(world)
    wanted = min(world.episode_f[episode.COMMAND], limit)
    world.episode_f[episode.COMMAND] = max(wanted, BRAKE_LIMIT_MPS2)


@compiled
def tick(world: World, close: Array, p: np.record) -> None:
    """Move ego and vehicles by one tick and charge the ego, in place.

    Parameters
    ----------
    world
        An imagined world.
    close
        ``(VEHICLE_SLOTS + 1,)``: US$ charged so far for coming near a vehicle; grows.
    p
        Record of ``CostParameters.to_array``.
    """
    before_traffic(world)
    v = world.vehicle_f
    slip = math.atan(0.5 * math.tan(v[vehicle.STEERING, 0]))
    heading, speed = v[vehicle.HEADING, 0], v[vehicle.SPEED, 0]
    v[vehicle.X, 0] += speed * math.cos(heading + slip) * TICK_S
    v[vehicle.Y, 0] += speed * math.sin(heading + slip) * TICK_S
    heading += speed * math.sin(slip) / (0.5 * EGO_LENGTH_M) * TICK_S
    v[vehicle.HEADING, 0] = heading
    v[vehicle.COS, 0], v[vehicle.SIN, 0] = math.cos(heading), math.sin(heading)
    v[vehicle.SPEED, 0] = speed + v[vehicle.ACCELERATION, 0] * TICK_S
    world.vehicle_i[vehicle.LANE, 0] = nearest_lane(world, v[vehicle.Y, 0])
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        if v[vehicle.X, k] != PARKED_M:
            slower = v[vehicle.SPEED, k] + v[vehicle.ACCELERATION, k] * TICK_S
            v[vehicle.SPEED, k] = max(slower, min(v[vehicle.SPEED, k], 0.0))
            v[vehicle.X, k] += v[vehicle.SPEED, k] * v[vehicle.COS, k] * TICK_S
            v[vehicle.Y, k] += v[vehicle.SPEED, k] * v[vehicle.SIN, k] * TICK_S
            _come_near(world, k, close, p)
    after_traffic(world, p)


@compiled
def _come_near(world: World, k: int, close: Array, p: np.record) -> None:
    """Charge overlap with vehicle ``k``, and partly near misses, beyond what has been charged, in place."""
    v = world.vehicle_f
    dx = v[vehicle.X, k] - v[vehicle.X, 0]
    if abs(dx) > 0.5 * (v[vehicle.LENGTH, k] + EGO_LENGTH_M) + 2.0 * NEAR_X_M:
        return
    dy = v[vehicle.Y, k] - v[vehicle.Y, 0]
    # two boxes are apart if they are along an axis of either of them: a crashed truck stands askew
    turn = v[vehicle.HEADING, k] - v[vehicle.HEADING, 0]
    turn_cos, turn_sin = abs(math.cos(turn)), abs(math.sin(turn))
    along, across = -math.inf, -math.inf
    for own, other in ((0, k), (k, 0)):
        length, width = v[vehicle.LENGTH, other], v[vehicle.WIDTH, other]
        half_along = 0.5 * (v[vehicle.LENGTH, own] + length * turn_cos + width * turn_sin)
        half_across = 0.5 * (v[vehicle.WIDTH, own] + width * turn_cos + length * turn_sin)
        cos, sin = v[vehicle.COS, own], v[vehicle.SIN, own]
        along = max(along, abs(cos * dx + sin * dy) - half_along)
        across = max(across, abs(cos * dy - sin * dx) - half_across)
    if along >= NEAR_X_M or across >= NEAR_Y_M:
        return
    share = min(1.0 - max(along, 0.0) / NEAR_X_M, 1.0 - max(across, 0.0) / NEAR_Y_M)
    speed, lead = v[vehicle.SPEED, 0], v[vehicle.SPEED, k] * v[vehicle.COS, k]
    if abs(dx) >= BESIDE_SHARE * 0.5 * (v[vehicle.LENGTH, k] + EGO_LENGTH_M):
        # a driver who comes from behind can brake, and is charged elsewhere
        if dx < 0.0:
            return
        cost = rear_collision_cost(max(speed - lead, 0.0), CAR.mass, v[vehicle.MASS, k], p)
    else:
        sideways = speed * v[vehicle.SIN, 0] - v[vehicle.SPEED, k] * v[vehicle.SIN, k]
        cost = side_swipe_cost(abs(sideways), CAR.mass, v[vehicle.MASS, k], p)
    growth = max(share * cost - close[k], 0.0)
    close[k] += growth
    world.cost[_RISK] += growth


@compiled
def charge_cutting_in(world: World, before: float, close: Array, p: np.record) -> None:
    """Charge the rear-end risk of drivers in front of whom the ego has just moved, in place.

    Parameters
    ----------
    world
        An imagined world at the end of a decision.
    before
        Lateral position of the ego at its start, m.
    close
        As for ``tick``.
    p
        Record of ``CostParameters.to_array``.

    Notes
    -----
    To a driver behind, an ego that cuts in and is slower by dv brakes suddenly by dv: the known cost of rear-end
    collisions applies. The follower that the ego has anyway is charged by the ledger of braking.
    """
    v = world.vehicle_f
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        behind = v[vehicle.X, 0] - v[vehicle.X, k]
        reach = 0.5 * (v[vehicle.WIDTH, k] + EGO_WIDTH_M)
        now, then = abs(v[vehicle.Y, 0] - v[vehicle.Y, k]), abs(before - v[vehicle.Y, k])
        if behind <= 0.0 or now >= reach or then < reach or v[vehicle.X, k] == PARKED_M:
            continue
        gap = behind - 0.5 * (v[vehicle.LENGTH, k] + EGO_LENGTH_M)
        other = v[vehicle.SPEED, k]
        risk = rear_end_cost(
            max(gap, 0.0),
            other,
            other,
            max(v[vehicle.SPEED, 0], 0.0),
            SUDDEN_MPS2,
            world.vehicle_i[vehicle.IS_TRUCK, k],
            p,
        )
        growth = max(risk - close[k], 0.0)
        close[k] += growth
        world.cost[_RISK] += growth


@compiled
def live_one_decision(
    world: World, first: float, second: float, close: Array, p: np.record
) -> None:
    """Charge an executed action, without objects, in place."""
    command(world, first, second)
    for _ in range(TICKS_PER_DECISION):
        tick(world, close, p)
    end_decision(world, p)


@compiled
def follow_along(
    roots: Batch,
    actions: Array,
    is_new: NDArray[np.bool_],
    ego: NDArray[np.float32],
    vehicles: NDArray[np.float32],
    params: NDArray[np.void],
    lamp_braking: float,
    cruise: Array,
) -> None:
    """Update the imagined worlds to the present, in place: charges of the last action, then positions.

    Parameters
    ----------
    roots
        ``(B,)`` imagined worlds.
    actions
        ``(B, 2)``: the last actions.
    is_new
        ``(B,)``: worlds in which an episode begins.
    ego, vehicles
        Observation.
    params
        ``CostParameters.to_array()``.
    lamp_braking
        As for ``anchor``.
    cruise
        ``(B,)`` output: acceleration that the cruise control allows now, m/s2.
    """
    close = np.zeros(vehicles.shape[1] + 1)
    for b in range(roots.shape[0]):
        world = roots[b]
        if is_new[b]:
            begin_accounts(world)
        else:
            live_one_decision(world, actions[b, 0], actions[b, 1], close, params[0])
        anchor(world, ego[b], vehicles[b], lamp_braking)
        if is_new[b]:
            world.episode_i[episode.CHARGED_LANE] = world.vehicle_i[vehicle.LANE, 0]
        cruise[b] = cruise_limit(world)
