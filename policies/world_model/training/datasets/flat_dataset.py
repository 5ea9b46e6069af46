"""Training rows of the flat network: one per decision, with NaN for unknown targets."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.world_model.log import experience as log
from policies.world_model.model import dynamics as tr
from policies.world_model.model.flat_features import NUM_FLAT_FEATURES, flat_features
from policies.world_model.model.state import State, empty_state
from policies.world_model.training.datasets.transition_dataset import (
    Log,
    Rows,
    blur,
    car_targets,
    ego_targets,
    goes_on,
    is_same_track,
    read_log,
    thing_goes_on,
    thing_targets,
    touches,
    true_state,
)

PEAK_MOST: Final = tr.NUM_FLAT_OUT
"""Target only, after those of the outputs: ``dynamics.E_PEAK_MOST`` of the ego."""

NUM_FLAT_TARGETS: Final = tr.NUM_FLAT_OUT + 1


def make_flat_rows(columns: log.Columns, kinds: log.Kinds, rows: NDArray[np.int64]) -> Rows:
    """Pair states with the motion that followed: ``NUM_FLAT_FEATURES`` features, ``NUM_FLAT_TARGETS`` targets.

    The arguments are those of ``make_transitions``, and the same is left out.
    """
    rows = rows[goes_on(columns)[rows]]
    x = np.zeros((len(rows), NUM_FLAT_FEATURES), np.float32)
    y = np.full((len(rows), NUM_FLAT_TARGETS), np.nan, np.float32)
    _fill(rows, read_log(columns, kinds), empty_state(), x, y)
    return Rows(x, y, np.asarray(columns["episode"][rows], np.int64))


@compiled
def _fill(rows: Array, shard: Log, state: State, x: Array, y: Array) -> None:
    """Fill features and targets; see ``make_flat_rows``."""
    for n in range(len(rows)):
        k = rows[n]
        command = shard.command[k]
        true_state(shard, k, state)
        blur(k, shard.speeds[k], state)
        flat_features(state, command[0], command[1], shard.kinds[k], x[n])
        if not touches(shard, k):
            own = np.empty(tr.NUM_EGO_TARGETS)
            ego_targets(shard.ego_true[k], shard.ego_true[k + 1], command[0], own)
            for m in range(tr.NUM_EGO_OUT):
                y[n, m] = own[m]
            y[n, PEAK_MOST] = own[tr.E_PEAK_MOST]
        _fill_cars(shard, k, y[n])
        _fill_things(shard, k, state, y[n])


@compiled
def _fill_cars(shard: Log, k: int, y: Array) -> None:
    """Write the targets of vehicles whose track continues."""
    seen, later = shard.vehicles[k], shard.vehicles[k + 1]
    now, then = shard.vehicles_true[k], shard.vehicles_true[k + 1]
    car = np.empty(tr.NUM_CAR_OUT)
    for i in range(VEHICLE_SLOTS):
        if is_same_track(seen[i], later[i]) and car_targets(now[i], then[i], car):
            for m in range(tr.NUM_CAR_OUT):
                y[tr.FLAT_CARS + i * tr.NUM_CAR_OUT + m] = car[m]


@compiled
def _fill_things(shard: Log, k: int, state: State, y: Array) -> None:
    """Write the targets of freely moving objects."""
    seen, later = shard.debris[k], shard.debris[k + 1]
    now, then = shard.debris_true[k], shard.debris_true[k + 1]
    thing = np.empty(tr.NUM_THING_OUT)
    for j in range(DEBRIS_SLOTS):
        is_met = shard.contact[k, j, log.C_IS] > 0.0 or shard.struck[k, j] > 0
        is_free = not is_met and not tr.lies_still(state, j)
        if is_free and thing_goes_on(seen[j], later[j], now[j], then[j]):
            thing_targets(now[j], then[j], thing)
            for m in range(tr.NUM_THING_OUT):
                y[tr.FLAT_THINGS + j * tr.NUM_THING_OUT + m] = thing[m]
