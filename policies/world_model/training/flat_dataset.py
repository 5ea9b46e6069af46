"""Rows that the flat net is trained on: a decision each, with targets that are not a number where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled, inner
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.world_model.log import experience as log
from policies.world_model.model import dynamics as tr
from policies.world_model.model.flat_features import NUM_FLAT_FEATURES, flat_features
from policies.world_model.model.state import State, empty_state
from policies.world_model.training.transition_dataset import (
    Rows,
    blur,
    car_goes_on,
    car_speeds,
    car_targets,
    command_of,
    ego_targets,
    goes_on,
    thing_goes_on,
    thing_targets,
    true_state,
)

PEAK_MOST: Final = tr.NUM_FLAT_OUT
"""Of the targets alone, after those of the outputs: ``transition.E_PEAK_MOST`` of the ego."""

NUM_FLAT_TARGETS: Final = tr.NUM_FLAT_OUT + 1


def make_flat_rows(
    columns: Mapping[str, NDArray[Any]], kinds: NDArray[np.int64], rows: NDArray[np.int64]
) -> Rows:
    """Pairs of everybody now and how everybody moved; the same is known and left out as in ``make_transitions``.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    rows
        Which rows to use; those without an outcome are left out.

    Returns
    -------
    Rows
        ``NUM_FLAT_FEATURES`` features and ``NUM_FLAT_TARGETS`` targets.
    """
    rows = rows[goes_on(columns)[rows]]
    x = np.zeros((len(rows), NUM_FLAT_FEATURES), np.float32)
    y = np.full((len(rows), NUM_FLAT_TARGETS), np.nan, np.float32)
    _fill(
        rows,
        columns["ego"],
        columns["vehicles"],
        columns["debris"],
        columns["ego_true"],
        columns["vehicles_true"],
        columns["debris_true"],
        columns["contact"],
        columns["struck"],
        command_of(columns),
        car_speeds(columns),
        kinds,
        empty_state(),
        x,
        y,
    )
    return Rows(x, y, np.asarray(columns["episode"][rows], np.int64))


@compiled
def _fill(
    rows: Array,
    ego: Array,
    vehicles: Array,
    debris: Array,
    ego_true: Array,
    vehicles_true: Array,
    debris_true: Array,
    contact: Array,
    struck: Array,
    command: Array,
    speeds: Array,
    kinds: Array,
    state: State,
    x: Array,
    y: Array,
) -> None:
    """Fill features and targets; see ``make_flat_rows``."""
    for n in range(len(rows)):
        k = rows[n]
        true_state(
            ego[k],
            vehicles[k],
            debris[k],
            ego_true[k],
            vehicles_true[k],
            debris_true[k],
            speeds[k],
            state,
        )
        blur(k, speeds[k], state)
        flat_features(state, command[k, 0], command[k, 1], kinds[k], x[n])
        touched = False
        for j in range(DEBRIS_SLOTS):
            touched = touched or contact[k, j, log.C_IS] > 0.0
        if not touched:
            own = np.empty(tr.NUM_EGO_TARGETS)
            ego_targets(ego_true[k], ego_true[k + 1], command[k, 0], own)
            for m in range(tr.NUM_EGO_OUT):
                y[n, m] = own[m]
            y[n, PEAK_MOST] = own[tr.E_PEAK_MOST]
        _fill_cars(vehicles[k], vehicles[k + 1], vehicles_true[k], vehicles_true[k + 1], y[n])
        is_met = (contact[k, :, log.C_IS] > 0.0) | (struck[k] > 0)
        _fill_things(
            state, debris[k], debris[k + 1], debris_true[k], debris_true[k + 1], is_met, y[n]
        )


@inner
def _fill_cars(seen: Array, later: Array, now: Array, then: Array, y: Array) -> None:
    """Targets of the vehicles whose track goes on."""
    car = np.empty(tr.NUM_CAR_OUT)
    for i in range(VEHICLE_SLOTS):
        if car_goes_on(seen[i], later[i]) and car_targets(now[i], then[i], car):
            for m in range(tr.NUM_CAR_OUT):
                y[tr.FLAT_CARS + i * tr.NUM_CAR_OUT + m] = car[m]


@inner
def _fill_things(
    state: State, seen: Array, later: Array, now: Array, then: Array, is_met: Array, y: Array
) -> None:
    """Targets of the objects that move freely."""
    thing = np.empty(tr.NUM_THING_OUT)
    for j in range(DEBRIS_SLOTS):
        is_free = not is_met[j] and not tr.lies_still(state, j)
        if is_free and thing_goes_on(seen[j], later[j], now[j], then[j]):
            thing_targets(now[j], then[j], thing)
            for m in range(tr.NUM_THING_OUT):
                y[tr.FLAT_THINGS + j * tr.NUM_THING_OUT + m] = thing[m]
