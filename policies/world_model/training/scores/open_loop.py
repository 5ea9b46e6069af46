"""Errors of open-loop prediction of the model and of constant velocity, from the same true states.

Places and speeds are true. Accelerations are the filtered ones, because no plan begins with true ones.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, DECISION_S, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.world_model.log import experience as log
from policies.world_model.model import state as s
from policies.world_model.model.dynamics import lies_still, move_all
from policies.world_model.model.parameters import Transition
from policies.world_model.model.state import copy_state, empty_state, set_acceleration
from policies.world_model.training.datasets.transition_dataset import (
    Log,
    is_same_track,
    read_log,
    true_state,
)

EVERY: Final = 7
"""A prediction starts at every 7th row."""

NUM_ERRORS: Final = 1 + VEHICLE_SLOTS + DEBRIS_SLOTS


def open_loop_errors(
    columns: log.Columns, kinds: log.Kinds, model: Transition, steps: int
) -> tuple[Array, Array]:
    """Distances between predicted and true positions.

    Parameters
    ----------
    columns, kinds
        Of a shard.
    model
        The transition ensemble; its first member predicts.
    steps
        Decisions ahead, under the actions that were taken.

    Returns
    -------
    model, constant_velocity
        Each ``(M, NUM_ERRORS)`` metres for the ego, the vehicles and the moving objects; NaN where there is none.
        Starts from which the ego touches something are left out.
    """
    episode = columns["episode"]
    size = len(episode)
    lasts = np.zeros(size, np.bool_)
    lasts[: size - steps] = episode[steps:] == episode[: size - steps]
    touched = np.concatenate(
        [[0], np.cumsum((columns["contact"][..., log.C_IS] > 0.0).any(axis=1))]
    )
    index = np.arange(size)
    lasts &= touched[np.minimum(index + steps, size)] == touched[index]
    starts = np.flatnonzero(lasts)[::EVERY]
    ours = np.full((len(starts), NUM_ERRORS), np.nan)
    theirs = ours.copy()
    states = (empty_state(), empty_state(), empty_state())
    _predict(starts, steps, read_log(columns, kinds), model, states, ours, theirs)
    return ours, theirs


@compiled
def _predict(
    starts: Array,
    steps: int,
    shard: Log,
    model: Transition,
    states: tuple[s.State, s.State, s.State],
    ours: Array,
    theirs: Array,
) -> None:
    """Write the errors; see ``open_loop_errors``."""
    root, state, after = states
    elapsed = steps * DECISION_S
    none_known = np.zeros(VEHICLE_SLOTS, np.bool_)
    for n in range(len(starts)):
        k, end = starts[n], starts[n] + steps
        true_state(shard, k, root)
        command, ego_true = shard.command, shard.ego_true
        vehicles, vehicles_true = shard.vehicles, shard.vehicles_true
        debris, debris_true = shard.debris, shard.debris_true
        for i in range(VEHICLE_SLOTS):
            set_acceleration(shard.speeds[k, i], root.cars[i])
        copy_state(root, state)
        kinds = shard.kinds[k]
        for h in range(steps):
            move_all(
                model, 0, state, command[k + h, 0], command[k + h, 1], kinds, none_known, after
            )
            copy_state(after, state)
        way = ego_true[end, log.T_X] - ego_true[k, log.T_X]
        y = ego_true[end, log.T_Y]
        ours[n, 0] = np.hypot(state.ego[s.X] - way, state.ego[s.Y] - y)
        theirs[n, 0] = np.hypot(root.ego[s.SPEED] * elapsed - way, root.ego[s.Y] - y)
        for i in range(VEHICLE_SLOTS):
            one, two = vehicles[k, i], vehicles[end, i]
            if is_same_track(one, two):
                x, z = vehicles_true[end, i, log.M_DX] + way, vehicles_true[end, i, log.M_Y]
                car, old = state.cars[i], root.cars[i]
                ours[n, 1 + i] = np.hypot(car[s.C_X] - x, car[s.C_Y] - z)
                theirs[n, 1 + i] = np.hypot(
                    old[s.C_X] + old[s.C_VX] * elapsed - x, old[s.C_Y] + old[s.C_VY] * elapsed - z
                )
        for j in range(DEBRIS_SLOTS):
            one, two = debris[k, j], debris[end, j]
            if is_same_track(one, two) and not lies_still(root, j):
                x, z = debris_true[end, j, log.M_DX] + way, debris_true[end, j, log.M_Y]
                thing, before = state.things[j], root.things[j]
                ours[n, 9 + j] = np.hypot(thing[s.D_X] - x, thing[s.D_Y] - z)
                theirs[n, 9 + j] = np.hypot(
                    before[s.D_X] + before[s.D_VX] * elapsed - x,
                    before[s.D_Y] + before[s.D_VY] * elapsed - z,
                )
