"""From logged experience to what the emission nets are trained on: true states, and what was observed of them."""

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
from policies.world_model.training.transition_dataset import Rows, car_speeds, goes_on, true_state

LEAST_LOOK: Final = 1e-3
"""Posterior probabilities are learned as logits between this and one less this."""


class Emissions(NamedTuple):
    """Supervised problems of the emission nets; the errors are in standard deviations, of one decision and the next."""

    car: Rows
    thing: Rows
    car_errors: NDArray[np.float32]  # (N, 2)
    thing_errors: NDArray[np.float32]


def make_emissions(
    columns: Mapping[str, NDArray[Any]], kinds: NDArray[np.int64], rows: NDArray[np.int64]
) -> Emissions:
    """Pairs of features and what was observed.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    rows
        Decisions to use, with the next one; those without a next one are left out.

    Returns
    -------
    Emissions
        Of tracks that live through both decisions.
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
    error = tuple(np.zeros((n, 2), np.float32) for n in count)
    of = tuple(np.zeros(n, np.int64) for n in count)
    found = np.zeros(2, np.int64)
    _fill(
        rows,
        columns["ego"],
        columns["vehicles"],
        columns["debris"],
        columns["ego_true"],
        columns["vehicles_true"],
        columns["debris_true"],
        car_speeds(columns),
        kinds,
        looks_of(columns),
        empty_state(),
        x,
        y,
        (error[0], error[1]),
        (of[0], of[1]),
        found,
    )
    episode = columns["episode"]
    made = [
        Rows(x[k][:n], y[k][:n], np.asarray(episode[of[k][:n]], np.int64))
        for k, n in enumerate(found.tolist())
    ]
    return Emissions(made[0], made[1], error[0][: found[0]], error[1][: found[1]])


def looks_of(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
    """What every object looks like, ``(N, 4)``: the look that was most likely over the life of its track."""
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
    ego: Array,
    vehicles: Array,
    debris: Array,
    ego_true: Array,
    vehicles_true: Array,
    debris_true: Array,
    speeds: Array,
    kinds: Array,
    looks: Array,
    state: State,
    x: tuple[Array, Array],
    y: tuple[Array, Array],
    error: tuple[Array, Array],
    of: tuple[Array, Array],
    found: Array,
) -> None:
    """Fill features and targets; see ``make_emissions``."""
    for k in rows:
        then = k + 1
        true_state(
            ego[then],
            vehicles[then],
            debris[then],
            ego_true[then],
            vehicles_true[then],
            debris_true[then],
            speeds[then],
            state,
        )
        for i in range(VEHICLE_SLOTS):
            one, two = vehicles[k, i], vehicles[then, i]
            if _goes_on(one, two):
                n = found[0]
                em.car_sights(state, i, one, kinds[then], x[0][n])
                _observed(two, y[0][n])
                jolt = two[column.V_JOLT]
                y[0][n, em.LAMP] = two[column.V_BRAKE_LAMP]
                y[0][n, em.JOLTS] = 1.0 if jolt > em.LEAST_JOLT_M else 0.0
                y[0][n, em.LOG_JOLT] = np.log(max(jolt, em.LEAST_JOLT_M))
                for m in range(2):
                    row, at = (one, k) if m == 0 else (two, then)
                    true = vehicles_true[at, i, log.M_Y] - ego[at, column.E_Y]
                    error[0][n, m] = _error(row, true)
                of[0][n] = k
                found[0] += 1
        for j in range(DEBRIS_SLOTS):
            one, two = debris[k, j], debris[then, j]
            if _goes_on(one, two):
                n = found[1]
                em.thing_sights(state, j, one, kinds[then, j], x[1][n])
                _observed(two, y[1][n])
                p = two[column.D_LOOK + looks[then, j]]
                p = min(max(p, LEAST_LOOK), 1.0 - LEAST_LOOK)
                y[1][n, em.LOOK] = np.log(p / (1.0 - p))
                for m in range(2):
                    row, at = (one, k) if m == 0 else (two, then)
                    true = debris_true[at, j, log.M_Y] - ego[at, column.E_Y]
                    error[1][n, m] = _error(row, true)
                of[1][n] = k
                found[1] += 1


@compiled
def _goes_on(one: Array, two: Array) -> bool:
    """Whether two rows are of one track; vehicles and objects begin with the same columns."""
    both = one[column.V_TRACKED] > 0.5 and two[column.V_TRACKED] > 0.5
    return bool(both and one[column.V_IDENTITY] == two[column.V_IDENTITY])


@compiled
def _observed(row: Array, out: Array) -> None:
    """Targets that vehicles and objects share; they have their deviations at different columns."""
    at = column.V_SD_X if row.shape[0] == column.NUM_VEHICLE else column.D_SD_X
    out[em.VISIBLE] = row[column.V_VISIBLE]
    for k in range(4):
        out[em.LOG_SD_X + k] = np.log(max(row[at + k], 1e-4))


@compiled
def _error(row: Array, true: float) -> float:
    """Error of the measured lateral position in standard deviations; not a number if it was not measured."""
    at = column.V_SD_Y if row.shape[0] == column.NUM_VEHICLE else column.D_SD_Y
    if row[column.V_VISIBLE] < 0.5:
        return np.nan
    error: float = (row[column.V_DY] - true) / row[at]
    return error
