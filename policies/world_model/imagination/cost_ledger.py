"""Cost ledger: charges a driven or imagined course with the simulator's own cost functions.

Only the charges are the environment's; positions come from the caller. The record holds the ego and what the slots
track, vehicle ``i + 1`` being slot ``i``; objects stay out of it.
"""

from __future__ import annotations

import math

import numpy as np

from envs.physics.compilation import compiled
from envs.specification import TICKS_PER_DECISION, VEHICLE_SLOTS, column, episode, vehicle
from envs.specification.world import Array, Batch, World
from envs.world.charges import BESIDE_SHARE
from envs.world.tick import after_traffic, decision_cost, end_decision
from policies.planning.anchor import PARKED_M, anchor, begin_accounts, nearest_lane
from policies.world_model.model import state as s
from policies.world_model.model.state import State

__all__ = ["BESIDE_SHARE", "charge_decision", "charge_driven"]

SLOWEST_MPS = 1.0
"""Below this speed, steering does not determine the yaw rate."""


@compiled
def charge_driven(
    roots: Batch, is_new: Array, before: Array, ego: Array, vehicles: Array, params: Array
) -> None:
    """Charge the last driven decision, as observed, to the cost ledger, in place.

    Parameters
    ----------
    roots
        ``(B,)`` records.
    is_new
        ``(B,)``: worlds in which an episode begins.
    before
        ``(B, E)`` ego observation of the decision before.
    ego, vehicles
        Observation of this one.
    params
        ``CostParameters.to_array()``.
    """
    p = params[0]
    for b in range(roots.shape[0]):
        world = roots[b]
        if is_new[b]:
            begin_accounts(world)
        anchor(world, ego[b], vehicles[b], 0.0)
        if is_new[b]:
            world.episode_i[episode.CHARGED_LANE] = world.vehicle_i[vehicle.LANE, 0]
            continue
        one, two = _observed_motion(before[b]), _observed_motion(ego[b])
        _live(world, one, two, ego[b, column.E_ACCELERATION], 0.0, p)
        anchor(world, ego[b], vehicles[b], 0.0)


@compiled
def charge_decision(world: World, before: State, after: State, p: np.record) -> float:
    """Cost of an imagined decision without contacts and collisions, US$; updates the cost ledger in place."""
    v = world.vehicle_f
    for i in range(VEHICLE_SLOTS):
        car, k = after.cars[i], i + 1
        if car[s.C_LIVE] == 0.0:
            v[vehicle.X, k] = PARKED_M
            continue
        v[vehicle.X, k], v[vehicle.Y, k] = car[s.C_X], car[s.C_Y]
        v[vehicle.SPEED, k] = car[s.C_VX]
        world.vehicle_i[vehicle.LANE, k] = nearest_lane(world, car[s.C_Y])
    v[vehicle.X, 0] = after.ego[s.X]
    one, two = _imagined_motion(before.ego), _imagined_motion(after.ego)
    _live(world, one, two, after.ego[s.ACCELERATION], after.ego[s.LATERAL_PEAK], p)
    return decision_cost(world)


@compiled
def _observed_motion(ego: Array) -> tuple[float, float, float, float]:
    """Lateral position, speed, heading and yaw rate of the ego as observed."""
    return ego[column.E_Y], ego[column.E_SPEED], ego[column.E_HEADING], ego[column.E_YAW_RATE]


@compiled
def _imagined_motion(ego: Array) -> tuple[float, float, float, float]:
    """The same of an imagined ego."""
    return ego[s.Y], ego[s.SPEED], ego[s.HEADING], ego[s.YAW_RATE]


@compiled
def _live(
    world: World,
    one: tuple[float, float, float, float],
    two: tuple[float, float, float, float],
    acceleration: float,
    peak: float,
    p: np.record,
) -> None:
    """Simulate three ticks from one (y, speed, heading, yaw rate) to another, with the charges by decision."""
    v, f = world.vehicle_f, world.episode_f
    world.cost[:] = 0.0
    f[episode.SPEED_AT_DECISION] = one[1]
    for m in range(TICKS_PER_DECISION):
        share = (m + 1.0) / TICKS_PER_DECISION
        speed = one[1] + share * (two[1] - one[1])
        heading = one[2] + share * (two[2] - one[2])
        lateral = one[3] * one[1] + share * (two[3] * two[1] - one[3] * one[1])
        if m == 1 and peak > abs(lateral):
            lateral = math.copysign(peak, lateral)
        v[vehicle.Y, 0] = one[0] + share * (two[0] - one[0])
        v[vehicle.SPEED, 0], v[vehicle.HEADING, 0] = speed, heading
        v[vehicle.COS, 0], v[vehicle.SIN, 0] = math.cos(heading), math.sin(heading)
        v[vehicle.ACCELERATION, 0] = acceleration
        world.vehicle_i[vehicle.LANE, 0] = nearest_lane(world, v[vehicle.Y, 0])
        # the charges read the yaw rate off the steering
        rate = lateral / max(speed, SLOWEST_MPS)
        slip = 0.5 * v[vehicle.LENGTH, 0] * rate / max(speed, SLOWEST_MPS)
        v[vehicle.STEERING, 0] = math.atan(2.0 * math.tan(math.asin(min(max(slip, -0.9), 0.9))))
        after_traffic(world, p)
    end_decision(world, p)
