"""Training rows of the emission networks: true states paired with their observations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

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
    gather_rows,
    goes_on,
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


def make_emissions(
    columns: Mapping[str, NDArray[Any]], kinds: NDArray[np.int64], rows: NDArray[np.int64]
) -> Emissions:
    """Pair features with observations, for tracks that last through both decisions.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    rows
        Decisions to use, with the next one; those without a next one are left out.
    """
    rows = rows[goes_on(columns)[rows]]
    count = (len(rows) * VEHICLE_SLOTS, len(rows) * DEBRIS_SLOTS)
    x = (
        np.zeros((count[0], em.NUM_CAR_SIGHTS), np.float32),
        np.zeros((count[1], em.NUM_THING_SIGHTS), np.float32),
    )
    y = (
        np.zeros((count[0], em.NUM_CAR_EMISSIONS), np.float32),
        np.zeros((count[1], em.NUM_THING_EMISSIONS), np.float32),
    )
    error = (np.zeros((count[0], 2), np.float32), np.zeros((count[1], 2), np.float32))
    of = (np.zeros(count[0], np.int64), np.zeros(count[1], np.int64))
    counts = np.zeros(2, np.int64)
    shard = read_log(columns, kinds)
    _fill(rows, shard, looks_of(columns), empty_state(), x, y, error, of, counts)
    car, thing = gather_rows(columns["episode"], x, y, of, counts)
    return Emissions(car, thing, error[0][: counts[0]], error[1][: counts[1]])


def looks_of(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
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
    x: tuple[Array, Array],
    y: tuple[Array, Array],
    error: tuple[Array, Array],
    of: tuple[Array, Array],
    counts: Array,
) -> None:
    """Fill features and targets; see ``make_emissions``."""
    for k in rows:
        then = k + 1
        kinds = shard.kinds[then]
        true_state(shard, then, state)
        for i in range(VEHICLE_SLOTS):
            before, after = shard.vehicles[k, i], shard.vehicles[then, i]
            if _goes_on(before, after):
                n = counts[0]
                em.car_sights(state, i, before, kinds, x[0][n])
                _observed(after, y[0][n])
                jolt = after[column.V_JOLT]
                y[0][n, em.LAMP] = after[column.V_BRAKE_LAMP]
                y[0][n, em.JOLTS] = 1.0 if jolt > em.LEAST_JOLT_M else 0.0
                y[0][n, em.LOG_JOLT] = np.log(max(jolt, em.LEAST_JOLT_M))
                _lateral_errors(
                    shard, k, shard.vehicles[:, i], shard.vehicles_true[:, i], error[0][n]
                )
                of[0][n] = k
                counts[0] += 1
        for j in range(DEBRIS_SLOTS):
            before, after = shard.debris[k, j], shard.debris[then, j]
            if _goes_on(before, after):
                n = counts[1]
                em.thing_sights(state, j, before, kinds[j], x[1][n])
                _observed(after, y[1][n])
                p = after[column.D_LOOK + looks[then, j]]
                p = min(max(p, LEAST_LOOK), 1.0 - LEAST_LOOK)
                y[1][n, em.LOOK] = np.log(p / (1.0 - p))
                _lateral_errors(shard, k, shard.debris[:, j], shard.debris_true[:, j], error[1][n])
                of[1][n] = k
                counts[1] += 1


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
def _goes_on(one: Array, two: Array) -> bool:
    """Whether two rows belong to one track; the first columns of vehicles and objects are the same."""
    both = one[column.V_TRACKED] > 0.5 and two[column.V_TRACKED] > 0.5
    return bool(both and one[column.V_IDENTITY] == two[column.V_IDENTITY])


@compiled
def _observed(row: Array, out: Array) -> None:
    """Write the targets that vehicles and objects share; their deviations are in different columns."""
    at = column.V_SD_X if row.shape[0] == column.NUM_VEHICLE else column.D_SD_X
    out[em.VISIBLE] = row[column.V_VISIBLE]
    for k in range(4):
        out[em.LOG_SD_X + k] = np.log(max(row[at + k], 1e-4))
