"""Burn-in: turns log pieces into the tracks, cost ledgers, states and beliefs with which dreams begin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, episode, track, vehicle
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array, Batch, World, empty_batch
from policies.base import Observation
from policies.world_model.dream.simulation.arrays import Sources
from policies.world_model.dream.simulation.starts import LENGTH, Starts
from policies.world_model.estimation.estimator import Beliefs, Estimator
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.imagination.cost_ledger import charge_driven
from policies.world_model.model.state import State, empty_state, read_observation


def burn_in(
    starts: Starts, nets: FilterNets, look_trust: float, params: Array, *, remembers: bool = True
) -> Sources:
    """Run the filters over all log pieces, and return the state at the end of each.

    Parameters
    ----------
    starts
        ``S`` pieces.
    nets
        The belief filter.
    look_trust, remembers
        Of ``Belief``.
    params
        ``CostParameters.to_array()``.
    """
    count = len(starts.ego)
    records = empty_batch(count).view(np.ndarray)
    estimator = Estimator(nets, look_trust, count, remembers=remembers)

    def take_in(now: Observation, before: Observation) -> Beliefs:
        is_new = np.full(count, now is before)
        charge_driven(records, is_new, before["ego"], now["ego"], now["vehicles"], params)
        return estimator.update(now, is_new)

    observations = [
        {
            "ego": np.ascontiguousarray(starts.ego[:, t]),
            "vehicles": np.ascontiguousarray(starts.vehicles[:, t]),
            "debris": np.ascontiguousarray(starts.debris[:, t]),
        }
        for t in range(LENGTH)
    ]
    beliefs = take_in(observations[0], observations[0])
    for before, now in pairwise(observations):
        beliefs = take_in(now, before)
    states = State(*(np.zeros((count, *field.shape)) for field in empty_state()))
    ego, vehicles, debris = observations[-1].values()
    _end(records, ego, vehicles, debris, beliefs.observation["debris"], beliefs.speeds, states)
    return Sources(records, states.ego, states.cars, states.things, beliefs.contents)


@compiled
def _end(
    records: Batch, ego: Array, vehicles: Array, debris: Array, placed: Array, speeds: Array,
    states: State,
) -> None:  # fmt: skip
    """Write states and tracks of the last decision of every log piece, in place."""
    for n in range(records.shape[0]):
        world = records[n]
        state = State(states.ego[n], states.cars[n], states.things[n])
        read_observation(ego[n], vehicles[n], placed[n], speeds[n], state)
        world.episode_f[episode.SIGHT_RANGE] = ego[n, column.E_SIGHT_RANGE]
        world.episode_f[episode.TARGET_Y] = ego[n, column.E_TARGET_Y]
        world.episode_f[episode.YAW_RATE] = ego[n, column.E_YAW_RATE]
        world.episode_f[episode.GRIP] = ego[n, column.E_GRIP]
        world.episode_f[episode.TOTAL_COST] = 0.0
        i = world.episode_i
        i[episode.COLLIDED] = i[episode.LOST_CONTROL] = i[episode.OFF_ROAD] = 0
        i[episode.LIGHT] = episode.NIGHT if ego[n, column.E_NIGHT] > 0.5 else episode.DAY
        i[episode.WEATHER] = episode.CLEAR
        if ego[n, column.E_RAIN] > 0.5:
            i[episode.WEATHER] = episode.RAIN
        elif ego[n, column.E_FOG] > 0.5:
            i[episode.WEATHER] = episode.FOG
        world.cost[:] = 0.0
        world.vehicle_f[vehicle.HEIGHT, 0] = 1.5
        for slot in range(VEHICLE_SLOTS):
            _track_vehicle(world, slot, vehicles[n, slot])
        for slot in range(DEBRIS_SLOTS):
            _track_object(world, slot, debris[n, slot])
        for k in range(column.NUM_EGO):
            world.ego[k] = ego[n, k]
        # what cannot be seen of a state is read off the observation before it
        world.vehicles[:] = vehicles[n]
        world.debris[:] = debris[n]


@compiled
def _track(world: World, slot: int, row: Array) -> None:
    """Fill the fields that all tracks share from an observed row, in place."""
    t, f = world.track_i, world.track_f
    t[track.TARGET, slot] = -1
    if row[column.V_TRACKED] < 0.5:
        return
    t[track.TARGET, slot] = slot
    t[track.IDENTITY, slot] = int(row[column.V_IDENTITY] + 0.5)
    t[track.AGE, slot] = int(row[column.V_TRACK_AGE] * 5.0 + 0.5)
    t[track.UNSEEN, slot] = int(row[column.V_AGE_SINCE_SEEN] * 5.0 + 0.5)
    t[track.VISIBLE, slot] = int(row[column.V_VISIBLE] + 0.5)
    f[track.X, slot] = world.vehicle_f[vehicle.X, 0] + row[column.V_DX]
    f[track.Y, slot] = world.vehicle_f[vehicle.Y, 0] + row[column.V_DY]


@compiled
def _track_vehicle(world: World, slot: int, row: Array) -> None:
    """Fill a vehicle's track from its observed row, in place."""
    f = world.track_f
    _track(world, slot, row)
    f[track.VX, slot], f[track.VY, slot] = row[column.V_VX], row[column.V_VY]
    f[track.HEADING, slot] = row[column.V_HEADING]
    f[track.LENGTH, slot], f[track.WIDTH, slot] = row[column.V_LENGTH], row[column.V_WIDTH]
    f[track.HEIGHT, slot], f[track.SD_SIZE, slot] = row[column.V_HEIGHT], row[column.V_SD_SIZE]
    f[track.SD_X, slot], f[track.SD_Y, slot] = row[column.V_SD_X], row[column.V_SD_Y]
    f[track.SD_V, slot] = row[column.V_SD_V]
    f[track.BRAKE, slot], f[track.JOLT, slot] = row[column.V_BRAKE_LAMP], row[column.V_JOLT]
    world.vehicle_f[vehicle.HEIGHT, slot + 1] = row[column.V_HEIGHT]


@compiled
def _track_object(world: World, slot: int, row: Array) -> None:
    """Fill an object's track from its observed row, in place."""
    f, at = world.track_f, VEHICLE_SLOTS + slot
    _track(world, at, row)
    f[track.VX, at], f[track.VY, at] = row[column.D_VX], row[column.D_VY]
    f[track.Z, at], f[track.VZ, at] = row[column.D_Z], row[column.D_VZ]
    f[track.HEADING, at] = row[column.D_YAW]
    f[track.LENGTH, at], f[track.WIDTH, at] = row[column.D_LENGTH], row[column.D_WIDTH]
    f[track.HEIGHT, at], f[track.SD_SIZE, at] = row[column.D_HEIGHT], row[column.D_SD_SIZE]
    f[track.SD_X, at], f[track.SD_Y, at] = row[column.D_SD_X], row[column.D_SD_Y]
    f[track.SD_V, at] = row[column.D_SD_V]
    f[track.RADAR, at], f[track.THERMAL, at] = row[column.D_RADAR], row[column.D_THERMAL]
    for c in range(NUM_LOOKS):
        f[track.LOOK + c, at] = row[column.D_LOOK + c]
