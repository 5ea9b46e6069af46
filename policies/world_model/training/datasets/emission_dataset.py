"""Training rows of the emission networks: true states paired with their observations."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array
from policies.world_model.log import experience as log
from policies.world_model.model import emission_features as em
from policies.world_model.model.state import State, empty_state
from policies.world_model.training.datasets.transition_dataset import (
    Log,
    Rows,
    Table,
    close_row,
    empty_table,
    goes_on,
    is_same_track,
    read_log,
    true_state,
)

LEAST_LOOK: Final = 1e-3
"""Posterior probabilities are learned as logits between this and one less this."""


class Emissions(NamedTuple):
    """Training data of the emission networks; errors are in standard deviations, of one decision and the next."""

    car: Rows
    thing: Rows
    car_errors: NDArray[np.float32]  # (N, 2)
    thing_errors: NDArray[np.float32]


def make_emissions(columns: log.Columns, kinds: log.Kinds, rows: NDArray[np.int64]) -> Emissions:
    """Pair features with observations, for tracks that last through both decisions.

    ``rows`` are the decisions to use, with the next one; those without a next one are left out.
    """
    rows = rows[goes_on(columns)[rows]]
    car = empty_table(len(rows) * VEHICLE_SLOTS, em.NUM_CAR_SIGHTS, em.NUM_CAR_EMISSIONS)
    thing = empty_table(len(rows) * DEBRIS_SLOTS, em.NUM_THING_SIGHTS, em.NUM_THING_EMISSIONS)
    car_errors, thing_errors = (np.zeros((len(t.x), 2), np.float32) for t in (car, thing))
    shard = read_log(columns, kinds)
    _fill(rows, shard, looks_of(columns), empty_state(), car, thing, car_errors, thing_errors)
    cars, things = (table.gather(columns["episode"]) for table in (car, thing))
    return Emissions(cars, things, car_errors[: len(cars.x)], thing_errors[: len(things.x)])


def looks_of(columns: log.Columns) -> NDArray[np.int64]:
    """Look of every object, ``(N, 4)``: the most likely one over the life of its track."""
    rows = columns["debris"]
    looks = rows[..., column.D_LOOK : column.D_LOOK + NUM_LOOKS].astype(np.float64)
    found = np.zeros(rows.shape[:2], np.int64)
    same_episode = np.diff(columns["episode"]) == 0
    for slot in range(DEBRIS_SLOTS):
        tracked = rows[:, slot, column.D_TRACKED] > 0.5
        identity = np.where(tracked, rows[:, slot, column.D_IDENTITY], -1.0)
        begins = np.ones(len(rows), np.bool_)
        begins[1:] = ~(same_episode & (identity[1:] == identity[:-1]))
        start = np.flatnonzero(begins)
        best = np.add.reduceat(looks[:, slot], start, axis=0).argmax(axis=1)
        found[:, slot] = best[np.cumsum(begins) - 1]
    return found


@compiled
def _fill(
    rows: Array,
    shard: Log,
    looks: Array,
    state: State,
    car: Table,
    thing: Table,
    car_errors: Array,
    thing_errors: Array,
) -> None:
    """Fill features and targets; see ``make_emissions``."""
    for k in rows:
        then = k + 1
        kinds = shard.kinds[then]
        true_state(shard, then, state)
        for i in range(VEHICLE_SLOTS):
            before, after = shard.vehicles[k, i], shard.vehicles[then, i]
            if is_same_track(before, after):
                n = car.filled[0]
                em.car_sights(state, i, before, kinds, car.x[n])
                _observed(after, car.y[n])
                jolt = after[column.V_JOLT]
                car.y[n, em.LAMP] = after[column.V_BRAKE_LAMP]
                car.y[n, em.JOLTS] = 1.0 if jolt > em.LEAST_JOLT_M else 0.0
                car.y[n, em.LOG_JOLT] = np.log(max(jolt, em.LEAST_JOLT_M))
                seen, true = shard.vehicles[:, i], shard.vehicles_true[:, i]
                _lateral_errors(shard, k, seen, true, car_errors[n])
                close_row(car, k)
        for j in range(DEBRIS_SLOTS):
            before, after = shard.debris[k, j], shard.debris[then, j]
            if is_same_track(before, after):
                n = thing.filled[0]
                em.thing_sights(state, j, before, kinds[j], thing.x[n])
                _observed(after, thing.y[n])
                p = after[column.D_LOOK + looks[then, j]]
                p = min(max(p, LEAST_LOOK), 1.0 - LEAST_LOOK)
                thing.y[n, em.LOOK] = np.log(p / (1.0 - p))
                seen, true = shard.debris[:, j], shard.debris_true[:, j]
                _lateral_errors(shard, k, seen, true, thing_errors[n])
                close_row(thing, k)


@compiled
def _lateral_errors(shard: Log, k: int, rows: Array, true: Array, out: Array) -> None:
    """Errors of measured lateral positions in row ``k`` and the next, in standard deviations; NaN if not measured."""
    for m in range(2):
        row, at = rows[k + m], k + m
        sd = column.V_SD_Y if row.shape[0] == column.NUM_VEHICLE else column.D_SD_Y
        out[m] = np.nan
        if row[column.V_VISIBLE] >= 0.5:
            y = true[at, log.M_Y] - shard.ego[at, column.E_Y]
            out[m] = (row[column.V_DY] - y) / row[sd]


@compiled
def _observed(row: Array, out: Array) -> None:
    """Write the targets that vehicles and objects share; their deviations are in different columns."""
    at = column.V_SD_X if row.shape[0] == column.NUM_VEHICLE else column.D_SD_X
    out[em.VISIBLE] = row[column.V_VISIBLE]
    for k in range(4):
        out[em.LOG_SD_X + k] = np.log(max(row[at + k], 1e-4))
